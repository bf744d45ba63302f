#include "guard_fixture.hpp"

#include <algorithm>

namespace contego::http {
namespace {

exchange answered(int status) {
    auto e = ok();
    e.http_status = status;
    return e;
}

exchange unreadable() {
    auto e = failed(exchange_state::sent_no_answer, transport_error::malformed);
    e.body = "220 mail.example";
    return e;
}

exchange broken_off() {
    auto e = reset();
    e.body = "HTTP/1.1 200 OK\r\n";
    return e;
}

/// Sends exchanges that end at once.
class guard_refusal : public guard_fixture {
protected:
    void exchange_of(const std::string& path, const exchange& e, std::size_t endpoint = 0) {
        ended_.clear();
        send(path);
        ASSERT_EQ(endpoints_[endpoint]->waiting.size(), 1U) << "not sent to this endpoint";
        endpoints_[endpoint]->end(e);
    }

    [[nodiscard]] bool is_open() const { return !guard_->now().proven; }

    /// Waits as long as a probe that is never answered takes. The next probe is due before that one ends.
    void outlast_interval() {
        const auto then = steady_clock::now() + options_.breaker.probe_interval;
        run_until([then] { return steady_clock::now() > then; });
    }

    void wait_for_probe() {
        run_until([this] { return guard_->now().exchanges == 1; });
    }
};

TEST_F(guard_refusal, refusals_of_all_are_an_outage_and_open_the_breaker) {
    for (const int status : {401, 403, 407}) {
        make(1);
        ended_.clear();
        for (std::size_t n = 0; n < options_.breaker.failures; ++n) {
            send("/" + std::to_string(n));
            endpoints_.back()->end(answered(status));
        }
        poll();

        EXPECT_TRUE(is_open());
        ASSERT_EQ(ended_.size(), options_.breaker.failures);
        EXPECT_TRUE(std::ranges::all_of(ended_, &exchange::outage)) << "no attempt is burned";
    }
}

TEST_F(guard_refusal, a_refusal_while_a_later_one_is_answered_is_the_commands_own) {
    make(1);
    send("/disliked");
    endpoints_[0]->end(answered(403));
    EXPECT_TRUE(ended_.empty()) << "it is not clear yet";

    send("/other");
    endpoints_[0]->end(ok());
    poll();

    ASSERT_EQ(ended_.size(), 2U);
    EXPECT_EQ(ended_[1].http_status, 403);
    EXPECT_FALSE(ended_[1].outage);
}

TEST_F(guard_refusal, a_command_that_is_always_refused_is_found_when_no_other_is_left) {
    make(1);
    send("/disliked");
    endpoints_[0]->end(answered(403));
    send("/other");
    endpoints_[0]->end(ok());
    poll();

    for (int n = 0; n < 20; ++n) {
        exchange_of("/disliked", answered(403));
        ASSERT_EQ(ended_.size(), 1U) << "it is clear at once";
        EXPECT_FALSE(ended_[0].outage);
    }

    EXPECT_FALSE(is_open());
    EXPECT_TRUE(told_.empty());
}

TEST_F(guard_refusal, one_refused_command_among_others_never_opens_the_breaker) {
    make(1);
    int own = 0;
    for (int n = 0; n < 50; ++n) {
        for (int k = 0; k < 2; ++k) {
            exchange_of("/disliked", answered(n % 2 == 0 ? 401 : 403));
            own += static_cast<int>(std::ranges::count(ended_, false, &exchange::outage));
        }
        exchange_of("/" + std::to_string(n), ok());
    }

    EXPECT_FALSE(is_open());
    EXPECT_GE(own, 98);
}

TEST_F(guard_refusal, a_command_that_was_answered_later_is_not_at_fault) {
    make(1);
    exchange_of("/a", answered(401));
    exchange_of("/b", ok());
    exchange_of("/a", ok());
    poll();
    ended_.clear();

    send("/a");
    endpoints_[0]->end(answered(401));
    poll();

    EXPECT_TRUE(ended_.empty()) << "the password may have changed again";
    run_until([this] { return ended_.size() == 1; });
    EXPECT_TRUE(ended_[0].outage);
}

TEST_F(guard_refusal, an_unreadable_answer_counts_at_once_and_one_command_does_not_open_the_breaker) {
    make(1);

    for (int n = 0; n < 20; ++n) {
        exchange_of("/unreadable", unreadable());
        ASSERT_EQ(ended_.size(), 1U);
        EXPECT_FALSE(ended_[0].outage);
    }

    EXPECT_FALSE(is_open());
}

TEST_F(guard_refusal, unreadable_answers_to_all_commands_open_the_breaker_and_still_count) {
    make(1);

    for (std::size_t n = 0; n < options_.breaker.failures; ++n) {
        exchange_of("/" + std::to_string(n), unreadable());
        ASSERT_EQ(ended_.size(), 1U);
        EXPECT_FALSE(ended_[0].outage);
    }

    EXPECT_TRUE(is_open());
}

TEST_F(guard_refusal, a_probe_that_is_answered_in_bytes_counts) {
    for (const auto& e : {unreadable(), broken_off()}) {
        make(1);
        endpoints_ = {endpoints_.back()};
        kill();
        wait_for_probe();

        exchange_of("/probe", e);

        ASSERT_EQ(ended_.size(), 1U);
        EXPECT_FALSE(ended_[0].outage) << "it would otherwise be a probe forever";
        EXPECT_TRUE(is_open());
    }
}

TEST_F(guard_refusal, a_probe_without_an_answer_or_refused_like_all_others_does_not_count) {
    for (const auto& e : {reset(), refused_connection(), answered(401)}) {
        make(1);
        endpoints_ = {endpoints_.back()};
        kill();
        wait_for_probe();

        exchange_of("/probe", e);

        ASSERT_EQ(ended_.size(), 1U);
        EXPECT_TRUE(ended_[0].outage);
    }
}

TEST_F(guard_refusal, an_answer_that_breaks_off_counts_after_the_interval) {
    make(1);
    send();
    endpoints_[0]->end(broken_off());

    run_until([this] { return ended_.size() == 1; });

    EXPECT_FALSE(ended_[0].outage);
}

TEST_F(guard_refusal, dead_endpoints_get_probes_in_turn) {
    make(3);
    for (std::size_t n = 0; n < 3; ++n)
        kill(n);
    std::vector<std::string> asked;

    for (int n = 0; n < 6; ++n) {
        wait_for_probe();
        send("/probe-" + std::to_string(n));
        for (std::size_t k = 0; k < 3; ++k) {
            if (endpoints_[k]->waiting.empty()) continue;
            asked.push_back(std::to_string(k));
            // The first endpoint never answers.
            if (k == 0) outlast_interval();
            endpoints_[k]->end(k == 0 ? failed(exchange_state::sent_no_answer, transport_error::timeout)
                                      : refused_connection());
        }
    }

    EXPECT_EQ(asked, (lines{"0", "1", "2", "0", "1", "2"}));
}

TEST_F(guard_refusal, the_second_endpoint_takes_over_though_the_first_never_answers) {
    make(2);
    kill(0);
    kill(1);
    wait_for_probe();
    send("/first");
    outlast_interval();
    endpoints_[0]->end(failed(exchange_state::sent_no_answer, transport_error::timeout));
    wait_for_probe();

    send("/second");
    ASSERT_EQ(endpoints_[1]->waiting.size(), 1U);
    endpoints_[1]->end(ok());

    EXPECT_TRUE(guard_->now().proven);
}

} // namespace
} // namespace contego::http
