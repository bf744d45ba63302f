#pragma once

#include <contego/backoff.hpp>
#include <contego/line_observer.hpp>
#include <contego/outcome_store.hpp>
#include <contego/request.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace contego::pipeline {

namespace asio = boost::asio;

/// Gathers outcomes while the batch before them is being written. So batches grow with the load, and a lone
/// outcome does not wait. If more outcomes are expected, it gathers for a moment longer, but an EXPRESS
/// outcome never waits. Batches are bounded, so that the next one is written soon. A batch is kept until the
/// database has stored it, forever if need be.
/// If the database refuses to store an outcome of a request, the request is held for a person. A hold
/// replaces its verdict, and its other outcomes that are not written yet are dropped. So no request is
/// COMPLETED while the record of one of its commands is missing. It counts the bytes that it holds, so that
/// the sender can wait until there is room. The database may be slower than the CAS, and one request may have
/// ten thousand commands. Lives on the network thread. `store` is called on `database`, one call at a time.
/// All references must outlive the recorder.
class recorder {
public:
    recorder(const asio::any_io_executor& network,
             asio::thread_pool& database,
             outcome_store& store,
             line_observer& observer);

    /// `written` is called on the network thread after each batch. Set it before `run`.
    void on_written(std::function<void(const record_batch&, const record_answer&)> written) {
        written_ = std::move(written);
    }

    /// `more` returns whether outcomes of waiting requests will follow soon. Set it before `run`.
    void on_asking_for_more(std::function<bool()> more) { more_to_come_ = std::move(more); }

    enum class urgency { express, regular };

    /// Adds outcomes of one claim, at least one. The parts of a claim are written in the order in which they
    /// were added; all of them must have the same urgency.
    void add(recorded_run part, urgency u = urgency::regular);

    /// Returns whether the database refused to store an outcome of this claim whose verdict is still to come.
    /// The request is held: send no more of its commands.
    [[nodiscard]] bool refused(const request& r) const { return refused_.contains({r.id, r.fence}); }

    /// Returns how many verdicts are added and not yet durable.
    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }

    /// Returns how many of them were sent in the call of another request.
    [[nodiscard]] std::size_t companions() const { return companions_; }

    /// Returns how many claims wait because another session keeps rows of their requests locked.
    [[nodiscard]] std::size_t postponed() const { return locked_.size(); }

    /// Returns whether the outcome of another exchange may be added: less than 16 MiB are not durable yet.
    [[nodiscard]] bool has_room() const { return bytes_ < most_bytes; }

    /// Waits until `has_room`, or until `open` was called.
    asio::awaitable<void> wait_for_room();

    /// From now on nobody waits for room.
    void open();

    /// Writes until `stop` was called and nothing is left.
    asio::awaitable<void> run();

    /// Ends `run` when everything is written. Add nothing afterwards.
    void stop();

private:
    static constexpr std::size_t most_bytes = std::size_t{16} << 20U;

    using claim = std::pair<std::int64_t, std::int64_t>; ///< request and fence

    class batch_builder;

    void count(const recorded_run& run);
    void discount(const recorded_run& run);
    [[nodiscard]] bool has_work() const;
    [[nodiscard]] bool is_worth_waiting_for() const;
    void take_locked(batch_builder& batch);
    asio::awaitable<void> gather();
    [[nodiscard]] record_batch take();
    asio::awaitable<void> write(record_batch batch);
    asio::awaitable<void> pause(std::chrono::milliseconds time);
    void put_back_postponed(const record_batch& batch, const record_answer& answer);
    void put_back(const recorded_run& part);
    void move_behind_locked(std::deque<recorded_run>& from);
    void hold_what_failed(const record_batch& batch, const record_answer& answer);
    void hold(const recorded_run& failed, const std::string& why);
    [[nodiscard]] std::optional<recorded_run> take_back(const claim& of);

    asio::thread_pool& database_;
    outcome_store& store_;
    line_observer& observer_;
    asio::steady_timer added_;
    asio::steady_timer has_room_; ///< never expires; cancelled when there may be room again
    std::deque<recorded_run> express_;
    std::deque<recorded_run> regular_;
    std::size_t outstanding_ = 0;
    std::size_t companions_ = 0;
    /// Claims on requests whose rows another session keeps locked, with the parts that wait for that. No part
    /// waits while the last one is being written.
    std::map<claim, std::deque<recorded_run>> locked_;
    std::deque<claim> locked_order_;            ///< the claims of `locked_`; the first one is tried first
    asio::steady_timer::time_point next_try_{}; ///< when `locked_` is written again
    std::size_t bytes_ = 0;   ///< of all outcomes that are not durable, those being written included
    std::set<claim> refused_; ///< claims that are held and whose verdict is still to come
    backoff backoff_;
    bool stopping_ = false;
    bool is_open_ = false;
    std::function<bool()> more_to_come_ = [] { return false; };
    std::function<void(const record_batch&, const record_answer&)> written_;
};

} // namespace contego::pipeline
