#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace contego {

/// A rendered SOAP request, ready to be posted.
struct envelope {
    std::string path;                       ///< below the endpoint, with its leading slash
    std::string content_type;               ///< with charset; SOAP 1.2 carries the action in it
    std::optional<std::string> soap_action; ///< value of the SOAPAction header, unquoted and often empty;
                                            ///< none: the header is not sent
    std::string body;                       ///< bytes in the provider's character set
    /// No byte of it is written later: by then somebody else may be sending it.
    std::chrono::steady_clock::time_point not_after = std::chrono::steady_clock::time_point::max();
    /// Sent on a connection that nothing was sent on before: one that was idle may be closed by the other end
    /// in the moment it is written to, and nobody knows then whether it was read.
    bool fresh_connection = false;
};

} // namespace contego
