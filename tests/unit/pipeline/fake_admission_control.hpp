#pragma once

#include <contego/admission_control.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

    [[nodiscard]] std::optional<std::size_t> next_endpoint() const override {
        if (current.exchanges == 0) return std::nullopt;
        return endpoint;
    }

    void accept_login(std::size_t /*endpoint*/) override { ++accepted; }

    void refuse_login(std::size_t of,
                      std::chrono::steady_clock::duration at_least,
                      const std::string& why) override {
        refused.push_back({of, at_least, why});
        if (on_refusal) on_refusal();
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

    struct refusal {
        std::size_t endpoint;
        std::chrono::steady_clock::duration at_least;
        std::string why;
    };

    std::size_t endpoint = 0; ///< the one in use
    int accepted = 0;         ///< logins
    std::vector<refusal> refused;
    std::function<void()> on_refusal;
    std::function<void()> on_turn;

private:
    std::chrono::steady_clock::time_point next_;
    std::function<void()> changed_;
};

} // namespace contego::testing
