#pragma once

#include <contego/decision.hpp>
#include <contego/outcome.hpp>
#include <contego/value.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace contego {

/// The meaning of an exchange, as the binding interprets it. Its texts show no secret of the command. Codes
/// and the reference have at most 200 characters, the message and the description at most 4,000; a longer
/// text is cut and ends with `...`.
struct reply {
    contego::outcome outcome = contego::outcome::hold;
    std::string status_code;      ///< as the CAS gave it (`OK`, `CLIENT_NOT_FOUND`); empty if it gave none
    std::string message;          ///< the CAS's own text
    std::string reference_number; ///< the CAS's own reference
    value result;                 ///< extracted data as an object; null if the command has none
    std::string error_code; ///< empty on success; else the status code, `SOAP_FAULT:<code>`, `HTTP_<status>`,
                            ///< `TRANSPORT_<ERROR>`, `UNREADABLE_ANSWER`, `ANSWER_OF_ANOTHER` or `MAYBE_SENT`
    std::string error_description;                   ///< a sentence for support; empty on success
    std::optional<std::chrono::seconds> retry_after; ///< how long the CAS asked us to wait
    std::chrono::seconds set_aside{0}; ///< how long other requests are probes first; as in the exchange
    bool unsent_probe = false;         ///< the request is due at once, for another daemon; as in the exchange
    bool outage = false;               ///< the CAS was away: no attempt of the request is counted
    bool unreadable = false; ///< retry only: the answer cannot be read, so the CAS may have done the command
                             ///< each time; giving up then means to hold the request
    bool expired = false;    ///< retry only: the session has ended, and the CAS did nothing
    decision decided_by{};   ///< why the outcome is this one

    friend bool operator==(const reply&, const reply&) = default;
};

} // namespace contego
