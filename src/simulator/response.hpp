#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contego::simulator {

/// An HTTP answer before it is written as bytes.
struct response {
    int status = 200;
    std::string content_type = "text/xml; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; ///< besides the headers of every answer
    bool keep_alive = true;
    std::size_t missing = 0; ///< by how many bytes the Content-Length is larger than the body
};

/// Returns the bytes of the answer on the wire.
[[nodiscard]] std::string bytes_of(const response& r);

/// Returns the name of an HTTP status, or `Status` for an unknown one.
[[nodiscard]] std::string_view reason_of(int status);

} // namespace contego::simulator
