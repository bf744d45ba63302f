#pragma once

#include <contego/admission_control.hpp>

#include <algorithm>
#include <utility>

namespace contego::testing {

/// Lets through what the test says.
class fake_admission_control final : public admission_control {
public:
    [[nodiscard]] admission now() const override { return current; }

    [[nodiscard]] std::chrono::steady_clock::duration take_turn() override {
        ++turns;
        if (on_turn) on_turn();
        if (gap <= std::chrono::steady_clock::duration::zero()) return wait;
        const auto now = std::chrono::steady_clock::now();
        const auto turn = std::max(now, next_);
        next_ = turn + gap;
        return turn - now;
    }

    void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

    void become(admission next) {
        current = next;
        if (changed_) changed_();
    }

    admission current{1000, true};
    std::chrono::steady_clock::duration wait{};
    std::chrono::steady_clock::duration gap{}; ///< between two turns; 0: each takes `wait`
    int turns = 0;
    std::function<void()> on_turn;

private:
    std::chrono::steady_clock::time_point next_;
    std::function<void()> changed_;
};

} // namespace contego::testing
