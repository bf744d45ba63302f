#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace contego::http {

/// The status line and the header fields of an answer, as far as we use them.
struct answer_head {
    int status = 0;
    bool keeps_alive = false;            ///< the server means to keep the connection
    bool tolerated = false;              ///< not as the standard wants it, though the meaning is clear
    bool chunked = false;                ///< the body comes in chunks; `length` says nothing then
    std::optional<std::uint64_t> length; ///< Content-Length; none: the body goes on to the end
    std::string content_type;
    std::string retry_after;

    /// The status is 1xx: the answer itself is still to come.
    [[nodiscard]] bool is_interim() const { return status < 200; }

    /// No body follows, whatever the header fields say.
    [[nodiscard]] bool is_bodiless() const { return is_interim() || status == 204 || status == 304; }
};

/// Reads the lines up to the empty line that ends a header: each of them ends with `\n`, and has no `\r`
/// before it. Returns a sentence if they are no header of an HTTP/1 answer, or if the server did what a
/// client must ask for first: compressed, or changed the protocol.
[[nodiscard]] std::variant<answer_head, std::string> read_head(std::string_view lines);

/// Whether a status line may begin like this, however short it is.
[[nodiscard]] bool may_be_status_line(std::string_view beginning);

} // namespace contego::http
