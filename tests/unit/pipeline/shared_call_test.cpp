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
#include <utility>
#include <vector>

// Requests that share calls: how they are gathered, and that each keeps its own outcome.
namespace contego::pipeline {
namespace {

using namespace contego::testing;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::Not;
using texts = std::vector<std::string>;
using sizes = std::vector<std::size_t>;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// The default binding with a rule for messages, such as `plural="5" plural-wait="0"`. `items`: the
/// answer names each smartcard.
binding wire_with(const std::string& rule, bool items = false) {
    std::string text(daemon::default_binding());
    replace_all(
        text, R"(user-text-messaging" repeat-safe="no")", R"(user-text-messaging" repeat-safe="no" )" + rule);
    replace_all(text, "<utm:CaClientId>{", R"(<utm:CaClientId b:each="requests">{)");
    const std::string_view reply = R"(reference="//ReferenceNumber"/>)";
    for (auto at = text.find("code=\"SEND_"); items && at != std::string::npos;
         at = text.find("code=\"SEND_", at + 1))
        text.replace(text.find(reply, at),
                     reply.size(),
                     R"(reference="//ReferenceNumber"><items at="//Result" card="Card" status="Code" )"
                     R"(message="Text" reference="Ref"/></reply>)");
    return std::get<binding>(binding::compile(text));
}

std::string soap(const std::string& body) {
    return R"(<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><A>)" + body +
           "</A></s:Body></s:Envelope>";
}

/// A CAS that refuses a call with an unknown smartcard as a whole.
class messaging_cas final : public transport {
public:
    explicit messaging_cas(boost::asio::any_io_executor network) : network_(std::move(network)) {}

    boost::asio::awaitable<exchange> send(envelope e,
                                          std::chrono::steady_clock::time_point /*deadline*/) override {
        most_at_once = std::max(most_at_once, ++at_once_);
        auto cards = cards_in(e.body);
        calls.push_back(cards);
        bodies.push_back(e.body);
        if (on_call) on_call();
        while (is_late && is_late())
            co_await boost::asio::post(network_, boost::asio::use_awaitable);
        for (int rounds = 0; rounds < 4; ++rounds)
            co_await boost::asio::post(network_, boost::asio::use_awaitable);
        --at_once_;
        if (is_silent) {
            exchange none;
            none.state = exchange_state::sent_no_answer;
            none.error = transport_error::timeout;
            none.detail = "the deadline passed";
            co_return none;
        }
        auto out = ok_answer();
        out.body = soap(answer_to(cards));
        co_return out;
    }

    std::set<std::string> bad;     ///< smartcards that it does not know
    std::function<bool()> is_late; ///< whether the answers still wait
    bool is_silent = false;
    std::string status = "OK";
    std::function<std::string(const texts&)> answers; ///< the content of the answer, in place of a status
    std::function<void()> on_call;
    std::vector<texts> calls; ///< the smartcards of each
    texts bodies;
    std::map<std::string, int> shown; ///< messages by smartcard
    std::size_t most_at_once = 0;

private:
    static texts cards_in(const std::string& body) {
        texts cards;
        const std::string_view tag = "CaClientId>";
        for (auto at = body.find(tag); at != std::string::npos; at = body.find(tag, at + 1)) {
            const auto begin = at + tag.size();
            if (body[begin] >= '0' && body[begin] <= '9')
                cards.push_back(body.substr(begin, body.find('<', begin) - begin));
        }
        return cards;
    }

    std::string answer_to(const texts& cards) {
        if (answers) return answers(cards);
        if (std::ranges::any_of(cards, [&](const auto& card) { return bad.contains(card); }))
            return "<StatusCode>CLIENT_NOT_FOUND</StatusCode>";
        if (status == "OK")
            for (const auto& card : cards)
                ++shown[card];
        return "<StatusCode>" + status + "</StatusCode>";
    }

    boost::asio::any_io_executor network_;
    std::size_t at_once_ = 0;
};

class shared_call_fixture : public ::testing::Test {
protected:
    shared_call_fixture() {
        options_.provider = "default";
        options_.in_flight = 4;
        options_.claim_ahead = 1000;
        gate_.current = {4, true};
    }

