#pragma once

#include "pipeline/execution.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

namespace contego::pipeline {

namespace asio = boost::asio;

/// Executions whose next commands go out in one call, in the order in which they were claimed; at least one.
using shared_call = std::list<execution>;

/// Gathers executions whose commands are alike into calls.
///
/// A call is ready when it is full, or when its first execution has waited as long as the binding says. A
/// ready call that is not full still takes executions until it is sent. So calls grow with the load, and a
/// lone execution waits only for that time.
///
/// Lives on the network thread.
class gathering {
public:
    /// `ready` is called when calls have become ready because of the time.
    gathering(const asio::any_io_executor& network, std::function<void()> ready);

    /// Adds an execution that shares a call.
    void add(execution e);

    /// Adds the two halves of a call that the CAS refused as a whole. They are ready and take no others, so
    /// that the execution with the fault is alone after a few halves.
    void split(shared_call refused);

    /// Returns whether a call of EXPRESS requests is ready, or one of other requests.
    [[nodiscard]] bool has_ready(bool express) const { return !ready_of(express).empty(); }

    /// Returns how many calls are ready.
    [[nodiscard]] std::size_t ready() const { return express_.size() + regular_.size(); }

    /// Removes the call that became ready first, EXPRESS before others. Precondition: a call is ready.
    [[nodiscard]] shared_call take();

    /// Removes an execution of that call. Precondition: a call is ready.
    [[nodiscard]] execution take_one();

    /// Removes an execution of any call, ready or not. Precondition: not empty.
    [[nodiscard]] execution take_any();

    [[nodiscard]] std::size_t size() const { return size_; }

    /// Returns how many executions share the call of another one.
    [[nodiscard]] std::size_t companions() const {
        return size_ - express_.size() - regular_.size() - gathering_.size();
    }

private:
    using time_point = asio::steady_timer::time_point;

    struct call {
        shared_call members;
        std::string likeness; ///< empty: it takes no others
        std::size_t most = 0;
        time_point ready_at{};
        bool waits = false; ///< false: it is ready at once
    };

    using calls = std::list<call>;

    struct place {
        calls::iterator at;
        bool is_ready;
    };

    [[nodiscard]] const calls& ready_of(bool express) const { return express ? express_ : regular_; }

    [[nodiscard]] calls& first_ready() { return express_.empty() ? regular_ : express_; }

    place& begin(const execution& first);
    void make_ready(place& p);
    void make_ready_in_time();
    void wait_until(time_point when);
    void stop_waiting();
    [[nodiscard]] execution take_from(calls& from);

    calls gathering_;                             ///< not ready
    calls express_;                               ///< ready
    calls regular_;                               ///< ready
    std::unordered_map<std::string, place> open_; ///< calls that take others, by likeness
    std::size_t size_ = 0;
    asio::steady_timer timer_;
    time_point waits_until_ = time_point::max();
    std::function<void()> ready_;
};

} // namespace contego::pipeline
