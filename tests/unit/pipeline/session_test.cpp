#include "pipeline/line.hpp"
#include "unit/pipeline/fake_admission_control.hpp"
#include "unit/pipeline/fakes.hpp"
#include "unit/pipeline/wire.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

// Sessions of the line: how often it logs in, and what an expired session does to requests.
namespace contego::pipeline {
namespace {

using namespace contego::testing;
using std::chrono::milliseconds;

std::string soap(const std::string& body) {
    return R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><A>)" + body +
           "</A></s:Body></s:Envelope>";
}

void share_barks(std::string& text) {
    const auto at = text.find("<command code=\"SEND_BARK_MESSAGE_TO_CLIENT\"");
    const std::string_view element = "<utm:CaClientId>";
    text.replace(text.find(element, at), element.size(), R"(<utm:CaClientId b:each="requests">)");
    const std::string_view promise = R"(repeat-safe="no")";
    text.replace(text.find(promise, at), promise.size(), R"(repeat-safe="no" plural="500" plural-wait="0")");
}

/// The default binding with a session: each command has the token in the header of its envelope.
/// `shared`: up to 500 messages in a call.
const binding& wire_with_session(const std::string& lifetime = "", bool shared = false) {
    static std::map<std::string, binding> made;
    const auto key = lifetime + (shared ? " shared" : "");
    if (const auto found = made.find(key); found != made.end()) return found->second;
    std::string text(daemon::default_binding());
    if (shared) share_barks(text);
    const std::string_view header = "<soapenv:Header/>";
    for (auto at = text.find(header); at != std::string::npos; at = text.find(header))
        text.replace(at, header.size(), "<soapenv:Header><Token>{session}</Token></soapenv:Header>");
    const std::string_view outcomes = "<outcomes>";
    text.replace(
        text.find(outcomes),
        outcomes.size(),
        "<session path=\"/login\"" + lifetime + "><request>" +
            R"(<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><Login/></e:Body></e:Envelope>)" +
            R"(</request><reply status="//StatusCode" token="//Token"/></session><outcomes>)" +
            R"(<status code="EXPIRED" is="expired"/>)");
    return made.emplace(key, std::get<binding>(binding::compile(text))).first->second;
}

/// A CAS with sessions. Each exchange takes two rounds of the network thread.
class session_cas final : public transport {
public:
    explicit session_cas(boost::asio::any_io_executor network) : network_(std::move(network)) {}

    boost::asio::awaitable<exchange> send(envelope e,
                                          std::chrono::steady_clock::time_point /*deadline*/) override {
        if (e.endpoint && *e.endpoint != in_use) {
            exchange out;
            out.moved = true;
            co_await boost::asio::post(network_, boost::asio::use_awaitable);
            co_return out;
        }
        if (e.path == "/login") co_return co_await log_in(e);
        if (on_command) on_command();
        co_await boost::asio::post(network_, boost::asio::use_awaitable);
        co_await boost::asio::post(network_, boost::asio::use_awaitable);
        while (is_late && is_late(e))
            co_await boost::asio::post(network_, boost::asio::use_awaitable);
        const bool knows =
            std::ranges::any_of(valid, [&](const auto& t) { return e.body.find(t) != std::string::npos; });
        ++(knows && !is_always_expired ? done : turned_away);
        tokens_of_endpoints.insert(e.endpoint.value_or(99));
        auto answer = ok_answer();
        if (!knows || is_always_expired) answer.body = soap("<StatusCode>EXPIRED</StatusCode>");
        co_return answer;
    }

    void end_sessions() { valid.clear(); }

    std::set<std::string> valid;
    std::deque<std::string> refusals; ///< the status of the next logins; empty: a session
    std::function<void()> on_command;
    std::function<void()> on_login;
    std::function<bool(const envelope&)> is_late; ///< whether the answer to this command still waits
    bool is_always_expired = false;
    int logins = 0;
    int logins_in_flight = 0;
    int most_logins_in_flight = 0;
    int done = 0;
    int turned_away = 0;
    std::size_t in_use = 0; ///< the endpoint
    std::set<std::size_t> tokens_of_endpoints;

private:
    boost::asio::awaitable<exchange> log_in(const envelope& e) {
        EXPECT_TRUE(e.is_login);
        EXPECT_TRUE(e.fresh_connection);
        ++logins;
        most_logins_in_flight = std::max(most_logins_in_flight, ++logins_in_flight);
        for (int i = 0; i < 20; ++i)
            co_await boost::asio::post(network_, boost::asio::use_awaitable);
        --logins_in_flight;
        if (on_login) on_login();
        auto answer = ok_answer();
        if (!refusals.empty()) {
            answer.body = soap("<StatusCode>" + refusals.front() + "</StatusCode>");
            refusals.pop_front();
            co_return answer;
        }
        const auto token = "token-" + std::to_string(logins) + "-of-the-session";
        valid.insert(token);
        answer.body = soap("<StatusCode>OK</StatusCode><Token>" + token + "</Token>");
        co_return answer;
    }

