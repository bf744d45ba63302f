#pragma once

#include <chrono>
#include <string>

namespace contego {

/// A rendered SOAP request, ready to be posted.
struct envelope {
    std::string path;         ///< below the endpoint, with its leading slash
    std::string content_type; ///< with charset; SOAP 1.2 carries the action in it
    std::string
        soap_action; ///< value of the SOAPAction header, unquoted; the header is not sent where this is empty
    std::string body; ///< bytes in the provider's character set
    /// No byte of it is written later: by then somebody else may be sending it.
    std::chrono::steady_clock::time_point not_after = std::chrono::steady_clock::time_point::max();
};

} // namespace contego
