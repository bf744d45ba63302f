#include "pipeline/line.hpp"
#include "unit/pipeline/fake_admission_control.hpp"
#include "unit/pipeline/fakes.hpp"
#include "unit/pipeline/wire.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace contego::pipeline {
namespace {

using namespace contego::testing;

line_options small_line() {
    line_options o;
    o.provider = "default";
    o.in_flight = 4;
    o.claim_ahead = 4;
    return o;
}

class line_fixture : public ::testing::Test {
protected:
    /// Runs the line until `count` requests were recorded, then stops it.
    void run_until_recorded(std::size_t count) {
        const auto made = make_line();
        auto& l = *made;
        watches_.on_recorded = [&] {
            if (watches_.ended >= count) l.stop();
        };
        run(l);
    }

    std::unique_ptr<line> make_line() {
        return std::make_unique<line>(options_,
                                      line_parts{network_.get_executor(),
                                                 claiming_,
                                                 recording_,
                                                 default_wire(),
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

    void queue(int count) {
        for (int id = 1; id <= count; ++id)
            queue_.insert(request_for(id, "ADD_SUBSCRIPTIONS", one_service(std::to_string(id))));
    }

    std::chrono::steady_clock::duration time_from_hint_to_exchange(const std::function<void(line&)>& hint);

    boost::asio::io_context network_{1};
    boost::asio::thread_pool claiming_{1};
    boost::asio::thread_pool recording_{1};
    line_options options_ = small_line();
    memory_queue queue_;
    fake_request_source source_{queue_};
    fake_outcome_store store_{queue_};
    fake_line_observer watches_;
    fake_admission_control gate_;
    fake_transport cas_{network_.get_executor(), ok_answer};
};

TEST_F(line_fixture, carries_a_request_to_the_cas_and_back) {
    queue(1);

    run_until_recorded(1);

    ASSERT_EQ(cas_.sent.size(), 1U);
    ASSERT_EQ(store_.commands.size(), 1U);
    EXPECT_EQ(store_.commands[0].request, cas_.sent[0].body);
    EXPECT_EQ(store_.commands[0].response, ok_answer().body);
    EXPECT_EQ(store_.commands[0].reference_number, "ref-1");
    ASSERT_EQ(store_.verdicts.size(), 1U);
    EXPECT_EQ(store_.verdicts[0].disposition, disposition::complete);
    EXPECT_TRUE(store_.verdicts[0].first_sent.has_value());
}

TEST_F(line_fixture, keeps_its_bounds_under_load) {
    queue(500);

    run_until_recorded(500);

    EXPECT_EQ(cas_.sent.size(), 500U);
    EXPECT_EQ(cas_.most_at_once, options_.in_flight);
    EXPECT_LE(watches_.most_held, options_.in_flight + options_.claim_ahead);
    EXPECT_LE(source_.most_asked, options_.in_flight + options_.claim_ahead);
}

/// Each outcome counts for about 1.8 MB of the 16 MiB that may wait.
TEST_F(line_fixture, sends_nothing_more_while_too_much_waits_to_be_recorded) {
    auto large = ok_answer();
    large.body += "<!--" + std::string(900'000, 'x') + "-->";
    cas_.answer_with([&] { return large; });
    options_.claim_ahead = 100;
    store_.failures = 3;
    std::size_t most_unrecorded = 0;
    cas_.on_send = [&] { most_unrecorded = std::max(most_unrecorded, cas_.sent.size() - watches_.ended); };
    queue(60);

    run_until_recorded(60);

    EXPECT_EQ(cas_.sent.size(), 60U);
    EXPECT_GE(most_unrecorded, 10U);
    EXPECT_LE(most_unrecorded, 10U + options_.in_flight);
}

TEST_F(line_fixture, claims_once_for_each_hint_and_not_once_more_when_it_has_recorded) {
    queue(1);
    const auto made = make_line();
    auto& l = *made;
    const auto when_it_has_come_to_rest = [&](const std::function<void()>& then) {
        boost::asio::post(
            network_, [&, then] { // coroutines that waited for the recording are woken after this
                boost::asio::post(network_, [&, then] {
                    boost::asio::post(claiming_, [&, then] { boost::asio::post(network_, then); });
                });
            });
    };
    watches_.on_recorded = [&] {
        if (watches_.ended == 2) return l.stop();
        when_it_has_come_to_rest([&] {
            queue_.insert(request_for(2, "ADD_SUBSCRIPTIONS", one_service("2")));
            l.wake();
        });
    };

    run(l);

    EXPECT_EQ(source_.asked.size(), 2U);
}

TEST_F(line_fixture, claims_again_without_a_hint_when_it_was_turned_away) {
    queue(1);
    source_.turned_away = 5;

    run_until_recorded(1);

    EXPECT_EQ(cas_.sent.size(), 1U);
    EXPECT_TRUE(watches_.troubles.empty()) << "another daemon that claims is no failure of the database";
}

TEST_F(line_fixture, tells_of_a_claim_that_took_long) {
    queue(1);
    source_.slow = "2 s in all";

    run_until_recorded(1);

    EXPECT_EQ(watches_.slow.front(), "2 s in all");
}

TEST_F(line_fixture, tells_of_each_recording_in_which_a_request_ended) {
    queue(3);
    const auto made = make_line();
    std::size_t ended = 0;
    made->on_ends([&] { ++ended; });
    watches_.on_recorded = [&] {
        if (watches_.ended >= 3) made->stop();
    };

    run(*made);

    EXPECT_GE(ended, 1U);
    EXPECT_LE(ended, store_.ends.size());
}

TEST_F(line_fixture, looks_often_where_nobody_may_tell_it_of_what_comes) {
    queue(8); // everything it has room for: the first claim is full
    watches_.on_claimed = [&, left = 1](std::size_t count) mutable {
        if (count == 0 && watches_.ended == 8 && left-- == 1)
            queue_.insert(request_for(9, "ADD_SUBSCRIPTIONS", one_service("9")));
    };

    run_until_recorded(9);

    EXPECT_EQ(cas_.sent.size(), 9U);
}

TEST_F(line_fixture, sends_express_before_what_was_claimed_ahead) {
    options_.in_flight = 1;
    queue(4);
    auto express = request_for(5, "ADD_SUBSCRIPTIONS", one_service("00000000005"));
    express.priority = "EXPRESS";
    queue_.insert(std::move(express)); // one claim takes all five, in this order

    run_until_recorded(5);

    EXPECT_NE(cas_.sent.front().body.find("00000000005"), std::string::npos);
}

TEST_F(line_fixture, gathers_outcomes_while_more_wait_to_be_sent) {
    options_.in_flight = 1;
    options_.claim_ahead = 40;
    queue(20);

    run_until_recorded(20);

    EXPECT_GT(store_.ends.front(), 1U);
}

TEST_F(line_fixture, records_express_without_gathering) {
    options_.in_flight = 1;
    options_.claim_ahead = 40;
    queue(20);
    auto express = request_for(21, "ADD_SUBSCRIPTIONS", one_service("21"));
    express.priority = "EXPRESS";
    queue_.insert(std::move(express));

    run_until_recorded(21);

    EXPECT_EQ(store_.ends.front(), 1U);
    EXPECT_EQ(store_.verdicts.front().request_id, 21);
}

TEST_F(line_fixture, sends_only_what_is_safe_to_repeat_on_a_connection_that_was_idle) {
    queue_.insert(request_for(1, "ADD_SUBSCRIPTIONS", one_service("1")));
    queue_.insert(request_for(
        2, "SEND_BARK_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01000000009"}, {"message", "Hello"}}));

    run_until_recorded(2);

    ASSERT_EQ(cas_.sent.size(), 2U);
    EXPECT_FALSE(cas_.sent[0].fresh_connection);
    EXPECT_TRUE(cas_.sent[1].fresh_connection);
}

TEST_F(line_fixture, lets_a_bad_request_pass_by_the_good_ones) {
    queue(2);
    queue_.insert(request_for(3, "PAINT_THE_HOUSE", one_service("3")));
    queue_.insert(request_for(4, "ADD_SUBSCRIPTIONS", one_service("4")));

    run_until_recorded(4);

    EXPECT_EQ(cas_.sent.size(), 3U);
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::reject, &flat_verdict::disposition), 1);
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::complete, &flat_verdict::disposition), 3);
}

