#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

enum class severity : std::uint8_t { ok, warning, error };

/// `OK`, `WARNING`, `ERROR`.
[[nodiscard]] std::string_view name_of(severity s);

/// One thing that contegod doctor has to say.
struct finding {
    severity level = severity::ok;
    std::string what; ///< one sentence: what it is about, and the figures
    std::string hint; ///< what to do, as a sentence; empty where there is nothing

    friend bool operator==(const finding&, const finding&) = default;
};

using findings = std::vector<finding>;

[[nodiscard]] finding good(std::string what);

/// A hint within `what`, on a line of its own, goes before the one given.
[[nodiscard]] finding warning(std::string what, std::string hint);
[[nodiscard]] finding error(std::string what, std::string hint);

/// What could not be looked at, and why: never silently left out.
[[nodiscard]] finding not_checked(const std::string& why);

/// `90 s`, `5 min`, `7.5 h`, `12 days`: as people say it.
[[nodiscard]] std::string span_text(double seconds);

} // namespace contego::daemon