    boost::asio::any_io_executor network_;
};

class session_fixture : public ::testing::Test {
protected:
    session_fixture() {
        options_.provider = "default";
        options_.in_flight = 64;
        options_.retry.first_delay = milliseconds(1000);
        options_.retry.longest_delay = milliseconds(5000);
        gate_.current = {64, true};
    }

    void run_until_recorded(std::size_t count) {
        line l(options_,
               line_parts{network_.get_executor(),
                          claiming_,
                          recording_,
                          *wire_,
                          source_,
                          cas_,
                          gate_,
                          store_,
                          watches_});
        watches_.on_recorded = [&] {
            if (watches_.ended >= count) l.stop();
        };
        line_ = &l;
        boost::asio::co_spawn(network_, l.run(), [](const std::exception_ptr& e) {
            if (e) std::rethrow_exception(e);
        });
        network_.run();
    }

    void queue(int count) {
        for (int id = 1; id <= count; ++id)
            queue_.insert(request_for(id, "ADD_SUBSCRIPTIONS", one_service(std::to_string(id))));
    }

    void queue_messages(int count) {
        for (int id = 1; id <= count; ++id)
            queue_.insert(request_for(id,
                                      "SEND_BARK_MESSAGE_TO_CLIENT",
                                      {{"smartcard_ca_id", std::to_string(id)}, {"message", "Hello"}}));
    }

    [[nodiscard]] long completed_requests() const {
        return std::ranges::count_if(store_.verdicts,
                                     [](const auto& v) { return v.disposition == disposition::complete; });
    }

    boost::asio::io_context network_{1};
    boost::asio::thread_pool claiming_{1};
    boost::asio::thread_pool recording_{1};
    line_options options_;
    memory_queue queue_;
    fake_request_source source_{queue_};
    fake_outcome_store store_{queue_};
    fake_line_observer watches_;
    fake_admission_control gate_;
    session_cas cas_{network_.get_executor()};
    const binding* wire_ = &wire_with_session();
    line* line_ = nullptr;
};

TEST_F(session_fixture, a_thousand_requests_at_once_cause_one_login) {
    queue(1000);

    run_until_recorded(1000);

    EXPECT_EQ(completed_requests(), 1000);
    EXPECT_EQ(cas_.logins, 1);
    EXPECT_EQ(cas_.turned_away, 0);
    EXPECT_EQ(gate_.accepted, 1);
    EXPECT_EQ(watches_.logins, std::vector<std::string>{"success"});
}

TEST_F(session_fixture, a_session_that_ends_while_64_exchanges_are_in_flight_causes_one_more) {
    queue(64);
    int begun = 0;
    cas_.on_command = [&] {
        if (++begun == 64) cas_.end_sessions();
    };

    run_until_recorded(64);

    EXPECT_EQ(completed_requests(), 64);
    EXPECT_EQ(cas_.turned_away, 64);
    EXPECT_EQ(cas_.logins, 2);
    EXPECT_EQ(cas_.most_logins_in_flight, 1);
    EXPECT_EQ(store_.commands.size(), 64U);
}

TEST_F(session_fixture, a_late_answer_does_not_end_the_session_that_was_opened_meanwhile) {
    queue(10);
    int begun = 0;
    cas_.on_command = [&] {
        if (++begun == 10) cas_.end_sessions();
    };
    cas_.is_late = [&](const envelope& e) {
        return e.body.find("token-1-") != std::string::npos && e.body.find(">1<") != std::string::npos &&
               cas_.done < 9;
    };

    run_until_recorded(10);

    EXPECT_EQ(completed_requests(), 10);
    EXPECT_EQ(cas_.turned_away, 10);
    EXPECT_EQ(cas_.logins, 2);
}

TEST_F(session_fixture, a_command_that_is_not_safe_to_repeat_is_sent_again_too) {
    queue_.insert(
        request_for(1, "SEND_BARK_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01"}, {"message", "x"}}));
    bool first = true;
    cas_.on_command = [&] {
        if (std::exchange(first, false)) cas_.end_sessions();
    };

    run_until_recorded(1);

    EXPECT_EQ(completed_requests(), 1);
    EXPECT_EQ(cas_.turned_away, 1);
    EXPECT_EQ(cas_.logins, 2);
}