TEST_F(line_fixture, loses_no_answer_while_the_database_is_away) {
    queue(3);
    store_.failures = 1;
    source_.failures = 1;

    run_until_recorded(3);

    EXPECT_EQ(cas_.sent.size(), 3U) << "nothing is sent twice";
    EXPECT_EQ(store_.verdicts.size(), 3U);
    EXPECT_EQ(watches_.troubles, (std::vector<std::string>{"claim", "record"}));
}

TEST_F(line_fixture, holds_a_request_whose_outcome_the_database_refuses) {
    queue(2);
    queue_.refused = 1;

    run_until_recorded(3);

    const auto held = std::ranges::find(store_.verdicts, disposition::hold, &flat_verdict::disposition);
    ASSERT_NE(held, store_.verdicts.end());
    EXPECT_EQ(held->request_id, 1);
    EXPECT_EQ(held->error_code, "RECORD_REFUSED");
}

TEST_F(line_fixture, gives_back_what_is_not_on_its_way_when_stopped) {
    queue(8);
    const auto made = make_line();
    auto& l = *made;
    cas_.on_send = [&] { l.stop(); };

    run(l);

    EXPECT_EQ(cas_.sent.size(), 1U);
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::complete, &flat_verdict::disposition), 1);
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::release, &flat_verdict::disposition), 7);
}

