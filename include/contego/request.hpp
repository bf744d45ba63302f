#pragma once

#include <contego/outcome.hpp>
#include <contego/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace contego {

/// A command of a request that was answered with success under an earlier claim: it is not sent again.
struct finished_command {
    int sequence = 0; ///< position in the plan, from 1
    value result;     ///< what it returned; a conditional pairing step reads it
    std::string reference_number;

    friend bool operator==(const finished_command&, const finished_command&) = default;
};

/// A provisioning request as claimed: ours to run until the lease of this daemon ends.
struct request {
    std::int64_t id = 0;
    std::string provider;
    std::string action;
    value parameters;       ///< an object
    std::size_t size = 0;   ///< bytes of the parameters as text
    std::string unreadable; ///< why the parameters cannot be held by this program, such as a number beyond a
                            ///< double; empty: they can
    std::string priority;
    std::int64_t sequence_number = 0;
    std::int64_t fence = 0;  ///< number of this claim; only the holder of the latest one may write
    std::int64_t holder = 0; ///< number of the daemon it was claimed for
    int attempts = 0;        ///< sends that failed so far
    /// Commands that are not finished may have been sent: a daemon that held it before us died or lost its
    /// lease, perhaps several commands beyond what it had recorded; or no answer came.
    bool maybe_sent = false;
    /// An earlier attempt at the first unfinished command was sent, and no readable answer came: the CAS may
    /// have done that command.
    bool unanswered = false;
    double age_seconds = 0; ///< since it was first due, in the database's clock, when claimed
    std::vector<finished_command> finished;

    /// Whether it goes before requests of other priorities.
    [[nodiscard]] bool is_express() const { return priority == "EXPRESS"; }

    friend bool operator==(const request&, const request&) = default;
};

} // namespace contego