TEST_F(session_fixture, a_session_is_renewed_when_its_lifetime_is_over) {
    wire_ = &wire_with_session(" lifetime=\"1\"");
    queue(2);
    options_.in_flight = 1;
    gate_.current = {1, true};
    cas_.on_command = [&] { // the second command begins after the end of the first session
        if (cas_.done == 0)
            std::this_thread::sleep_until(std::chrono::steady_clock::now() + milliseconds(1001));
    };

    run_until_recorded(2);

    EXPECT_EQ(completed_requests(), 2);
    EXPECT_EQ(cas_.logins, 2);
    EXPECT_EQ(cas_.turned_away, 0);
}

TEST_F(session_fixture, a_second_expired_for_one_command_is_a_retry_that_counts) {
    queue(1);
    cas_.is_always_expired = true;

    run_until_recorded(1);

    ASSERT_EQ(store_.verdicts.size(), 1U);
    EXPECT_EQ(store_.verdicts[0].disposition, disposition::retry);
    EXPECT_EQ(store_.verdicts[0].error_code, "EXPIRED");
    EXPECT_TRUE(store_.verdicts[0].counts);
    EXPECT_EQ(cas_.logins, 2);
    EXPECT_EQ(cas_.turned_away, 2);
}

TEST_F(session_fixture, sessions_that_end_before_their_first_use_count_as_refused_logins) {
    queue(1);
    cas_.is_always_expired = true;

    run_until_recorded(1);

    ASSERT_EQ(gate_.refused.size(), 1U);
    EXPECT_THAT(gate_.refused[0].why, ::testing::HasSubstr("ends each session"));
    EXPECT_EQ(gate_.refused[0].at_least, milliseconds(2000));
}

TEST_F(session_fixture, a_refused_login_sends_nothing_and_counts_no_attempt) {
    queue(30);
    cas_.refusals = {"WRONG_PASSWORD"};
    gate_.on_refusal = [&] { gate_.current = {0, false}; };

    run_until_recorded(30);

    EXPECT_EQ(cas_.logins, 1);
    EXPECT_EQ(cas_.done + cas_.turned_away, 0);
    ASSERT_EQ(store_.verdicts.size(), 30U);
    for (const auto& v : store_.verdicts) {
        EXPECT_EQ(v.disposition, disposition::retry);
        EXPECT_EQ(v.error_code, "LOGIN_FAILED");
        EXPECT_FALSE(v.counts);
    }
    EXPECT_EQ(watches_.logins, std::vector<std::string>{"WRONG_PASSWORD"});
}

TEST_F(session_fixture, the_wait_after_a_refused_login_doubles_up_to_the_longest_delay) {
    queue(6);
    options_.in_flight = 1;
    gate_.current = {1, true};
    cas_.refusals = {"NO", "NO", "NO", "NO", "NO"};

    run_until_recorded(6);

    std::vector<std::chrono::steady_clock::duration> waits;
    for (const auto& r : gate_.refused)
        waits.push_back(r.at_least);
    const std::vector<std::chrono::steady_clock::duration> expected{
        milliseconds(1000), milliseconds(2000), milliseconds(4000), milliseconds(5000), milliseconds(5000)};
    EXPECT_EQ(waits, expected);
    EXPECT_EQ(completed_requests(), 6);
}

TEST_F(session_fixture, a_command_that_the_new_endpoint_gets_has_a_session_of_that_endpoint) {
    queue(10);
    options_.in_flight = 1;
    gate_.current = {1, true};
    cas_.on_command = [&] {
        if (cas_.done != 4) return;
        cas_.in_use = 1;
        gate_.endpoint = 1;
    };

    run_until_recorded(10);

    EXPECT_EQ(completed_requests(), 10);
    EXPECT_EQ(cas_.logins, 2);
    EXPECT_EQ(cas_.tokens_of_endpoints, (std::set<std::size_t>{0, 1}));
}

