#include "telemetry/logbook.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>

namespace contego::daemon {
namespace {

using std::chrono::steady_clock;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

enum class channel { pipe, non_blocking_pipe, socket };

/// The two ends of a pipe or socket for a log. SIGPIPE is ignored, as in the daemon.
class reader : public ::testing::TestWithParam<channel> {
protected:
    reader() {
        ::signal(SIGPIPE, SIG_IGN);
        const bool made = GetParam() == channel::socket
                              ? ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) == 0
                              : ::pipe(ends_.data()) == 0;
        EXPECT_TRUE(made);
        if (GetParam() == channel::non_blocking_pipe) ::fcntl(ends_[1], F_SETFL, O_NONBLOCK);
    }

    ~reader() override {
        goes_away();
        ::close(ends_[1]);
    }

    void goes_away() {
        if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
    }

    /// Returns everything that was written up to now.
    std::string reads() {
        std::string all;
        std::array<char, 4096> some{};
        ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
        for (ssize_t n = 0; (n = ::read(ends_[0], some.data(), some.size())) > 0;)
            all.append(some.data(), static_cast<std::size_t>(n));
        return all;
    }

    int written_to() const { return ends_[1]; }

    static std::chrono::duration<double> time_for(logbook& log, int lines, const std::string& text) {
        const auto begun = steady_clock::now();
        for (int n = 0; n < lines; ++n)
            log.info(text);
        return steady_clock::now() - begun;
    }

private:
    std::array<int, 2> ends_{-1, -1}; ///< the end to read, and the end to write
};

TEST_P(reader, gets_each_line_at_once) {
    logbook log({log_format::text, "info"}, written_to());

    log.info("one", {{"n", 1}});

    EXPECT_THAT(reads(), EndsWith(" info    one n=1\n"));
}

TEST_P(reader, gets_a_line_longer_than_a_pipe_takes_at_once) {
    logbook log({log_format::text, "info"}, written_to());
    const std::string text(20'000, 'x');

    log.info(text);

    EXPECT_THAT(reads(), EndsWith(" " + text + "\n"));
}

TEST_P(reader, that_reads_nothing_stops_nobody) {
    logbook log({log_format::json, "info"}, written_to());

    const auto took = time_for(log, 2'000, std::string(200, 'x'));

    EXPECT_LT(took.count(), 10) << "0.1 s for each line would be 200";
}

TEST_P(reader, is_told_how_many_lines_were_dropped_once_it_reads_again) {
    logbook log({log_format::json, "info"}, written_to());
    time_for(log, 2'000, std::string(200, 'x'));
    reads();

    log.info("and on");

    const auto text = reads();
    EXPECT_THAT(text, HasSubstr(R"("level":"warning","lines":)"));
    EXPECT_THAT(text, HasSubstr("log lines were dropped"));
    EXPECT_THAT(text, EndsWith("\"message\":\"and on\"}\n"));
    log.info("and on");
    EXPECT_THAT(reads(), Not(HasSubstr("dropped"))) << "told once";
}

TEST_P(reader, that_goes_away_stops_nobody) {
    logbook log({log_format::text, "info"}, written_to());
    log.info("one");
    goes_away();

    EXPECT_LT(time_for(log, 1'000, "nobody is there").count(), 5);
}

INSTANTIATE_TEST_SUITE_P(of_the_log,
                         reader,
                         ::testing::Values(channel::pipe, channel::non_blocking_pipe, channel::socket));

TEST(log_on_a_full_disk, stops_nobody) {
    const int full = ::open("/dev/full", O_WRONLY);
    ASSERT_GE(full, 0);
    logbook log({log_format::text, "info"}, full);

    log.info("one");
    log.error("two");

    ::close(full);
}

TEST(log_on_a_closed_descriptor, stops_nobody) {
    const int closed = ::open("/dev/null", O_WRONLY);
    ::close(closed);
    logbook log({log_format::text, "info"}, closed);

    log.info("one");
    log.error("two");
}

} // namespace
} // namespace contego::daemon
