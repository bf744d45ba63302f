#include "daemon/network_watch.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace contego::daemon {
namespace {

using namespace std::chrono_literals;

TEST(heartbeat, turns_as_long_as_it_beats_between_looks) {
    heartbeat h(10s);

    for (int n = 0; n < 100; ++n) {
        h.beat();
        EXPECT_TRUE(h.look(h.interval()));
    }

    EXPECT_TRUE(h.turns());
    EXPECT_FALSE(h.lost());
}

TEST(heartbeat, does_not_turn_after_a_quarter_of_the_lease_and_is_lost_after_all_of_it) {
    heartbeat h(10s);
    h.beat();
    h.look(h.interval());
    const auto look_for = [&](heartbeat::duration time) {
        for (heartbeat::duration passed{}; passed < time; passed += h.interval())
            h.look(h.interval());
    };

    look_for(2s);
    EXPECT_TRUE(h.turns());
    look_for(500ms);
    EXPECT_FALSE(h.turns());
    EXPECT_FALSE(h.lost());
    look_for(8s);
    EXPECT_TRUE(h.lost());
}

TEST(heartbeat, turns_again_with_the_next_beat) {
    heartbeat h(10s);
    for (int n = 0; n < 10; ++n)
        h.look(h.interval());
    EXPECT_FALSE(h.turns());

    h.beat();

    EXPECT_TRUE(h.look(h.interval()));
    EXPECT_TRUE(h.turns());
}

TEST(heartbeat, is_not_lost_where_the_whole_machine_was_paused) {
    heartbeat h(10s);

    h.look(1h); // no look was made meanwhile

    EXPECT_TRUE(h.turns());
    EXPECT_FALSE(h.lost());
}

TEST(heartbeat, is_looked_for_at_least_once_a_second_whatever_the_lease) {
    EXPECT_EQ(heartbeat(3s).interval(), 150ms);
    EXPECT_EQ(heartbeat(1h).interval(), 1s);
}

/// A network whose only thread a test can make hang.
class network : public ::testing::Test {
protected:
    ~network() override {
        turn();
        io_.stop();
        thread_.join();
    }

    /// Posts a job that does not end until `turn`.
    void stand() {
        asio_post([this] {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return !stands_; });
        });
    }

    void turn() {
        note([this] { stands_ = false; });
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
    bool comes(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 10s, condition);
    }

    network_watch::reports noting() {
        return {[this](auto) { note([this] { ++stood_; }); },
                [this] { note([this] { ++turned_again_; }); },
                [this](auto) { note([this] { ++lost_; }); },
                [this] { note([this] { ++alive_; }); }};
    }

    boost::asio::io_context io_{1};
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stands_ = true;
    std::atomic<int> stood_{0};
    std::atomic<int> turned_again_{0};
    std::atomic<int> lost_{0};
    std::atomic<int> alive_{0};
    network_watch watch_{io_, 2s, noting()};
    std::thread thread_{[this] { io_.run(); }};

private:
    template <typename Job>
    void asio_post(Job job) {
        boost::asio::post(io_, std::move(job));
    }
};

TEST_F(network, that_turns_is_alive_again_and_again) {
    EXPECT_TRUE(comes([this] { return alive_ >= 3; }));

    EXPECT_TRUE(watch_.turns());
    EXPECT_EQ(stood_ + lost_, 0);
}

TEST_F(network, that_stands_is_told_once_and_after_a_lease_it_is_lost) {
    stand();

    EXPECT_TRUE(comes([this] { return stood_ == 1; }));
    EXPECT_FALSE(watch_.turns());
    const int alive = alive_;
    EXPECT_TRUE(comes([this] { return lost_ >= 1; }));

    EXPECT_EQ(stood_, 1);
    EXPECT_EQ(alive_, alive) << "systemd is told nothing meanwhile";
}

TEST_F(network, that_turns_again_in_time_is_told_and_not_lost) {
    stand();
    EXPECT_TRUE(comes([this] { return stood_ == 1; }));

    turn();

    EXPECT_TRUE(comes([this] { return turned_again_ == 1; }));
    EXPECT_TRUE(watch_.turns());
    EXPECT_EQ(lost_, 0);
}

TEST_F(network, that_was_told_to_end_is_not_missed) {
    stand();

    watch_.end();

    EXPECT_TRUE(watch_.turns());
    EXPECT_EQ(lost_, 0);
}

} // namespace
} // namespace contego::daemon