TEST_F(session_fixture, an_endpoint_that_changes_during_the_login_needs_another_login) {
    queue(3);
    cas_.on_login = [&] {
        if (cas_.logins > 1) return;
        cas_.in_use = 1;
        gate_.endpoint = 1;
    };

    run_until_recorded(3);

    EXPECT_EQ(completed_requests(), 3);
    EXPECT_EQ(cas_.logins, 2);
    EXPECT_EQ(cas_.tokens_of_endpoints, std::set<std::size_t>{1});
}

TEST_F(session_fixture, a_line_that_is_stopped_while_it_logs_in_gives_all_requests_back) {
    queue(30);
    cas_.on_login = [&] { line_->stop(); };

    run_until_recorded(30);

    EXPECT_EQ(cas_.logins, 1);
    EXPECT_EQ(cas_.done + cas_.turned_away, 0);
    ASSERT_EQ(store_.verdicts.size(), 30U);
    for (const auto& v : store_.verdicts)
        EXPECT_EQ(v.disposition, disposition::release);
}

TEST_F(session_fixture, a_shared_call_is_sent_again_as_a_whole_when_its_session_has_expired) {
    wire_ = &wire_with_session("", true);
    queue_messages(20);
    bool first = true;
    cas_.on_command = [&] {
        if (std::exchange(first, false)) cas_.end_sessions();
    };

    run_until_recorded(20);

    EXPECT_EQ(completed_requests(), 20);
    EXPECT_EQ(cas_.turned_away, 1);
    EXPECT_EQ(cas_.done, 1);
    EXPECT_EQ(cas_.logins, 2);
    EXPECT_EQ(store_.commands.size(), 20U);
    for (const auto& c : store_.commands)
        EXPECT_THAT(c.request, ::testing::HasSubstr("<Token>****</Token>"));
}

TEST_F(session_fixture, a_shared_call_whose_session_is_always_expired_is_a_retry_of_each_request) {
    wire_ = &wire_with_session("", true);
    queue_messages(20);
    cas_.is_always_expired = true;

    run_until_recorded(20);

    EXPECT_EQ(cas_.turned_away, 2);
    ASSERT_EQ(store_.verdicts.size(), 20U);
    for (const auto& v : store_.verdicts) {
        EXPECT_EQ(v.disposition, disposition::retry);
        EXPECT_EQ(v.error_code, "EXPIRED");
    }
}

TEST_F(session_fixture, a_refused_login_is_the_reply_to_each_request_of_a_shared_call) {
    wire_ = &wire_with_session("", true);
    queue_messages(20);
    cas_.refusals = {"WRONG_PASSWORD"};
    gate_.on_refusal = [&] { gate_.current = {0, false}; };

    run_until_recorded(20);

    EXPECT_EQ(cas_.done + cas_.turned_away, 0);
    ASSERT_EQ(store_.verdicts.size(), 20U);
    for (const auto& v : store_.verdicts) {
        EXPECT_EQ(v.disposition, disposition::retry);
        EXPECT_EQ(v.error_code, "LOGIN_FAILED");
        EXPECT_FALSE(v.counts);
    }
}

TEST_F(session_fixture, a_shared_call_follows_to_the_endpoint_that_takes_over) {
    wire_ = &wire_with_session("", true);
    queue_messages(20);
    cas_.on_login = [&] {
        cas_.in_use = 1;
        gate_.endpoint = 1;
    };

    run_until_recorded(20);

    EXPECT_EQ(completed_requests(), 20);
    EXPECT_EQ(cas_.done, 1);
    EXPECT_EQ(cas_.tokens_of_endpoints, std::set<std::size_t>{1});
}

TEST_F(session_fixture, the_token_is_in_no_record) {
    queue(20);

    run_until_recorded(20);

    for (const auto& c : store_.commands)
        EXPECT_THAT(c.request,
                    ::testing::AllOf(::testing::HasSubstr("<Token>****</Token>"),
                                     ::testing::Not(::testing::HasSubstr("of-the-session"))));
}

} // namespace
} // namespace contego::pipeline
