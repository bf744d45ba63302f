#pragma once

#include "binding/skeleton.hpp"

#include <string>

namespace contego::wire {

/// Appends everything that a rendered text shows of the parameters outside the element that is repeated for
/// each request. Two commands for which it is equal are rendered alike there.
void append_likeness(std::string& out, const skeleton& s, const value::object& parameters);

} // namespace contego::wire
