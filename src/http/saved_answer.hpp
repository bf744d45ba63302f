#pragma once

#include <contego/exchange.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace contego::http {

/// Assumptions about an answer that was saved without its head.
struct saved_answer_options {
    int status = 200;
    std::string content_type = "text/xml";
    std::size_t body_limit = 0; ///< as in endpoint_options
};

/// Returns the exchange that a saved answer makes, or a sentence that says why its head is wrong.
///
/// A text that begins with `HTTP/` is a head, an empty line and a body. Everything else is a body. The body
/// is the rest of the text: Content-Length is ignored, because a person may have edited the body. Chunks are
/// joined. A body that begins with `<` has no chunks: curl saves the head of a chunked answer with the joined
/// body. A body that is longer than the limit is an answer that was not read.
[[nodiscard]] std::variant<exchange, std::string> read_saved_answer(std::string_view text,
                                                                    const saved_answer_options& o);

} // namespace contego::http
