#pragma once

#include <contego/outcome.hpp>
#include <contego/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace contego {

/// A command that was answered with success under an earlier claim of its request. It is not sent again.
struct finished_command {
    int sequence = 0; ///< position in the plan, from 1
    value result;     ///< what the command returned; a conditional pairing step reads it
    std::string reference_number;

    friend bool operator==(const finished_command&, const finished_command&) = default;
};

/// A claimed provisioning request. It is ours until the lease of this daemon ends.
struct request {
    std::int64_t id = 0;
    std::string provider;
    std::string action;
    value parameters;       ///< an object
    std::size_t size = 0;   ///< length of the parameters as text, in bytes
    std::string unreadable; ///< why this program cannot hold the parameters, for example a number beyond a
                            ///< double; empty: it can
    std::string priority;
    std::int64_t sequence_number = 0;
    std::int64_t fence = 0;  ///< number of this claim; only the holder of the latest claim may write
    std::int64_t holder = 0; ///< number of the daemon that holds the claim
    int attempts = 0;        ///< failed attempts so far
    /// Whether unfinished commands may have been sent. Either no answer came, or a daemon that held the
    /// request before died or lost its lease. That daemon may have sent several commands more than it
    /// recorded.
    bool maybe_sent = false;
    /// Whether the first unfinished command was sent earlier and got no readable answer. The CAS may have
    /// done it.
    bool unanswered = false;
    double age_seconds = 0; ///< time since it was first due, in the database's clock, when claimed
    std::vector<finished_command> finished;

    /// Whether it goes before requests of other priorities.
    [[nodiscard]] bool is_express() const { return priority == "EXPRESS"; }

    friend bool operator==(const request&, const request&) = default;
};

} // namespace contego
