#pragma once

#include <contego/admits.hpp>

#include <utility>

namespace contego::testing {

/// Lets through what the test says.
class fake_admits final : public admits {
public:
    [[nodiscard]] admission now() const override { return current; }

    [[nodiscard]] std::chrono::steady_clock::duration take_turn() override {
        ++turns;
        if (on_turn) on_turn();
        return wait;
    }

    void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

    void become(admission next) {
        current = next;
        if (changed_) changed_();
    }

    admission current{1000, true};
    std::chrono::steady_clock::duration wait{};
    int turns = 0;
    std::function<void()> on_turn;

private:
    std::function<void()> changed_;
};

} // namespace contego::testing
