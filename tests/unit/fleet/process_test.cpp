#include "fleet/process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace contego::queue {
namespace {

constexpr const char* running =
    "1234 (contegod) S 1 1234 1234 0 -1 4194560 900 0 0 0 12 5 0 0 20 0 6 0 987654 300000000 4000 "
    "18446744073709551615 1 1 0 0 0 0 0 4096 16384 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

TEST(parse_stat, finds_state_and_start) {
    EXPECT_EQ(parse_stat(running), (process_stat{'S', 987654}));
}

TEST(parse_stat, is_not_misled_by_the_name_of_the_program) {
    std::string text = running;
    text.replace(text.find("contegod"), 8, "a) Z 1 (b");

    EXPECT_EQ(parse_stat(text), (process_stat{'S', 987654}));
}

TEST(parse_stat, says_nothing_of_what_it_cannot_read) {
    EXPECT_EQ(parse_stat(""), std::nullopt);
    EXPECT_EQ(parse_stat("1234 (contegod) S 1 2 3"), std::nullopt);
    EXPECT_EQ(parse_stat("no process"), std::nullopt);
}

TEST(a_process, has_ended_where_nobody_has_its_number) {
    EXPECT_TRUE(has_surely_ended(987654, false, std::nullopt));
}

TEST(a_process, has_ended_where_another_one_has_its_number) {
    EXPECT_TRUE(has_surely_ended(987654, true, process_stat{'S', 987655}));
}

TEST(a_process, has_ended_where_only_its_parent_has_not_noticed) {
    EXPECT_TRUE(has_surely_ended(987654, true, process_stat{'Z', 987654}));
}

TEST(a_process, lives_where_it_is_seen_running_or_stopped) {
    EXPECT_FALSE(has_surely_ended(987654, true, process_stat{'S', 987654}));
    EXPECT_FALSE(has_surely_ended(987654, true, process_stat{'T', 987654}));
}

TEST(a_process, is_not_taken_for_ended_where_it_is_hidden) {
    EXPECT_FALSE(has_surely_ended(987654, true, std::nullopt));
}

TEST(this_process, is_known_and_alive) {
    const auto self = this_process();

    EXPECT_FALSE(self.machine.empty());
    EXPECT_EQ(self.pid, ::getpid());
    EXPECT_GT(self.started_ticks, 0);
    EXPECT_EQ(self, this_process());
    EXPECT_FALSE(has_surely_ended(self));
}

TEST(another_process, has_ended_once_it_was_killed_even_if_its_parent_has_not_noticed) {
    const auto child = ::fork();
    if (child == 0)
        for (;;)
            ::pause();
    auto neighbour = this_process();
    neighbour.pid = child;
    siginfo_t ended{};
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    EXPECT_TRUE(has_surely_ended(neighbour)) << "it waits for its parent";

    ASSERT_EQ(::waitpid(child, nullptr, 0), child);

    EXPECT_TRUE(has_surely_ended(neighbour));
}

} // namespace
} // namespace contego::queue
