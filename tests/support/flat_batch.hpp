#pragma once

#include <contego/outcome_store.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::testing {

/// A verdict with every member that any of its alternatives has, and the claim that it ends.
struct flat_verdict {
    std::int64_t request_id = 0;
    std::int64_t fence = 0;
    contego::disposition disposition{};
    std::string error_code;
    std::string error_description;
    std::string reference_number;
    value result;
    std::chrono::milliseconds delay{0};
    bool counts = true;
    bool maybe_sent = false;
    std::optional<std::chrono::steady_clock::time_point> first_sent;
};

/// A command with the claim that it was sent under.
struct flat_command : command_record {
    std::int64_t request_id = 0;
    std::int64_t fence = 0;
};

/// A batch as rows, as the database takes it.
struct flat_batch {
    std::vector<flat_command> commands;
    std::vector<flat_verdict> verdicts;
};

[[nodiscard]] inline flat_verdict flat(const verdict& v) {
    flat_verdict f;
    f.disposition = disposition_of(v);
    std::visit(
        [&](const auto& end) {
            if constexpr (requires { end.why; }) {
                f.error_code = end.why.code;
                f.error_description = end.why.description;
            }
            if constexpr (requires { end.reference_number; }) f.reference_number = end.reference_number;
            if constexpr (requires { end.result; }) f.result = end.result;
            if constexpr (requires { end.maybe_sent; }) f.maybe_sent = end.maybe_sent;
            if constexpr (requires { end.delay; }) {
                f.delay = end.delay;
                f.counts = end.counts;
            }
        },
        v);
    return f;
}

[[nodiscard]] inline flat_batch flat(const record_batch& batch) {
    flat_batch rows;
    for (const auto& run : batch.runs) {
        for (const auto& c : run.commands)
            rows.commands.push_back({c, run.request_id, run.fence});
        if (!run.end) continue;
        auto v = flat(*run.end);
        v.request_id = run.request_id;
        v.fence = run.fence;
        v.first_sent = run.first_sent;
        rows.verdicts.push_back(std::move(v));
    }
    return rows;
}

[[nodiscard]] inline verdict verdict_of(const flat_verdict& f) {
    const failure_reason why{f.error_code, f.error_description};
    switch (f.disposition) {
    case disposition::complete:
        return completed{f.reference_number, f.result};
    case disposition::reject:
        return rejected{why, f.reference_number, f.result};
    case disposition::retry:
        return retrying{why, f.reference_number, f.delay, f.counts, f.maybe_sent};
    case disposition::hold:
        return held{why, f.reference_number, f.maybe_sent};
    case disposition::release:
        break;
    }
    return released{f.maybe_sent};
}

[[nodiscard]] inline recorded_run run_of(const flat_command& c) {
    return {c.request_id, c.fence, {c}, {}, {}};
}

[[nodiscard]] inline recorded_run run_of(const flat_verdict& f) {
    return {f.request_id, f.fence, {}, verdict_of(f), f.first_sent};
}

/// The rows grouped by claim, in the order in which a claim is named first.
[[nodiscard]] inline record_batch grouped(const flat_batch& rows) {
    record_batch batch;
    const auto run_for = [&](std::int64_t request_id, std::int64_t fence) -> recorded_run& {
        for (auto& run : batch.runs)
            if (run.request_id == request_id && run.fence == fence) return run;
        return batch.runs.emplace_back(recorded_run{request_id, fence, {}, {}, {}});
    };
    for (const auto& c : rows.commands)
        run_for(c.request_id, c.fence).commands.push_back(c);
    for (const auto& v : rows.verdicts) {
        auto& run = run_for(v.request_id, v.fence);
        run.end = verdict_of(v);
        run.first_sent = v.first_sent;
    }
    return batch;
}

} // namespace contego::testing
