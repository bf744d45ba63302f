#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

enum class severity : std::uint8_t { ok, warning, error };

/// Returns `OK`, `WARNING` or `ERROR`.
[[nodiscard]] std::string_view name_of(severity s);

/// One result of contegod doctor.
struct finding {
    severity level = severity::ok;
    std::string what; ///< a sentence that names the subject and gives the numbers
    std::string hint; ///< a sentence that says how to correct it; empty if there is nothing to do

    friend bool operator==(const finding&, const finding&) = default;
};

using findings = std::vector<finding>;

[[nodiscard]] finding good(std::string what);

/// If `what` contains a hint on a separate line, that hint is put before `hint`.
[[nodiscard]] finding warning(std::string what, std::string hint);
[[nodiscard]] finding error(std::string what, std::string hint);

/// Returns the finding that a check could not be made, with the reason.
[[nodiscard]] finding not_checked(const std::string& why);

/// Returns a length of time for people, rounded down, such as `90 s`, `5 min`, `7 h` or `12 days`.
[[nodiscard]] std::string span_text(double seconds);

} // namespace contego::daemon