    std::unique_ptr<line> make_line() {
        return std::make_unique<line>(options_,
                                      line_parts{network_.get_executor(),
                                                 claiming_,
                                                 recording_,
                                                 wire_,
                                                 source_,
                                                 cas_,
                                                 gate_,
                                                 store_,
                                                 watches_});
    }

    void run(line& l) {
        boost::asio::co_spawn(network_, l.run(), [](const std::exception_ptr& e) {
            if (e) std::rethrow_exception(e);
        });
        network_.run();
    }

    void run_until_recorded(std::size_t count) {
        const auto made = make_line();
        line_ = made.get();
        watches_.on_recorded = [&] {
            if (watches_.ended >= count) line_->stop();
        };
        run(*made);
    }

    void message(std::int64_t id, const std::string& text = "Hello", const char* priority = "REGULAR") {
        auto r = request_for(
            id, "SEND_BARK_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", std::to_string(id)}, {"message", text}});
        r.priority = priority;
        queue_.insert(std::move(r), {std::to_string(id)});
    }

    void messages(int count) {
        for (int id = 1; id <= count; ++id)
            message(id);
    }

    [[nodiscard]] std::vector<std::size_t> sizes_of_calls() const {
        sizes all;
        for (const auto& cards : cas_.calls)
            all.push_back(cards.size());
        return all;
    }

    [[nodiscard]] long ended_as(disposition d) const {
        return std::ranges::count_if(store_.verdicts, [&](const auto& v) { return v.disposition == d; });
    }

    [[nodiscard]] const flat_verdict& verdict_of(std::int64_t id) const {
        return *std::ranges::find_if(store_.verdicts, [&](const auto& v) { return v.request_id == id; });
    }

    binding wire_ = wire_with(R"(plural="5" plural-wait="0")");
    boost::asio::io_context network_{1};
    boost::asio::thread_pool claiming_{1};
    boost::asio::thread_pool recording_{1};
    line_options options_;
    memory_queue queue_;
    fake_request_source source_{queue_};
    fake_outcome_store store_{queue_};
    fake_line_observer watches_;
    fake_admission_control gate_;
    messaging_cas cas_{network_.get_executor()};
    line* line_ = nullptr;
};

TEST_F(shared_call_fixture, alike_messages_go_in_one_call_up_to_the_limit) {
    messages(12);

    run_until_recorded(12);

    EXPECT_THAT(sizes_of_calls(), ElementsAre(5U, 5U, 2U));
    EXPECT_THAT(watches_.shared_calls, ElementsAre(5U, 5U, 2U));
    EXPECT_EQ(ended_as(disposition::complete), 12);
}

TEST_F(shared_call_fixture, each_request_has_a_record_of_its_own) {
    messages(3);

    run_until_recorded(3);

    ASSERT_EQ(store_.commands.size(), 3U);
    for (const auto& c : store_.commands) {
        const auto own = std::to_string(c.request_id);
        EXPECT_EQ(c.sequence, 1);
        EXPECT_EQ(c.outcome, outcome::success);
        EXPECT_THAT(c.request, ::testing::HasSubstr("<utm:CaClientId>" + own + "</utm:CaClientId>"));
        EXPECT_THAT(c.request, ::testing::EndsWith("<!-- one of 3 requests in this call -->"));
        for (const auto* card : {"1", "2", "3"}) {
            if (card == own) continue;
            EXPECT_THAT(c.request, Not(::testing::HasSubstr(">" + std::string(card) + "<")));
        }
    }
    for (const auto& v : store_.verdicts)
        EXPECT_TRUE(v.first_sent.has_value());
}

