#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace contego::simulator {

using moment = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads an xs:dateTime, `YYYY-MM-DDThh:mm:ss[.fraction][Z|+hh:mm|-hh:mm]`. Without a zone it is UTC. Returns
/// nullopt for any other text, and for a day that the calendar does not have.
[[nodiscard]] std::optional<moment> moment_of(std::string_view text);

/// Returns the time as text, for example `2030-01-31T08:09:10.000123Z`.
[[nodiscard]] std::string to_text(moment m);

} // namespace contego::simulator
