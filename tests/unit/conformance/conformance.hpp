#pragma once

#include <contego/outcome.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace contego::conformance {

/// What the server does after it has written the bytes of a case.
enum class ending {
    keeps,  ///< answers the next request on the same connection in the same way
    closes, ///< closes the connection in an orderly way
    resets, ///< resets the connection
};

/// What contegod must make of an answer, for a repeat-safe command and for another command.
struct verdicts {
    outcome safe{};
    std::string_view safe_code; ///< error code of the reply; empty: none
    outcome unsafe{};
    std::string_view unsafe_code;
};

/// The bytes of one answer, and what they mean.
struct conformance_case {
    std::string name;        ///< in the name of the test
    std::string_view source; ///< the text that says so
    std::string bytes;
    ending then = ending::closes;
    verdicts expected;
    bool reused = false; ///< with `keeps`: whether the next exchange uses the same connection
};

inline std::ostream& operator<<(std::ostream& out, const conformance_case& c) {
    return out << c.name;
}

/// The CAS did it.
inline constexpr verdicts done{outcome::success, "", outcome::success, ""};

/// The CAS refused it.
constexpr verdicts refused(std::string_view code) {
    return {outcome::rejected, code, outcome::rejected, code};
}

/// It did not happen and may be tried again.
constexpr verdicts again(std::string_view code) {
    return {outcome::retry, code, outcome::retry, code};
}

/// It may have happened: only a repeat-safe command is tried again.
constexpr verdicts perhaps(std::string_view code) {
    return {outcome::retry, code, outcome::hold, "MAYBE_SENT"};
}

/// The CAS says that it failed, and not at which step: only a repeat-safe command is tried again.
constexpr verdicts failed(std::string_view code) {
    return {outcome::retry, code, outcome::hold, code};
}

/// Nobody knows what the CAS meant.
constexpr verdicts unclear(std::string_view code) {
    return {outcome::hold, code, outcome::hold, code};
}

/// Returns an HTTP/1.1 answer with a Content-Length.
[[nodiscard]] std::string http(std::string_view body,
                               std::string_view status = "200 OK",
                               std::string_view content_type = "text/xml; charset=utf-8",
                               std::string_view more = {});

/// Returns a SOAP 1.1 envelope whose status is `status`.
[[nodiscard]] std::string status(std::string_view status = "OK");

/// The groups of the table, each in a file of its own.
[[nodiscard]] std::vector<conformance_case> faults();
[[nodiscard]] std::vector<conformance_case> envelopes();
[[nodiscard]] std::vector<conformance_case> statuses();
[[nodiscard]] std::vector<conformance_case> character_sets();
[[nodiscard]] std::vector<conformance_case> framing();

} // namespace contego::conformance
