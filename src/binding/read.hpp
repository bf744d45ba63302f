#pragma once

#include "binding/compiled.hpp"
#include "binding/veil.hpp"

namespace contego::wire {

/// A command that was sent: what an answer is held against.
struct question {
    const compiled_command& known;
    const command& what;
    std::int64_t request_id;
    const veil& secrets;
};

/// What an exchange means for a command; see contego::binding::read. The texts are those of the answer, long
/// and in clear: only disclosed() makes a reply of it that may leave the room.
[[nodiscard]] reply read_exchange(const question& q, const exchange& e);

} // namespace contego::wire
