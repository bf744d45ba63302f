#pragma once

#include "pipeline/gathering.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace contego::pipeline {

/// The executions that wait to be sent, in the order in which they were added. EXPRESS goes before all
/// others. Executions that share calls wait in the gathering; their calls and the other executions take
/// turns.
class waiting_executions {
public:
    /// `ready` is called when calls have become ready because of the time.
    waiting_executions(const asio::any_io_executor& network, std::function<void()> ready)
        : gathering_(network, std::move(ready)) {}

    void add(execution e) {
        if (e.shares() != nullptr)
            gathering_.add(std::move(e));
        else
            (e.of().is_express() ? express_ : regular_).push_back(std::move(e));
    }

    /// Adds a call that was refused as a whole, in two halves.
    void split(shared_call refused) { gathering_.split(std::move(refused)); }

    /// Returns whether the next one to send is a call. Precondition: something is ready.
    [[nodiscard]] bool next_is_call() const {
        if (gathering_.ready() == 0) return false;
        if (gathering_.has_ready(true)) return express_.empty() || call_is_next_;
        return express_.empty() && (regular_.empty() || call_is_next_);
    }

    /// Removes the next execution. Precondition: something is ready, and it is no call.
    [[nodiscard]] execution take() {
        call_is_next_ = true;
        auto& from = express_.empty() ? regular_ : express_;
        auto next = std::move(from.front());
        from.pop_front();
        return next;
    }

    /// Removes the next call. Precondition: it is next.
    [[nodiscard]] shared_call take_call() {
        call_is_next_ = false;
        return gathering_.take();
    }

    /// Removes one execution of the next call. Precondition: it is next.
    [[nodiscard]] execution take_one_of_call() { return gathering_.take_one(); }

    /// Removes any execution. Precondition: not empty.
    [[nodiscard]] execution take_any() {
        return express_.empty() && regular_.empty() ? gathering_.take_any() : take();
    }

    [[nodiscard]] bool has_express() const { return !express_.empty() || gathering_.has_ready(true); }

    /// Returns how many executions and calls may be sent now.
    [[nodiscard]] std::size_t ready() const { return express_.size() + regular_.size() + gathering_.ready(); }

    /// Returns how many executions share the call of another one.
    [[nodiscard]] std::size_t companions() const { return gathering_.companions(); }

    [[nodiscard]] std::size_t size() const { return express_.size() + regular_.size() + gathering_.size(); }

    [[nodiscard]] bool empty() const { return size() == 0; }

private:
    std::deque<execution> express_;
    std::deque<execution> regular_;
    gathering gathering_;
    bool call_is_next_ = true; ///< if both a call and an execution are ready
};

} // namespace contego::pipeline
