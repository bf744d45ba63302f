#pragma once

#include "pipeline/claimer.hpp"
#include "pipeline/dispatcher.hpp"
#include "pipeline/line_options.hpp"
#include "pipeline/recorder.hpp"
#include "pipeline/sender.hpp"
#include "pipeline/session_keeper.hpp"
#include "pipeline/turnstile.hpp"
#include "pipeline/waiting_executions.hpp"
#include <contego/admission_control.hpp>
#include <contego/binding.hpp>
#include <contego/line_observer.hpp>
#include <contego/outcome_store.hpp>
#include <contego/request_source.hpp>
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <functional>
#include <utility>

namespace contego::pipeline {

/// The threads and the roles that a line works with. All must outlive the line.
struct line_parts {
    boost::asio::any_io_executor network;
    boost::asio::thread_pool& claiming;  ///< one thread
    boost::asio::thread_pool& recording; ///< one thread
    const binding& wire;
    request_source& source;
    transport& endpoint;
    admission_control& gate;
    outcome_store& store;
    line_observer& observer;
};

/// claim -> plan -> send -> record, for one provider.
/// The claimer claims requests if there is room, and plans them. The dispatcher chooses the next one, the
/// sender sends its commands, and the recorder stores their outcomes. A request counts as held until its
/// outcome is durable, so that a slow database stops the claiming and the memory does not grow. While
/// the breakers of all endpoints are open, nothing is claimed, and requests that wait are given back. If the
/// database does not answer, it is asked again, forever, and no answer of the CAS is lost. Lives on the
/// network thread.
class line {
public:
    line(line_options options, const line_parts& parts);

    line(const line&) = delete;
    line& operator=(const line&) = delete;

    /// Runs until `stop` was called, each exchange in flight has ended, and everything is recorded.
    asio::awaitable<void> run();

    /// Exchanges in flight. Any thread.
    [[nodiscard]] std::size_t sending() const { return dispatcher_.sending(); }

    /// Sets a function that is called when a batch with the end of a request was recorded. Set it before
    /// `run`.
    void on_ends(std::function<void()> ended) { ended_ = std::move(ended); }

    /// There may be something to claim.
    void wake() { claimer_.hint(); }

    /// Claims nothing more, and gives back every request that is not in flight yet.
    void stop();

private:
    [[nodiscard]] claim_room room() const;
    [[nodiscard]] std::size_t companions() const;
    void recorded(const record_batch& batch, const record_answer& answer);
    void gate_changed();
    void report_gauges();

    line_options options_;
    std::size_t most_in_call_;
    admission_control& gate_;
    line_observer& observer_;
    std::function<void()> ended_;
    recorder recorder_;
    waiting_executions waiting_;
    turnstile turns_;
    session_keeper sessions_;
    sender sender_;
    dispatcher dispatcher_;
    claimer claimer_;
};

} // namespace contego::pipeline
