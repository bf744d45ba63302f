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
#include <variant>

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

    /// A request's outcomes are written in the order in which they were added: all of one have the same
    /// urgency.
    void add(command_record c, urgency u = urgency::regular);
    void add(verdict v, urgency u = urgency::regular);

    /// Whether the database refused to store an outcome of this claim, and its verdict is still to come. The
    /// request is held: nothing of it is to be sent any more.
    [[nodiscard]] bool refused(const request& r) const { return refused_.contains({r.id, r.fence}); }

    /// Verdicts added and not yet durable.
    [[nodiscard]] std::size_t outstanding() const { return outstanding_; }

    /// Those of them that the database could not write yet because another session keeps rows locked.
    [[nodiscard]] std::size_t postponed() const { return postponed_.size(); }

    /// Whether the outcome of another exchange may be added. False while more than 16 MiB wait to be durable.
    [[nodiscard]] bool has_room() const { return bytes_ < most_bytes; }

    /// Writes until `stop` was called and nothing is left.
    asio::awaitable<void> run();

    /// No more will be added.
    void stop();

private:
    static constexpr std::size_t most_bytes = std::size_t{16} << 20U;

    using row = std::variant<command_record, verdict>;
    using claim = std::pair<std::int64_t, std::int64_t>; ///< request and fence

    void enqueue(row r, urgency u);
    static claim claim_of(const row& r);
    [[nodiscard]] bool has_work() const;
    [[nodiscard]] bool is_worth_waiting_for() const;
    void take_from(std::deque<row>& from, std::size_t most, record_batch& batch, std::size_t& bytes);
    asio::awaitable<void> gather();
    [[nodiscard]] record_batch take();
    asio::awaitable<void> write(record_batch batch);
    asio::awaitable<void> pause(std::chrono::milliseconds time);
    void put_back_postponed(const record_batch& batch, const record_answer& answer);
    void put_back(row r);
    void hold_what_failed(const record_batch& batch, const record_answer& answer);
    void hold(const claim& of, std::optional<verdict> end, const std::string& why);
    [[nodiscard]] std::optional<verdict> take_back(const claim& of);

    asio::thread_pool& database_;
    outcome_store& store_;
    line_observer& observer_;
    asio::steady_timer added_;
    std::deque<row> express_;
    std::deque<row> regular_;
    std::size_t outstanding_ = 0;
    std::deque<row> locked_; ///< rows that come after those of a request whose rows are locked
    std::map<claim, std::size_t>
        postponed_; ///< how many rows of each are in `locked_`; 0: they are being written
    asio::steady_timer::time_point next_try_{}; ///< when the database is asked again about `locked_`
    std::size_t bytes_ = 0;   ///< of all rows that are not durable, those on their way to the database too
    std::set<claim> refused_; ///< held while they were under way: their verdict is still to come
    backoff backoff_;
    bool stopping_ = false;
    std::function<bool()> more_to_come_ = [] { return false; };
    std::function<void(const record_batch&, const record_answer&)> written_;
};

} // namespace contego::pipeline