TEST_F(shared_call_fixture, messages_that_differ_have_calls_of_their_own) {
    message(1);
    message(2, "Goodbye");
    message(3, "Hello", "EXPRESS");
    message(4);
    queue_.insert(request_for(5,
                              "SEND_BARK_MESSAGE_TO_CLIENT",
                              {{"smartcard_ca_id", "5"}, {"message", "Hello"}, {"display_duration", 21}}));
    queue_.insert(
        request_for(6, "SEND_MAIL_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "6"}, {"message", "Hello"}}));

    run_until_recorded(6);

    EXPECT_THAT(
        cas_.calls,
        ::testing::UnorderedElementsAre(texts{"1", "4"}, texts{"2"}, texts{"3"}, texts{"5"}, texts{"6"}));
    EXPECT_EQ(cas_.calls.front(), texts{"3"}) << "EXPRESS goes first";
}

TEST_F(shared_call_fixture, a_request_alone_waits_no_longer_than_the_binding_says) {
    wire_ = wire_with(R"(plural="5" plural-wait="30")");
    message(1);
    const auto began = std::chrono::steady_clock::now();

    run_until_recorded(1);

    const auto took = std::chrono::steady_clock::now() - began;
    EXPECT_GE(took, milliseconds(30));
    EXPECT_LT(took, milliseconds(5000)) << "the machine may be slow, but nothing else is waited for";
    EXPECT_TRUE(watches_.shared_calls.empty());
    EXPECT_THAT(cas_.bodies.front(), ::testing::HasSubstr(">100001</utm:SequenceNumber>"));
}

TEST_F(shared_call_fixture, a_full_call_does_not_wait) {
    wire_ = wire_with(R"(plural="5" plural-wait="1000")");
    messages(5);
    const auto began = std::chrono::steady_clock::now();

    run_until_recorded(5);

    EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(1000));
    EXPECT_THAT(sizes_of_calls(), ElementsAre(5U));
}

TEST_F(shared_call_fixture, requests_that_come_while_a_call_waits_join_it) {
    wire_ = wire_with(R"(plural="5" plural-wait="1000")");
    options_.in_flight = 1;
    message(1);
    watches_.on_claimed = [&](std::size_t count) {
        if (count == 0 || std::exchange(watches_.on_claimed, nullptr) == nullptr) return;
        for (int id = 2; id <= 5; ++id)
            message(id);
        line_->wake();
    };

    run_until_recorded(5);

    EXPECT_THAT(sizes_of_calls(), ElementsAre(5U));
}

TEST_F(shared_call_fixture, a_limit_in_flight_counts_calls_and_enough_is_claimed_to_fill_them) {
    wire_ = wire_with(R"(plural="50" plural-wait="20")");
    options_.in_flight = 1;
    options_.claim_ahead = 9;
    gate_.current = {1, true};
    const auto end = std::chrono::steady_clock::now() + milliseconds(20'000);
    cas_.is_late = [&] { return watches_.most_held < 55 && std::chrono::steady_clock::now() < end; };
    messages(500);

    run_until_recorded(500);

    EXPECT_EQ(cas_.most_at_once, 1U);
    EXPECT_EQ(ended_as(disposition::complete), 500);
    EXPECT_GE(cas_.calls[0].size() + cas_.calls[1].size(), 50U)
        << "it claimed more while the first was in flight";
    EXPECT_LE(watches_.most_held, 1U * 50U + 9U);
}

TEST_F(shared_call_fixture, a_call_takes_one_turn_of_the_rate) {
    messages(10);

    run_until_recorded(10);

    EXPECT_EQ(gate_.turns, 2);
}

TEST_F(shared_call_fixture, other_commands_keep_the_bounds_of_their_claims) {
    options_.claim_ahead = 4;
    message(1);
    for (int id = 2; id <= 300; ++id)
        queue_.insert(request_for(id, "ADD_SUBSCRIPTIONS", one_service(std::to_string(id))));

    run_until_recorded(300);

    EXPECT_LE(watches_.most_held, options_.in_flight + options_.claim_ahead);
}

TEST_F(shared_call_fixture, a_refused_call_is_split_until_the_bad_card_is_alone) {
    wire_ = wire_with(R"(plural="64" plural-wait="0")");
    messages(64);
    cas_.bad = {"17"};

    run_until_recorded(64);

    EXPECT_EQ(ended_as(disposition::complete), 63);
    EXPECT_EQ(verdict_of(17).disposition, disposition::reject);
    EXPECT_EQ(verdict_of(17).error_code, "CLIENT_NOT_FOUND");
    EXPECT_EQ(cas_.shown.size(), 63U);
    for (const auto& [card, times] : cas_.shown)
        EXPECT_EQ(times, 1) << card;
    EXPECT_EQ(cas_.calls.size(), 1U + 2U * 6U) << "two halves for each of six refusals";
    EXPECT_EQ(watches_.splits, 6);
    EXPECT_EQ(store_.commands.size(), 64U);
}

TEST_F(shared_call_fixture, a_call_of_bad_cards_alone_rejects_each) {
    messages(5);
    cas_.bad = {"1", "2", "3", "4", "5"};

    run_until_recorded(5);

    EXPECT_EQ(ended_as(disposition::reject), 5);
    EXPECT_TRUE(cas_.shown.empty());
    EXPECT_EQ(cas_.calls.size(), 9U);
}

TEST_F(shared_call_fixture, a_call_without_an_answer_is_in_doubt_for_each_request) {
    messages(5);
    cas_.is_silent = true;

    run_until_recorded(5);

    EXPECT_EQ(cas_.calls.size(), 1U);
    EXPECT_EQ(ended_as(disposition::hold), 5);
    for (const auto& v : store_.verdicts)
        EXPECT_EQ(v.error_code, "MAYBE_SENT");
    for (const auto& c : store_.commands)
        EXPECT_EQ(c.got, exchange_state::sent_no_answer);
}

TEST_F(shared_call_fixture, after_a_passing_failure_each_request_waits_for_its_own_time) {
    options_.retry.first_delay = milliseconds(100'000);
    options_.retry.longest_delay = milliseconds(100'000);
    messages(5);
    cas_.status = "SYSTEM_ERROR";

    run_until_recorded(5);

    EXPECT_EQ(cas_.calls.size(), 1U);
    EXPECT_EQ(ended_as(disposition::retry), 5);
    std::set<milliseconds> delays;
    for (const auto& v : store_.verdicts) {
        EXPECT_TRUE(v.counts);
        delays.insert(v.delay);
    }
    EXPECT_GT(delays.size(), 1U);
}

TEST_F(shared_call_fixture, a_line_that_stops_while_it_gathers_gives_all_requests_back) {
    wire_ = wire_with(R"(plural="50" plural-wait="1000")");
    messages(20);
    watches_.on_claimed = [&](std::size_t count) {
        if (count > 0) boost::asio::post(network_, [&] { line_->stop(); });
    };

    run_until_recorded(20);

    EXPECT_TRUE(cas_.calls.empty());
    EXPECT_EQ(ended_as(disposition::release), 20);
}

TEST_F(shared_call_fixture, a_line_that_stops_during_a_split_sends_no_other_half) {
    wire_ = wire_with(R"(plural="8" plural-wait="0")");
    messages(8);
    cas_.bad = {"1"};
    cas_.on_call = [&] { line_->stop(); };

    run_until_recorded(8);

    EXPECT_EQ(cas_.calls.size(), 1U);
    EXPECT_EQ(ended_as(disposition::release), 8);
}

TEST_F(shared_call_fixture, a_gate_that_closes_while_it_gathers_gives_all_requests_back) {
    wire_ = wire_with(R"(plural="50" plural-wait="1000")");
    messages(20);
    watches_.on_claimed = [&](std::size_t count) {
        if (count > 0) boost::asio::post(network_, [&] { gate_.become({0, false}); });
    };

    run_until_recorded(20);

    EXPECT_TRUE(cas_.calls.empty());
    EXPECT_EQ(ended_as(disposition::release), 20);
}

TEST_F(shared_call_fixture, a_probe_carries_one_command) {
    messages(5);
    watches_.on_claimed = [&](std::size_t) {
        gate_.current = {1, false};
        watches_.on_claimed = nullptr;
    };
    cas_.on_call = [&] {
        if (cas_.calls.size() == 2) boost::asio::post(network_, [&] { gate_.become({4, true}); });
    };

    run_until_recorded(5);

    // A message is no probe: a GET about its smartcard goes before it.
    ASSERT_GE(cas_.calls.size(), 2U);
    EXPECT_EQ(cas_.calls[0].size(), 1U);
    EXPECT_EQ(cas_.calls[1].size(), 1U);
    EXPECT_EQ(ended_as(disposition::complete), 5);
    EXPECT_THAT(cas_.calls, ::testing::Contains(::testing::SizeIs(4U)));
}

TEST_F(shared_call_fixture, requests_of_another_daemon_by_now_are_not_sent) {
    gate_.gap = milliseconds(5);
    messages(15);
    cas_.on_call = [&] { queue_.take_over(); };
    watches_.on_recorded = [&] { line_->stop(); };
    const auto made = make_line();
    line_ = made.get();

    run(*made);

    EXPECT_EQ(cas_.calls.size(), 1U);
    EXPECT_EQ(cas_.shown.size(), 5U);
}

TEST_F(shared_call_fixture, two_messages_of_one_card_are_never_in_one_call) {
    message(1);
    auto second =
        request_for(2, "SEND_BARK_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "1"}, {"message", "Hello"}});
    queue_.insert(std::move(second), {"1"});
    message(3);

    run_until_recorded(3);

    EXPECT_THAT(cas_.calls, ElementsAre(texts{"1", "3"}, texts{"1"}));
}

TEST_F(shared_call_fixture, the_items_of_an_answer_decide_about_each_request) {
    wire_ = wire_with(R"(plural="5" plural-wait="0")", true);
    messages(5);
    cas_.answers = [](const texts&) {
        return "<StatusCode>PARTLY</StatusCode>"
               "<Result><Card>1</Card><Code>OK</Code><Ref>r-1</Ref></Result>"
               "<Result><Card>2</Card><Code>CLIENT_NOT_FOUND</Code><Text>no such card</Text></Result>"
               "<Result><Card>3</Card><Code>SYSTEM_ERROR</Code></Result>"
               "<Result><Card>99</Card><Code>OK</Code></Result>"
               "<Result><Card>5</Card><Code>OK</Code></Result><Result><Card>5</Card><Code>NO</Code></Result>";
    };

    run_until_recorded(5);

    EXPECT_EQ(verdict_of(1).disposition, disposition::complete);
    EXPECT_EQ(verdict_of(1).reference_number, "r-1");
    EXPECT_EQ(verdict_of(2).disposition, disposition::reject);
    EXPECT_EQ(verdict_of(2).error_description, "no such card");
    EXPECT_EQ(verdict_of(3).disposition, disposition::retry);
    EXPECT_EQ(verdict_of(4).disposition, disposition::hold) << "its smartcard is not named";
    EXPECT_EQ(verdict_of(4).error_code, "UNREADABLE_ANSWER");
    EXPECT_EQ(verdict_of(5).disposition, disposition::hold) << "it is named twice";
    EXPECT_EQ(watches_.strangers, texts{"99"});
    EXPECT_EQ(cas_.calls.size(), 1U) << "an answer with items splits nothing";
}

TEST_F(shared_call_fixture, a_request_that_failed_twice_or_without_an_answer_goes_alone) {
    auto r = request_for(1, "SEND_BARK_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "1"}, {"message", "Hello"}});
    const retry_policy policy;
    EXPECT_NE(execution(r, wire_, policy, 0).shares(), nullptr);
    r.attempts = 1;
    EXPECT_NE(execution(r, wire_, policy, 0).shares(), nullptr);
    r.attempts = 2;
    EXPECT_EQ(execution(r, wire_, policy, 0).shares(), nullptr);
    r.attempts = 0;
    r.unanswered = true;
    EXPECT_EQ(execution(r, wire_, policy, 0).shares(), nullptr);
    r.unanswered = false;
    r.maybe_sent = true;
    EXPECT_EQ(execution(r, wire_, policy, 0).shares(), nullptr);
}

TEST_F(shared_call_fixture, only_a_request_with_one_plural_command_shares_a_call) {
    const retry_policy policy;
    EXPECT_EQ(execution(request_for(1, "ADD_SUBSCRIPTIONS", one_service()), wire_, policy, 0).shares(),
              nullptr);
    EXPECT_EQ(execution(request_for(1, "BECOME_SUBSCRIBER", living_room()), wire_, policy, 0).shares(),
              nullptr);
    EXPECT_EQ(execution(request_for(1, "SEND_BARK_MESSAGE_TO_CLIENT", {}), wire_, policy, 0).shares(),
              nullptr);
}

} // namespace
} // namespace contego::pipeline