TEST_F(line_fixture, stopped_between_two_commands_gives_the_request_back_with_the_first_recorded) {
    queue_.insert(request_for(1, "BECOME_SUBSCRIBER", living_room()));
    const auto made = make_line();
    auto& l = *made;
    cas_.on_send = [&] { l.stop(); };

    run(l);

    ASSERT_EQ(store_.commands.size(), 1U);
    EXPECT_EQ(store_.commands[0].outcome, outcome::success);
    ASSERT_EQ(store_.verdicts.size(), 1U);
    EXPECT_EQ(store_.verdicts[0].disposition, disposition::release);
    EXPECT_TRUE(store_.verdicts[0].first_sent.has_value());
}

TEST_F(line_fixture, does_not_send_what_may_run_elsewhere_by_now) {
    queue(2);
    watches_.on_claimed = [&, first = true](std::size_t /*count*/) mutable {
        if (std::exchange(first, false)) queue_.take_over();
    };

    run_until_recorded(4);

    EXPECT_EQ(cas_.sent.size(), 2U) << "only under the second claim";
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::release, &flat_verdict::disposition), 2);
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::complete, &flat_verdict::disposition), 2);
}

TEST_F(line_fixture, claims_nothing_for_a_cas_that_is_taken_for_dead) {
    queue(3);
    gate_.current = {0, false};
    boost::asio::post(network_, [&] {
        boost::asio::post(network_, [&] { // the line has looked for room by now
            EXPECT_TRUE(source_.asked.empty());
            gate_.become({4, true});
        });
    });

    run_until_recorded(3);

    EXPECT_EQ(cas_.sent.size(), 3U);
}

TEST_F(line_fixture, claims_one_probe_and_nothing_ahead_of_it) {
    queue(3);
    gate_.current = {1, false};
    cas_.on_send = [&] { gate_.current = {8, true}; };

    run_until_recorded(3);

    EXPECT_EQ(source_.asked.front(), 1U);
    EXPECT_GT(source_.asked.at(1), 1U);
}

/// Returns how long the line takes from a hint about a request to its exchange, if it has just found nothing.
std::chrono::steady_clock::duration
line_fixture::time_from_hint_to_exchange(const std::function<void(line&)>& hint) {
    std::chrono::steady_clock::time_point hinted;
    std::chrono::steady_clock::duration took{};
    const auto made = make_line();
    watches_.on_claimed = [&, first = true](std::size_t /*count*/) mutable {
        if (!std::exchange(first, false)) return;
        boost::asio::post(network_, [&] {
            queue(1);
            hinted = std::chrono::steady_clock::now();
            hint(*made);
        });
    };
    cas_.on_send = [&] { took = std::chrono::steady_clock::now() - hinted; };
    watches_.on_recorded = [&] { made->stop(); };
    run(*made);
    return took;
}

TEST_F(line_fixture, leaves_a_new_request_to_others_while_its_own_breaker_is_open) {
    options_.left_to_others = std::chrono::milliseconds(300);
    gate_.current = {1, false};

    EXPECT_GE(time_from_hint_to_exchange([](line& l) { l.wake(); }), options_.left_to_others);
}

TEST_F(line_fixture, leaves_nothing_to_others_while_its_breaker_is_closed) {
    options_.left_to_others = std::chrono::hours(1);

    EXPECT_LT(time_from_hint_to_exchange([](line& l) { l.wake(); }), std::chrono::minutes(1));
}

TEST_F(line_fixture, sends_a_probe_as_soon_as_one_is_due) {
    options_.left_to_others = std::chrono::hours(1);
    gate_.current = {1, false};

    EXPECT_LT(time_from_hint_to_exchange([&](line& /*l*/) { gate_.become({1, false}); }),
              std::chrono::minutes(1));
}

