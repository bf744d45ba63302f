#pragma once

#include <contego/outcome.hpp>
#include <contego/value.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace contego {

/// What an exchange means, as the binding reads it. Its texts show no secret of the command and are bounded:
/// codes and the reference to 200 characters, the message and the description to 4,000; `...` ends what was
/// longer.
struct reply {
    contego::outcome outcome = contego::outcome::hold;
    std::string status_code;      ///< as the CAS gave it (`OK`, `CLIENT_NOT_FOUND`); empty where it gave none
    std::string message;          ///< the CAS's own text
    std::string reference_number; ///< the CAS's own reference
    value result;                 ///< extracted data as an object; null where the command has none
    std::string error_code; ///< empty on success; else the status code, `SOAP_FAULT:<code>`, `HTTP_<status>`,
                            ///< `TRANSPORT_<ERROR>`, `UNREADABLE_ANSWER`, `ANSWER_OF_ANOTHER` or `MAYBE_SENT`
    std::string error_description;                   ///< a sentence for support; empty on success
    std::optional<std::chrono::seconds> retry_after; ///< how long the CAS asked us to wait
    std::chrono::seconds set_aside{0};               ///< how long others are to go first; as in the exchange
    bool outage = false;     ///< the CAS was away: no attempt of the request is counted
    bool unreadable = false; ///< retry: what came is no answer that can be read, so that the CAS may have
                             ///< done the command each time; giving up means to hold the request

    friend bool operator==(const reply&, const reply&) = default;
};

} // namespace contego
