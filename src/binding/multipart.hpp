#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

inline constexpr std::size_t longest_boundary = 70; ///< RFC 2046
inline constexpr std::size_t longest_part_headers = std::size_t{16} << 10U;

/// One part of a multipart body.
struct part {
    std::string content_type;
    std::string_view body; ///< a view into the whole body
};

/// Returns the root part of a multipart/related body (SOAP with attachments, MTOM). That is the part that
/// `start` names, otherwise the first.
///
/// Returns nullopt if the body is not divided as its Content-Type says, or if the part is transfer-encoded.
/// Returns nullopt also if the boundary or the part's headers exceed the limits above.
[[nodiscard]] std::optional<part> root_part(std::string_view content_type, std::string_view body);

} // namespace contego::wire
