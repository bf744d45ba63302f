#pragma once

#include "doctor/finding.hpp"
#include "doctor/snapshot.hpp"

#include <cstdint>
#include <span>

namespace contego::daemon {

/// What must be there before a check can be made.
enum class precondition : std::uint8_t { nothing, good_configuration, live_database };

/// One thing that commonly goes wrong, and how it is looked at.
struct check {
    const char* name;
    const char* looks_at;
    precondition needs;
    findings (*look)(snapshot&); ///< throws where it cannot be made
};

/// All of them, in the order in which they are made and told.
[[nodiscard]] std::span<const check> all_checks();

/// What a check has to say, at least one finding: that it could not be made, too.
[[nodiscard]] findings made(const check& c, snapshot& p);

} // namespace contego::daemon
