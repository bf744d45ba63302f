#pragma once

#include "binding/body_text.hpp"
#include "binding/compiled.hpp"
#include "binding/veil.hpp"

namespace contego::wire {

/// The command that was sent, to compare the answer with.
struct question {
    const compiled_command& known;
    const command& what;
    const sending* when; ///< nullptr: not known, so the answer is not compared with the command
    const veil& secrets;
};

/// Interprets an exchange as the reply to a command; see contego::binding::interpret. The texts of the answer
/// are complete and unmasked. Only disclosed() makes a reply that may leave this room.
[[nodiscard]] reply read_exchange(const question& q, const exchange& e, body_text body);

} // namespace contego::wire
