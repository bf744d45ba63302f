#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace contego::http {

/// The status line of an answer, and the header fields that we use.
struct answer_head {
    int status = 0;
    bool keeps_alive = false;            ///< the server intends to keep the connection open
    bool tolerated = false;              ///< the header breaks the standard, but its meaning is clear
    bool chunked = false;                ///< the body comes in chunks; ignore `length` then
    std::optional<std::uint64_t> length; ///< Content-Length; nullopt: up to the end of the connection
    std::string content_type;
    std::string retry_after;

    /// Returns whether the status is 1xx, so that the final answer is still to come.
    [[nodiscard]] bool is_interim() const { return status < 200; }

    /// Returns whether the status forbids a body. The header fields do not matter then.
    [[nodiscard]] bool is_bodiless() const { return is_interim() || status == 204 || status == 304; }
};

/// Reads the header lines of an answer, without the empty line that ends them. Each line ends with `\n`,
/// without `\r` before it.
///
/// Returns a sentence if the lines are not a header of an HTTP/1 answer. Returns a sentence also if the
/// server did something that a client must ask for first: compressed the body, or changed the protocol.
[[nodiscard]] std::variant<answer_head, std::string> read_head(std::string_view lines);

/// Returns whether `beginning` can be the first characters of a status line. It may be shorter than `HTTP/`.
[[nodiscard]] bool may_be_status_line(std::string_view beginning);

} // namespace contego::http
