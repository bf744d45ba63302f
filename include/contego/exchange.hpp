#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace contego {

/// Where an exchange failed below HTTP.
enum class transport_error {
    none,
    resolve,   ///< the host name has no address
    connect,   ///< refused, unreachable, or no connection in time
    tls,       ///< handshake failed: certificate, name, protocol
    exhausted, ///< no free connection in the pool before the deadline, or none while the request was surely
               ///< ours
    write,     ///< the connection broke while the request was written
    timeout,   ///< the deadline passed after bytes had left
    closed,    ///< closed or reset before the whole answer was read
    malformed, ///< what came back is not HTTP
    too_large, ///< header or body over the cap
};

/// `connect`, `timeout`, ...: as in the binding file, logs and metrics.
[[nodiscard]] std::string_view name_of(transport_error e);
[[nodiscard]] std::optional<transport_error> transport_error_of(std::string_view name);

/// How far an exchange got. The difference decides whether a command may be repeated.
enum class exchange_state {
    not_sent,       ///< no byte of the request left: safe to send again, always
    sent_no_answer, ///< bytes may have arrived: only a repeat-safe command may be sent again
    answered,       ///< a complete HTTP response was read
};

/// `not_sent`, `sent_no_answer`, `answered`: as in contego.command.exchange.
[[nodiscard]] std::string_view name_of(exchange_state s);

/// One POST and what came of it.
struct exchange {
    exchange_state state = exchange_state::not_sent;
    transport_error error = transport_error::none;   ///< none if and only if answered
    std::string detail;                              ///< what the library said, for people; empty if answered
    int http_status = 0;                             ///< 0 unless answered
    std::string content_type;                        ///< of the answer, as sent
    std::string body;                                ///< of the answer, as sent
    std::optional<std::chrono::seconds> retry_after; ///< the answer's Retry-After, seconds or date resolved
    /// For so long others are to find out whether the endpoint lives: this request may be what kills it.
    std::chrono::seconds set_aside{0};
    /// It failed while nobody else was answered either: this says nothing of the command, and counts as no
    /// attempt of its request.
    bool outage = false;
    std::chrono::steady_clock::duration duration{}; ///< from asking for a connection to the last byte
};

} // namespace contego
