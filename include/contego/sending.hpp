#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

namespace contego {

/// One sending of a command: the values that an envelope may show and that are not parameters.
struct sending {
    std::int64_t request_id = 0;
    int sequence = 1; ///< position of the command in the plan, from 1
    /// The command is a GET that is not in the plan. It is sent before the command at `sequence`, which has
    /// another `{command.id}`.
    bool outside_plan = false;
    std::array<std::uint8_t, 16> random{}; ///< fresh for each sending
    std::array<std::uint8_t, 16> nonce{};  ///< the same, for a password digest
    std::chrono::system_clock::time_point now{};
    std::string session{}; ///< the token of the session, a secret; empty if there is none
    /// The call carries several requests. `{command.id}` is a random number then: a CAS that recognises
    /// repetitions must not take a call for another one with other smartcards.
    bool is_shared = false;
};

} // namespace contego
