#pragma once

#include "binding/decode.hpp"
#include <contego/exchange.hpp>

namespace contego::wire {

/// The beginning of an exchange's body as text: decoded once, for storing and for reading.
struct body_text {
    std::string_view bytes;      ///< the beginning as it came; a view into the exchange
    std::optional<decoded> text; ///< the same bytes decoded; nothing if the character set is not known
    bool is_whole = false;       ///< the beginning is all of the body
};

/// Decodes at most `most_bytes` of the body, in the character set that the Content-Type of the exchange
/// names.
[[nodiscard]] body_text body_text_of(const exchange& e, std::size_t most_bytes);

} // namespace contego::wire
