#pragma once

#include <contego/command_record.hpp>
#include <contego/verdict.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace contego {

/// A part of one claim on one request, to be stored: the commands since the part before it and, at the end of
/// the claim, the verdict. It travels as one from the sender to the database.
struct recorded_run {
    std::int64_t request_id = 0;
    std::int64_t fence = 0; ///< number of the claim
    std::vector<command_record> commands;
    std::optional<verdict> end; ///< none: the claim goes on
    /// When the first exchange under this claim began; none: nothing was sent. Becomes executed_date.
    std::optional<std::chrono::steady_clock::time_point> first_sent;
    /// Whether it was sent in the call of another request, which counts for both in the room of the line.
    bool is_companion = false;
};

} // namespace contego
