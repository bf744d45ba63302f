#pragma once

#include "binding/compiled.hpp"
#include "binding/source.hpp"

#include <chrono>

namespace contego::wire {

/// Reads the `lifetime` of a `session` element. Returns 0 if there is none.
[[nodiscard]] std::chrono::seconds compile_lifetime(source& file, pugi::xml_node session);

/// Reads the `reply` element of a session: its rows, and the places of the status and the token.
void compile_login_reply(source& file, pugi::xml_node reply, compiled_session& s);

/// Returns whether a text holds the token of the session, also inside a digest.
[[nodiscard]] bool uses_session(const skeleton& s);

} // namespace contego::wire
