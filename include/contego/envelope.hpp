#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace contego {

/// A rendered SOAP request, ready to be posted.
struct envelope {
    std::string path;                       ///< appended to the endpoint's URL, with its leading slash
    std::string content_type;               ///< with charset; in SOAP 1.2 it also carries the action
    std::optional<std::string> soap_action; ///< value of the SOAPAction header, unquoted and often empty;
                                            ///< nullopt: the header is not sent
    std::string body;                       ///< bytes in the provider's character set
    /// No byte is written after this time, since another daemon may be sending the command by then.
    std::chrono::steady_clock::time_point not_after = std::chrono::steady_clock::time_point::max();
    /// Whether to open a new connection. The server may close an idle connection just when it is written to.
    /// Nobody knows then whether the server read the request.
    bool fresh_connection = false;
    /// The endpoint to which it belongs, since it holds a token of that endpoint; see admission_control.
    /// nullopt: any endpoint.
    std::optional<std::size_t> endpoint{};
    /// Whether it is a login. Its answer does not show yet whether the endpoint can be used; see
    /// admission_control.
    bool is_login = false;
    /// Further headers, each with its value, in the order of sending. They may hold secrets.
    std::vector<std::pair<std::string, std::string>> headers{};
};

} // namespace contego
