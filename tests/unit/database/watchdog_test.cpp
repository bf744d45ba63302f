#include "database/watchdog.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>

namespace contego::queue {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

/// Both ends of a silent connection.
class silent_connection {
public:
    silent_connection() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }

    silent_connection(const silent_connection&) = delete;
    silent_connection& operator=(const silent_connection&) = delete;

    ~silent_connection() {
        close();
        ::close(ends_[1]);
    }

    [[nodiscard]] int socket() const { return ends_[0]; }

    void close() {
        if (ends_[0] >= 0) ::close(ends_[0]);
        ends_[0] = -1;
    }

    /// Waits until the other end sends data or closes.
    [[nodiscard]] ssize_t read() const {
        char byte = 0;
        return ::read(ends_[0], &byte, 1);
    }

    [[nodiscard]] bool is_open_at_the_other_end() const {
        pollfd p{ends_[1], POLLIN | POLLRDHUP, 0};
        return ::poll(&p, 1, 0) == 0;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

TEST(watchdog, ends_a_call_that_gets_no_answer) {
    watchdog dog;
    const silent_connection c;
    const watchdog::watch call(dog, c.socket(), milliseconds(20));

    EXPECT_EQ(c.read(), 0) << "a call that waits reads the end of the connection";
    EXPECT_TRUE(call.ended());
}

TEST(watchdog, ends_the_earliest_first_whatever_the_order_they_came_in) {
    watchdog dog;
    const silent_connection late;
    const silent_connection early;
    const watchdog::watch late_call(dog, late.socket(), hours(1));
    const watchdog::watch early_call(dog, early.socket(), milliseconds(20));

    EXPECT_EQ(early.read(), 0);
    EXPECT_FALSE(late_call.ended());
    EXPECT_TRUE(late.is_open_at_the_other_end());
}

TEST(watchdog, leaves_alone_what_was_answered) {
    watchdog dog;
    const silent_connection c;
    const silent_connection after;
    {
        const watchdog::watch call(dog, c.socket(), milliseconds(20));
    }
    const watchdog::watch later(dog, after.socket(), milliseconds(40));

    EXPECT_EQ(after.read(), 0);

    EXPECT_TRUE(c.is_open_at_the_other_end());
}

TEST(watchdog, never_ends_another_connection_that_got_the_same_number) {
    watchdog dog;
    silent_connection c;
    const int number = c.socket();
    const watchdog::watch call(dog, number, milliseconds(20));
    c.close();
    const silent_connection other;
    ASSERT_EQ(other.socket(), number) << "the lowest free number is given";
    const silent_connection clock;
    const watchdog::watch later(dog, clock.socket(), milliseconds(40));

    EXPECT_EQ(clock.read(), 0);

    EXPECT_TRUE(call.ended());
    EXPECT_TRUE(other.is_open_at_the_other_end());
}

TEST(watchdog, told_to_allow_less_ends_what_is_under_way_and_what_comes) {
    watchdog dog;
    const silent_connection before;
    const silent_connection after;
    const watchdog::watch earlier_call(dog, before.socket(), hours(1));

    dog.allow_no_more_than(milliseconds(20));
    const watchdog::watch later_call(dog, after.socket(), hours(1));

    EXPECT_EQ(before.read(), 0);
    EXPECT_EQ(after.read(), 0);
}

TEST(watchdog, stops_while_nothing_is_watched) {
    std::optional<watchdog> dog(std::in_place);

    dog.reset();
}

} // namespace
} // namespace contego::queue
