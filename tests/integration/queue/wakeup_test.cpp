#include "queue/wakeup.hpp"
#include "queue_fixture.hpp"

#include <thread>

namespace contego::testing {
namespace {

using std::chrono::milliseconds;

class wakeup : public queue_fixture {
protected:
    wakeup() : ear_(database_) { static_cast<void>(ear_.wait(milliseconds(0))); }

    queue::wakeup ear_;
};

TEST_F(wakeup, hears_an_insertion) {
    insert_for_card("1");

    EXPECT_NE(ear_.wait(milliseconds(10'000)), queue::heard::nothing);
}

TEST_F(wakeup, waits_no_longer_than_it_is_told) {
    EXPECT_EQ(ear_.wait(milliseconds(1)), queue::heard::nothing);
}

TEST_F(wakeup, is_stopped_from_another_thread) {
    const std::jthread stopper([this] { ear_.stop(); });

    EXPECT_EQ(ear_.wait(milliseconds(60'000)), queue::heard::nothing);
}

TEST_F(wakeup, throws_when_the_connection_is_lost_and_listens_again) {
    sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");

    EXPECT_ANY_THROW(while (ear_.wait(milliseconds(10'000)) == queue::heard::nothing){});
    EXPECT_NE(ear_.wait(milliseconds(10'000)), queue::heard::nothing)
        << "notifications sent meanwhile are lost, so it must report one";
    insert_for_card("1");

    EXPECT_NE(ear_.wait(milliseconds(10'000)), queue::heard::nothing);
}

} // namespace
} // namespace contego::testing
