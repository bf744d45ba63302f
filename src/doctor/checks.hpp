#pragma once

#include "doctor/finding.hpp"
#include "doctor/snapshot.hpp"

#include <cstdint>
#include <span>

namespace contego::daemon {

/// The condition under which a check can be made.
enum class precondition : std::uint8_t { nothing, good_configuration, live_database };

/// A check for one common fault.
struct check {
    const char* name;
    const char* looks_at;
    precondition needs;
    findings (*look)(snapshot&); ///< throws if the check cannot be made
};

/// Returns all checks, in the order in which doctor makes and reports them.
[[nodiscard]] std::span<const check> all_checks();

/// Makes a check and returns at least one finding. If the check cannot be made, the finding says so.
[[nodiscard]] findings made(const check& c, snapshot& p);

} // namespace contego::daemon
