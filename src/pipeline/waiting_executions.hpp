#pragma once

#include "pipeline/execution.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace contego::pipeline {

/// Executions that wait to be sent. Requests that are claimed together share no lane, so each EXPRESS request
/// goes before all others.
class waiting_executions {
public:
    void add(execution e) { (e.of().is_express() ? express_ : regular_).push_back(std::move(e)); }

    /// The next one to send. Precondition: not empty.
    [[nodiscard]] execution take() {
        auto& from = express_.empty() ? regular_ : express_;
        auto next = std::move(from.front());
        from.pop_front();
        return next;
    }

    [[nodiscard]] bool has_express() const { return !express_.empty(); }

    [[nodiscard]] std::size_t size() const { return express_.size() + regular_.size(); }

    [[nodiscard]] bool empty() const { return size() == 0; }

private:
    std::deque<execution> express_;
    std::deque<execution> regular_;
};

} // namespace contego::pipeline
