#pragma once

#include "pipeline/sender.hpp"
#include "pipeline/turnstile.hpp"
#include "pipeline/waiting_executions.hpp"
#include <contego/admission_control.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>

namespace contego::pipeline {

namespace asio = boost::asio;

/// What the dispatcher tells. It may be called from inside any function of the dispatcher.
struct dispatcher_events {
    std::function<void()> changed;    ///< the number of waiting or sending executions has changed
    std::function<void()> none_waits; ///< nothing that is ready waits any more
};

/// Decides which execution is sent next, and how many at once: at most `in_flight`, or fewer if the gate says
/// so.
///
/// Lives on the network thread; all references must outlive it.
class dispatcher {
public:
    dispatcher(const asio::any_io_executor& network,
               std::size_t in_flight,
               const admission_control& gate,
               turnstile& turns,
               waiting_executions& waiting,
               sender& sends,
               dispatcher_events events);

    /// Sends these as soon as it is their turn.
    void add(std::deque<execution> planned);

    /// The gate may allow more exchanges, or fewer. If it allows none, all waiting executions are given back.
    void gate_changed();

    /// Calls have become ready to be sent.
    void more_is_ready() { dispatch(); }

    /// Exchanges that may be in flight at once.
    [[nodiscard]] std::size_t max_concurrent() const;

    /// Executions that wait to be sent.
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

    /// Exchanges in flight: executions that are being sent one by one, and shared calls. Any thread.
    [[nodiscard]] std::size_t sending() const { return sending_; }

    /// Executions in flight that share the call of another one.
    [[nodiscard]] std::size_t companions() const { return companions_; }

    /// Starts no more executions and gives back the waiting ones.
    void stop();

    /// Waits until nothing is being sent. Call after `stop`.
    asio::awaitable<void> drained();

private:
    void give_back_waiting();
    void dispatch();
    asio::awaitable<void> run_executions();
    asio::awaitable<void> run_call(bool& has_turn);

    std::size_t in_flight_;
    const admission_control& gate_;
    turnstile& turns_;
    waiting_executions& waiting_;
    sender& sender_;
    dispatcher_events events_;
    std::atomic<std::size_t> sending_ = 0; ///< coroutines that run an execution or a call each
    std::size_t companions_ = 0;
    std::size_t choosing_ = 0;   ///< coroutines that wait for a turn to choose one
    asio::steady_timer emptied_; ///< never expires; cancelled when a coroutine ended
    bool stopping_ = false;
};

} // namespace contego::pipeline
