#pragma once

#include <contego/reply.hpp>

#include <string>

namespace contego::daemon {

/// Prints the reply on standard output: a line for each member that it has, the result as JSON, and the rule
/// that decided with its place in the binding file.
void print_reply(const reply& r, const std::string& binding_name);

} // namespace contego::daemon
