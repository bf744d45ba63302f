#pragma once

#include "pipeline/execution.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/turnstile.hpp"
#include <contego/admission_control.hpp>
#include <contego/backoff.hpp>
#include <contego/binding.hpp>
#include <contego/line_observer.hpp>
#include <contego/request_source.hpp>
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace contego::pipeline {

/// How one provider's line runs.
struct line_options {
    std::string provider;
    std::size_t in_flight = 64;    ///< exchanges at once; 1 or more
    std::size_t claim_ahead = 256; ///< requests claimed beyond those, waiting to be sent or recorded
    /// Text of the parameters of all requests that are claimed and not recorded yet. As values it takes up to
    /// thirty times as much memory until it is planned.
    std::size_t most_bytes_held = std::size_t{2} * 1024 * 1024;
    std::chrono::milliseconds exchange_timeout{
        30000}; ///< for one exchange in all, waiting for a connection included
    std::chrono::milliseconds poll_interval{1000}; ///< between claims that found nothing, where no hint comes
    retry_policy retry;
};

/// claim -> plan -> send -> record, for one provider.
///
/// Claims when there is room, keeps at most `in_flight` exchanges on their way, or fewer where `gate` says
/// so, and counts a request as held until its outcome is durable, so that a slow database stops the claiming
/// and not the memory. A request is planned on the thread that claimed it, since a large plan takes a while.
/// Nothing is claimed for a CAS that is taken for dead, and what was claimed for it is
/// given back. A database that does not answer is asked again, for ever, and never loses an answer that the
/// CAS gave. Lives on the network thread; all references must outlive it.
class line {
public:
    line(const asio::any_io_executor& network,
         asio::thread_pool& claiming,
         asio::thread_pool& recording,
         line_options options,
         const binding& wire,
         request_source& source,
         transport& endpoint,
         admission_control& gate,
         outcome_store& store,
         line_observer& observer);

    /// Runs until `stop` was called, what was on its way is answered, and everything is recorded.
    asio::awaitable<void> run();

    /// Requests that are being sent, each one exchange at a time. Any thread.
    [[nodiscard]] std::size_t sending() const { return sending_; }

    /// There may be something to claim.
    void wake();

    /// Claims nothing more; gives back what is not on its way yet.
    void stop();

private:
    using executions = std::deque<execution>;

    /// What a claim brought, planned.
    struct claimed_work {
        claim_batch batch; ///< without its requests
        executions planned;
    };

    [[nodiscard]] std::size_t waiting() const { return express_.size() + regular_.size(); }

    [[nodiscard]] std::size_t held() const { return waiting() + sending_ + recorder_.outstanding(); }

    [[nodiscard]] std::size_t max_concurrent() const;
    [[nodiscard]] std::size_t capacity() const;
    [[nodiscard]] std::size_t room() const;
    [[nodiscard]] std::size_t room_for_bytes() const;
    [[nodiscard]] bool may_claim(bool hint_is_due) const;
    [[nodiscard]] claimed_work claim_and_plan(std::size_t limit, std::size_t bytes);
    asio::awaitable<void> claim_until_stopped();
    asio::awaitable<std::chrono::milliseconds> claim_once();
    std::chrono::milliseconds pause_after(const claim_batch& batch) const;
    void enqueue(executions planned);
    void let_go(const record_batch& written);
    [[nodiscard]] execution take_next();
    asio::awaitable<void> rest(std::chrono::milliseconds at_most);
    asio::awaitable<void> rest_unless_hinted(std::chrono::milliseconds pause);
    asio::awaitable<void> backoff_wait(std::chrono::milliseconds pause);
    asio::awaitable<void> drained();
    void gate_changed();
    void give_back_waiting();
    void dispatch();
    asio::awaitable<void> run_executions();
    asio::awaitable<void> wait_for_recorder();
    asio::awaitable<void> run_execution(execution way, bool& has_turn);

    /// What was answered, and what of it is stored once it is clear that it is to be.
    struct sent_command {
        reply answer;
        command_record record;
    };

    asio::awaitable<sent_command> send(const request& r, const send_step& now);
    void end(const request& r, verdict v);
    void release(const request& r, std::optional<std::chrono::steady_clock::time_point> first_sent);
    void report_gauges();

    asio::any_io_executor network_;
    asio::thread_pool& claiming_;
    line_options options_;
    const binding& wire_;
    request_source& source_;
    transport& endpoint_;
    admission_control& gate_;
    line_observer& observer_;
    recorder recorder_;
    asio::steady_timer woken_;
    asio::steady_timer emptied_;
    asio::steady_timer recorded_; ///< never expires; cancelled when the recorder may have room again
    turnstile turns_;
    executions express_; ///< that wait to be sent, before those beneath
    executions regular_;
    std::atomic<std::size_t> sending_ = 0; ///< coroutines that run an execution each
    std::size_t choosing_ = 0;             ///< coroutines that wait for a turn to choose one
    std::map<std::pair<std::int64_t, std::int64_t>, std::size_t>
        bytes_; ///< of those held, by request and fence
    std::size_t bytes_held_ = 0;
    backoff backoff_; ///< with the database, where a claim got no answer
    bool hinted_ = false;
    std::chrono::steady_clock::time_point next_hinted_claim_; ///< sooner only where there is much room
    bool stopping_ = false;
    std::mt19937_64 random_{std::random_device{}()}; ///< for the thread that claims
};

} // namespace contego::pipeline
