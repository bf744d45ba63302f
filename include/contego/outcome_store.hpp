#pragma once

#include <contego/command.hpp>
#include <contego/exchange.hpp>
#include <contego/outcome.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego {

/// What is stored of one command after an attempt, or after it was skipped.
struct command_record {
    std::int64_t request_id = 0;
    std::int64_t fence = 0;
    int sequence = 0; ///< position in the plan, from 1
    command_type type{};
    value::object parameters; ///< masked
    std::string request;      ///< envelope as sent, masked; UTF-8
    std::string response;     ///< body as received, masked; UTF-8
    std::string reference_number;
    std::string status_code;
    std::optional<contego::outcome> outcome; ///< none: skipped, its condition did not hold
    exchange_state got{};                    ///< how far the exchange got; meaningless where it was skipped
    bool read_back =
        false; ///< not sent again: envelope and answer are of the GET that showed that it was done
    std::string error_code;
    std::string error_description;
    value result;
    std::chrono::steady_clock::time_point
        sent; ///< when the exchange began; turned into the database's clock on writing
    std::chrono::steady_clock::duration duration{};
};

/// What becomes of a request.
enum class disposition {
    complete, ///< every command succeeded or was skipped: COMPLETED
    reject,   ///< final no: REJECTED
    retry,    ///< stays PENDING, due again after `delay`
    hold,     ///< stays PENDING, waits for a person
    release,  ///< stays PENDING, due at once, no attempt counted: the daemon is stopping
};

/// The end of one claim on one request.
struct verdict {
    std::int64_t request_id = 0;
    std::int64_t fence = 0;
    contego::disposition disposition{};
    std::string error_code;
    std::string error_description;
    std::string reference_number; ///< of the last command that gave one
    value result;                 ///< of the request, an object, or null
    std::chrono::milliseconds delay{0};
    bool counts = true; ///< retry: whether it is counted as an attempt; an outage of the CAS is not
    bool maybe_sent =
        false; ///< retry, release, hold: what is not finished may have reached the CAS all the same
    /// When the first exchange under this claim began; none: nothing was sent. Becomes executed_date.
    std::optional<std::chrono::steady_clock::time_point> first_sent;
};

/// Written in one transaction.
struct record_batch {
    std::vector<command_record> commands;
    std::vector<verdict> verdicts;
};

/// What one batch came to.
struct record_answer {
    std::vector<std::int64_t>
        stale; ///< requests whose claim was no longer ours: nothing of theirs was written
    std::vector<std::int64_t>
        failed;          ///< requests whose outcome the database refused to store; they stay claimed
    std::string failure; ///< what it said about the first of them
    /// Requests whose row another session keeps locked: nothing of theirs was written, write it again later.
    std::vector<std::int64_t> postponed;
    std::size_t woken = 0; ///< requests that waited for one of these and may now be claimed
};

/// Role: writes what happened, if and only if the claim is still ours.
///
/// Blocking; call from a database thread, one call at a time. A bad row fails alone and is named in the
/// answer. Throws std::exception when the database cannot answer: then the batch may or may not be written,
/// and writing it again is safe, for the fence lets each verdict in once.
class outcome_store {
public:
    outcome_store() = default;
    outcome_store(const outcome_store&) = delete;
    outcome_store& operator=(const outcome_store&) = delete;
    virtual ~outcome_store() = default;

    [[nodiscard]] virtual record_answer record(const record_batch& batch) = 0;
};

} // namespace contego