TEST_F(line_fixture, gives_back_what_it_claimed_when_the_cas_is_taken_for_dead) {
    queue(8);
    cas_.on_send = [&] { gate_.become({0, false}); };

    run_until_recorded(8);

    EXPECT_EQ(cas_.sent.size(), 1U);
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::release, &flat_verdict::disposition), 7);
}

TEST_F(line_fixture, sends_no_more_at_once_than_the_gate_lets_through) {
    queue(50);
    gate_.current = {2, true};

    run_until_recorded(50);

    EXPECT_EQ(cas_.most_at_once, 2U);
}

TEST_F(line_fixture, takes_a_turn_for_every_exchange) {
    queue(5);
    gate_.wait = std::chrono::milliseconds(1);

    run_until_recorded(5);

    EXPECT_EQ(gate_.turns, 5);
}

TEST_F(line_fixture, stops_at_once_while_it_waits_for_a_turn) {
    queue(2);
    gate_.wait = std::chrono::hours(1);
    const auto made = make_line();
    auto& l = *made;
    gate_.on_turn = [&] { boost::asio::post(network_, [&] { l.stop(); }); };

    run(l);

    EXPECT_TRUE(cas_.sent.empty());
    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::release, &flat_verdict::disposition), 2);
}

request express_for(std::int64_t id, const std::string& card) {
    auto r = request_for(id, "ADD_SUBSCRIPTIONS", one_service(card));
    r.priority = "EXPRESS";
    return r;
}

/// Returns the position of the envelope that names the card.
std::size_t place_of(const std::string& card, const std::vector<envelope>& sent) {
    const auto found =
        std::ranges::find_if(sent, [&](const envelope& e) { return e.body.find(card) != std::string::npos; });
    return static_cast<std::size_t>(found - sent.begin());
}

TEST_F(line_fixture, under_a_rate_express_takes_the_next_turn_before_all_that_wait_for_theirs) {
    options_.in_flight = 64;
    options_.claim_ahead = 100;
    queue(100);
    gate_.gap = std::chrono::milliseconds(20);
    const auto made = make_line();
    auto& l = *made;
    std::size_t sent_before = 0;
    cas_.on_send = [&] {
        if (cas_.sent.size() == 2) {
            queue_.insert(express_for(101, "00000000101"));
            l.wake();
        }
        if (place_of("00000000101", cas_.sent) < cas_.sent.size()) l.stop();
    };
    watches_.on_claimed = [&, first = true](std::size_t count) mutable {
        if (count > 0 && !std::exchange(first, false)) sent_before = cas_.sent.size();
    };

    run(l);

    EXPECT_GT(sent_before, 0U);
    EXPECT_EQ(place_of("00000000101", cas_.sent), sent_before);
}

TEST_F(line_fixture, under_a_rate_express_goes_before_the_next_commands_of_what_has_begun) {
    options_.in_flight = 64;
    options_.claim_ahead = 100;
    for (int id = 1; id <= 30; ++id) {
        value::list services;
        for (int s = 0; s < 20; ++s)
            services.emplace_back(std::to_string(s));
        queue_.insert(request_for(id,
                                  "ACTIVATE_SUBSCRIPTION",
                                  {{"distributions",
                                    value::list{value::object{{"distributor", "D"},
                                                              {"smartcards", value::list{std::to_string(id)}},
                                                              {"services", services}}}}}));
    }
    gate_.gap = std::chrono::milliseconds(20);
    const auto made = make_line();
    auto& l = *made;
    std::size_t sent_before = 0;
    cas_.on_send = [&] {
        if (cas_.sent.size() == 8) {
            queue_.insert(express_for(101, "00000000101"));
            l.wake();
        }
        if (place_of("00000000101", cas_.sent) < cas_.sent.size()) l.stop();
    };
    watches_.on_claimed = [&, first = true](std::size_t count) mutable {
        if (count > 0 && !std::exchange(first, false)) sent_before = cas_.sent.size();
    };

    run(l);

    EXPECT_GT(sent_before, 0U);
    EXPECT_EQ(place_of("00000000101", cas_.sent), sent_before);
}

