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

/// Gathers what is to be written while the batch before is being written, so that batches grow with the load
/// and a lone request does not wait. Where it is told that more comes anyway, it gathers for a moment longer,
/// but EXPRESS waits for nobody, and a batch has a limit, so that the next one has its turn soon. Holds on to
/// a batch until the database took it, however long that is.
///
/// If the database refuses to store an outcome of a request, the request is held for a person: a hold takes
/// the place of its verdict, wherever that is, and its other outcomes that are not written yet are dropped.
/// So no request is COMPLETED of which a command is missing.
///
/// Counts the bytes that it holds, so that whoever sends can wait until there is room: the database may be
/// slower than the CAS, and one request may have ten thousand commands.
///
/// Lives on the network thread; `store` is called on `database`, one call at a time. All references must
/// outlive it.
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

    /// `more` says whether requests wait to be sent whose outcomes will follow. Set it before `run`.
    void on_asking_for_more(std::function<bool()> more) { more_to_come_ = std::move(more); }

    enum class urgency { express, regular };

    /// Outcomes of one claim, at least one. The recorder writes the parts of a claim in the order in which they
    /// were added; all of them must have the same urgency.
    void add(recorded_run part, urgency u = urgency::regular);

    /// Whether the database refused to store an outcome of this claim, and its verdict is still to come. The
    /// request is held: nothing of it is to be sent any more.
    [[nodiscard]] bool refused(const request& r) const { return refused_.contains({r.id, r.fence}); }

    /// Verdicts added and not yet durable.
    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }

    /// Those of them that the database could not write yet because another session keeps rows locked.
    [[nodiscard]] std::size_t postponed() const { return postponed_.size(); }

    /// Whether the outcome of another exchange may be added. False while more than 16 MiB wait to be durable.
    [[nodiscard]] bool has_room() const { return bytes_ < most_bytes; }

    /// Waits until `has_room`, or until `open` was called.
    asio::awaitable<void> wait_for_room();

    /// From now on nobody waits for room.
    void open();

    /// Writes until `stop` was called and nothing is left.
    asio::awaitable<void> run();

    /// No more will be added.
    void stop();

private:
    static constexpr std::size_t most_bytes = std::size_t{16} << 20U;

    using claim = std::pair<std::int64_t, std::int64_t>; ///< request and fence

    class batch_builder;

    [[nodiscard]] bool has_work() const;
    [[nodiscard]] bool is_worth_waiting_for() const;
    void take_from(std::deque<recorded_run>& from, std::size_t most, batch_builder& batch);
    asio::awaitable<void> gather();
    [[nodiscard]] record_batch take();
    asio::awaitable<void> write(record_batch batch);
    asio::awaitable<void> pause(std::chrono::milliseconds time);
    void put_back_postponed(const record_batch& batch, const record_answer& answer);
    void put_back(recorded_run part);
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
    std::deque<recorded_run> locked_; ///< of requests whose rows another session keeps locked
    /// How many parts of each claim are in `locked_`; 0: they are being written.
    std::map<claim, std::size_t> postponed_;
    asio::steady_timer::time_point next_try_{}; ///< when the database is asked again about `locked_`
    std::size_t bytes_ = 0;   ///< of all outcomes that are not durable, those being written included
    std::set<claim> refused_; ///< held while they were under way: their verdict is still to come
    backoff backoff_;
    bool stopping_ = false;
    bool is_open_ = false;
    std::function<bool()> more_to_come_ = [] { return false; };
    std::function<void(const record_batch&, const record_answer&)> written_;
};

} // namespace contego::pipeline
