#pragma once

#include "binding/compiled.hpp"

namespace contego::wire {

/// What an exchange means for a command; see contego::binding::read.
[[nodiscard]] reply read_exchange(const compiled_command& command, const exchange& e);

} // namespace contego::wire