TEST_F(line_fixture, holds_no_more_text_than_its_bound_and_claims_nothing_meanwhile) {
    options_.in_flight = 2;
    options_.claim_ahead = 100;
    options_.most_bytes_held = 1000;
    for (int id = 1; id <= 30; ++id) {
        auto r = request_for(id, "ADD_SUBSCRIPTIONS", one_service(std::to_string(id)));
        r.size = 300;
        queue_.insert(std::move(r));
    }
    std::size_t most = 0;
    watches_.on_claimed = [&](std::size_t count) { most = std::max(most, count); };

    run_until_recorded(30);

    EXPECT_EQ(cas_.sent.size(), 30U);
    EXPECT_EQ(most, 3U);
    EXPECT_LE(watches_.most_held, 3U);
    EXPECT_EQ(source_.asked_bytes.front(), 1000U);
    EXPECT_LE(std::ranges::max(source_.asked_bytes), 1000U);
    EXPECT_GE(std::ranges::min(source_.asked_bytes), 1U);
}

TEST_F(line_fixture, carries_a_request_that_is_larger_than_the_bound_alone) {
    options_.most_bytes_held = 1000;
    for (int id = 1; id <= 3; ++id) {
        auto r = request_for(id, "ADD_SUBSCRIPTIONS", one_service(std::to_string(id)));
        r.size = id == 2 ? 1'000'000 : 100;
        queue_.insert(std::move(r));
    }

    run_until_recorded(3);

    EXPECT_EQ(cas_.sent.size(), 3U);
}

TEST_F(line_fixture, lets_others_pass_by_a_request_of_ten_thousand_commands) {
    value::list cards;
    value::list services;
    for (int i = 0; i < 100; ++i) {
        cards.emplace_back(std::to_string(1'000'000 + i));
        services.emplace_back(std::to_string(i));
    }
    queue_.insert(request_for(
        1,
        "BECOME_SUBSCRIBER",
        {{"distributions",
          value::list{value::object{{"distributor", "D"}, {"smartcards", cards}, {"services", services}}}}}));
    for (int id = 2; id <= 200; ++id)
        queue_.insert(request_for(id, "ADD_SUBSCRIPTIONS", one_service(std::to_string(id))));

    run_until_recorded(199);

    EXPECT_EQ(std::ranges::count(store_.verdicts, disposition::complete, &flat_verdict::disposition), 199);
    EXPECT_LT(cas_.sent.size(), 3'000U) << "the others were not kept waiting for it";
}

TEST_F(line_fixture, sends_nothing_more_of_a_request_whose_outcome_the_database_refuses) {
    queue_.insert(request_for(1, "BECOME_SUBSCRIBER", living_room()));
    queue_.refused = 1;
    bool refused = false;
    const auto made = make_line();
    auto& l = *made;
    gate_.wait = std::chrono::milliseconds(1);
    watches_.on_recorded = [&] {
        if (std::exchange(refused, true)) l.stop();
    };
    cas_.answer_with([&] { return ok_answer(); });

    run(l);

    ASSERT_FALSE(store_.verdicts.empty());
    EXPECT_EQ(store_.verdicts.back().disposition, disposition::hold);
    EXPECT_TRUE(std::ranges::none_of(store_.verdicts, [&](const flat_verdict& v) {
        return v.disposition == disposition::complete && &v == &store_.verdicts.back();
    }));
}

TEST_F(line_fixture, an_outage_counts_as_no_attempt) {
    queue(1);
    cas_.answer_with([] {
        exchange e;
        e.state = exchange_state::sent_no_answer;
        e.error = transport_error::timeout;
        e.outage = true;
        return e;
    });

    run_until_recorded(1);

    ASSERT_EQ(store_.verdicts.size(), 1U);
    EXPECT_EQ(store_.verdicts[0].disposition, disposition::retry);
    EXPECT_FALSE(store_.verdicts[0].counts);
}

TEST_F(line_fixture, rejects_what_this_program_cannot_read) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.unreadable = "a number beyond a double";
    queue_.insert(r);

    run_until_recorded(1);

    ASSERT_EQ(store_.verdicts.size(), 1U);
    EXPECT_EQ(store_.verdicts[0].disposition, disposition::reject);
    EXPECT_EQ(store_.verdicts[0].error_code, "VALIDATION_ERROR");
}

TEST_F(line_fixture, stores_no_pin) {
    queue_.insert(
        request_for(1, "UPDATE_CA_PIN_TO_GIVEN_VALUE", {{"smartcard_ca_id", "01"}, {"new_pin", "4711"}}));

    run_until_recorded(1);

    ASSERT_EQ(store_.commands.size(), 1U);
    EXPECT_NE(cas_.sent[0].body.find("4711"), std::string::npos);
    EXPECT_EQ(store_.commands[0].request.find("4711"), std::string::npos);
    EXPECT_EQ(store_.commands[0].parameters.at("new_pin"), value("****"));
}

} // namespace
} // namespace contego::pipeline
