#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contego::simulator {

/// An HTTP answer, before it is bytes.
struct response {
    int status = 200;
    std::string content_type = "text/xml; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; ///< beyond what every answer has
    bool keep_alive = true;
    std::size_t missing = 0; ///< how many bytes more than there are the Content-Length promises
};

/// The answer as it goes over the wire.
[[nodiscard]] std::string bytes_of(const response& r);

/// The name of an HTTP status, or `Status`.
[[nodiscard]] std::string_view reason_of(int status);

} // namespace contego::simulator
