#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace contego {

/// The place where an exchange failed below HTTP.
enum class transport_error {
    none,
    resolve,   ///< the host name has no address
    connect,   ///< refused, unreachable, or no connection in time
    tls,       ///< handshake failed: certificate, name or protocol
    exhausted, ///< no connection was free before the deadline, or before the lease ended
    write,     ///< the connection broke while the request was written
    timeout,   ///< the deadline passed after bytes were sent
    closed,    ///< closed or reset before the whole answer was read
    malformed, ///< the answer is not HTTP
    too_large, ///< header or body longer than the limit
};

/// Returns the name that the binding file, logs and metrics use: `connect`, `timeout`, ...
[[nodiscard]] std::string_view name_of(transport_error e);
/// Returns the error of this name, or nullopt for any other text.
[[nodiscard]] std::optional<transport_error> transport_error_of(std::string_view name);

/// How far an exchange got. This decides whether the command may be repeated.
enum class exchange_state {
    not_sent,       ///< no byte of the request was sent: always safe to send again
    sent_no_answer, ///< bytes may have arrived: only a repeat-safe command may be sent again
    answered,       ///< a complete HTTP response was read
};

/// Returns the name in contego.command.exchange: `not_sent`, `sent_no_answer`, `answered`.
[[nodiscard]] std::string_view name_of(exchange_state s);

/// One POST and its result.
struct exchange {
    exchange_state state = exchange_state::not_sent;
    transport_error error = transport_error::none; ///< `none` if and only if answered
    std::string detail;                            ///< message of the library, for people; empty if answered
    int http_status = 0;                           ///< 0 unless answered
    std::string content_type;                      ///< of the answer, unchanged
    std::string body;                              ///< of the answer, unchanged
    std::string header; ///< header lines of the answer, each with `\n` at its end; they may hold secrets
    std::optional<std::chrono::seconds> retry_after; ///< of the answer; a date is converted to seconds
    /// How long other requests are used as probes before this one: it may be what crashes the CAS.
    std::chrono::seconds set_aside{0};
    /// True if the exchange was a probe and nothing was sent: another daemon may reach the CAS, so it gets
    /// the request at once.
    bool unsent_probe = false;
    /// True if the exchange failed while no other exchange was answered either. It then says nothing about
    /// the command, and no attempt of the request is counted.
    bool outage = false;
    /// True if nothing was sent, because the envelope belongs to an endpoint that is not the one in use now.
    bool moved = false;
    std::chrono::steady_clock::duration duration{}; ///< from the request for a connection to the last byte
};

} // namespace contego
