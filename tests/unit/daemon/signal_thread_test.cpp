#include "daemon/signal_thread.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <vector>

namespace contego::daemon {
namespace {

using namespace std::chrono_literals;

/// The calls of the thread, in their order.
class heard : public ::testing::Test {
protected:
    signal_thread::reactions noting() {
        return {[this](int signal) { note([=, this] { stops_.push_back(signal); }); },
                [this] { note([this] { ++hang_ups_; }); },
                [this] { note([this] { ++overdue_; }); }};
    }

    template <typename Change>
    void note(Change change) {
        {
            const std::lock_guard lock(mutex_);
            change();
        }
        changed_.notify_all();
    }

    template <typename Condition>
    bool comes(Condition condition, std::chrono::milliseconds within = 10s) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, within, condition);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<int> stops_;
    int hang_ups_ = 0;
    int overdue_ = 0;
};

TEST_F(heard, are_the_signals_that_ask_to_stop_each_time) {
    const signal_thread signals(noting(), 1h);

    for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) {
        const auto before = stops_.size();
        ::kill(::getpid(), signal);
        EXPECT_TRUE(comes([&] { return stops_.size() == before + 1; }));
        EXPECT_EQ(stops_.back(), signal);
    }
    EXPECT_EQ(overdue_, 0);
}

TEST_F(heard, is_a_hang_up_which_does_not_ask_to_stop) {
    const signal_thread signals(noting(), 1h);

    ::kill(::getpid(), SIGHUP);

    EXPECT_TRUE(comes([&] { return hang_ups_ == 1; }));
    EXPECT_EQ(stops_.size(), 0U);
}

TEST_F(heard, is_that_stopping_takes_too_long_though_no_other_thread_turns) {
    const signal_thread signals(noting(), 20ms);

    ::kill(::getpid(), SIGTERM);

    EXPECT_TRUE(comes([&] { return overdue_ == 1; }));
}

TEST_F(heard, is_nothing_of_that_once_it_has_stopped) {
    signal_thread signals(noting(), 200ms);
    ::kill(::getpid(), SIGTERM);
    EXPECT_TRUE(comes([&] { return stops_.size() == 1; }));

    signals.disarm();

    EXPECT_FALSE(comes([&] { return overdue_ > 0; }, 500ms));
}

TEST_F(heard, is_a_third_signal_as_an_order_to_stop_soon) {
    const signal_thread signals(noting(), 1h);

    for (std::size_t n = 1; n <= 3; ++n) {
        ::kill(::getpid(), SIGTERM);
        EXPECT_TRUE(comes([&] { return stops_.size() == n; }));
    }

    EXPECT_TRUE(comes([&] { return overdue_ == 1; }));
}

} // namespace
} // namespace contego::daemon
