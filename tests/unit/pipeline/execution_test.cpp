#include "pipeline/execution.hpp"
#include "support/flat_batch.hpp"
#include "unit/pipeline/wire.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>

namespace contego::pipeline {
namespace {

using namespace contego::testing;

const retry_policy policy{std::chrono::milliseconds(1000), std::chrono::milliseconds(60'000), 3};

execution execution_of(request r) {
    return {std::move(r), default_wire(), policy, 0.5};
}

reply answer(outcome o, std::string code = {}) {
    reply r;
    r.outcome = o;
    r.status_code = code.empty() ? "OK" : code;
    r.error_code = std::move(code);
    r.reference_number = "ref-1";
    return r;
}

reply paired(bool is) {
    auto r = answer(outcome::success);
    r.result = value::object{{"paired", is}};
    return r;
}

/// What the next step sends, or nothing.
std::string sends(execution& c) {
    const auto next = c.next();
    const auto* send = std::get_if<send_step>(&next);
    return send == nullptr ? ""
                           : std::to_string(send->sequence) + ' ' + std::string(name_of(send->what->type));
}

std::string skips(execution& c) {
    const auto next = c.next();
    const auto* skip = std::get_if<skip_step>(&next);
    return skip == nullptr ? ""
                           : std::to_string(skip->sequence) + ' ' + std::string(name_of(skip->what->type));
}

flat_verdict ends(execution& c) {
    return flat(std::get<verdict>(c.next()));
}

TEST(execution, sends_every_command_and_completes) {
    auto c = execution_of(request_for(1, "BECOME_SUBSCRIBER", living_room()));

    EXPECT_EQ(sends(c), "1 CREATE_PAIRING");
    c.answered(answer(outcome::success));
    EXPECT_EQ(sends(c), "2 ADD_SUBSCRIPTIONS");
    c.answered(answer(outcome::success));

    const auto v = ends(c);
    EXPECT_EQ(v.disposition, disposition::complete);
    EXPECT_EQ(v.reference_number, "ref-1");
}

TEST(execution, without_commands_completes_at_once) {
    auto parameters = living_room();
    parameters.emplace("draft", true);
    auto c = execution_of(request_for(1, "BECOME_SUBSCRIBER", parameters));

    EXPECT_EQ(ends(c).disposition, disposition::complete);
}

TEST(execution, of_bad_input_is_rejected_with_every_violation) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", {{"smartcard_ca_id", 1}});
    r.priority = "URGENT";
    auto c = execution_of(r);

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::reject);
    EXPECT_EQ(v.error_code, "VALIDATION_ERROR");
    for (const auto* field : {"smartcard_ca_id", "service_ca_id", "priority"})
        EXPECT_NE(v.error_description.find(field), std::string::npos) << v.error_description;
}

TEST(execution, stops_at_the_first_rejection) {
    auto c = execution_of(request_for(1, "BECOME_SUBSCRIBER", living_room()));
    EXPECT_EQ(sends(c), "1 CREATE_PAIRING");
    c.answered(answer(outcome::rejected, "CLIENT_NOT_FOUND"));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::reject);
    EXPECT_EQ(v.error_code, "CLIENT_NOT_FOUND");
}

TEST(execution, creates_a_pairing_where_the_card_has_none) {
    auto c = execution_of(request_for(1, "ADD_INSTALLED_ITEM", living_room({{"stbs", value::list{"03"}}})));

    EXPECT_EQ(sends(c), "1 GET_PAIRING_STATUS_FOR_CARD");
    c.answered(paired(false));
    EXPECT_EQ(sends(c), "2 CREATE_PAIRING");
    c.answered(answer(outcome::success));
    EXPECT_EQ(skips(c), "3 ADD_TO_EXISTING_PAIRING");
    EXPECT_EQ(ends(c).disposition, disposition::complete);
}

TEST(execution, adds_to_the_pairing_that_the_card_has) {
    auto c = execution_of(request_for(1, "ADD_INSTALLED_ITEM", living_room({{"stbs", value::list{"03"}}})));

    EXPECT_EQ(sends(c), "1 GET_PAIRING_STATUS_FOR_CARD");
    c.answered(paired(true));
    EXPECT_EQ(skips(c), "2 CREATE_PAIRING");
    EXPECT_EQ(sends(c), "3 ADD_TO_EXISTING_PAIRING");
}

TEST(execution, resumes_after_the_commands_that_succeeded_before) {
    auto r = request_for(1, "ADD_INSTALLED_ITEM", living_room({{"stbs", value::list{"03"}}}));
    r.finished = {{1, value::object{{"paired", true}}, "ref-0"}};
    r.attempts = 1;
    auto c = execution_of(r);

    EXPECT_EQ(skips(c), "2 CREATE_PAIRING");
    EXPECT_EQ(sends(c), "3 ADD_TO_EXISTING_PAIRING");
}

TEST(execution, retries_with_back_off_what_may_pass) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.attempts = 1;
    auto c = execution_of(r);
    sends(c);
    c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::retry);
    EXPECT_EQ(v.delay, std::chrono::milliseconds(1000));
    EXPECT_EQ(v.error_code, "SYSTEM_ERROR");
}

TEST(execution, holds_what_was_answered_to_the_last_in_no_readable_way) {
    auto unreadable = answer(outcome::retry, "TRANSPORT_MALFORMED");
    unreadable.unreadable = true;
    for (const int attempts : {1, 2}) {
        auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
        r.attempts = attempts;
        auto c = execution_of(r);
        sends(c);
        c.answered(unreadable);

        const auto v = ends(c);

        EXPECT_EQ(v.disposition, attempts == 1 ? disposition::retry : disposition::hold);
        EXPECT_EQ(v.error_code, attempts == 1 ? "TRANSPORT_MALFORMED" : "UNREADABLE_ANSWER");
        EXPECT_TRUE(v.counts);
    }
}

TEST(execution, gives_up_after_the_last_attempt) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.attempts = 2;
    auto c = execution_of(r);
    sends(c);
    c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::reject);
    EXPECT_EQ(v.error_code, "RETRIES_EXHAUSTED");
    EXPECT_NE(v.error_description.find("SYSTEM_ERROR"), std::string::npos);
}

TEST(execution, holds_what_nobody_knows) {
    auto c = execution_of(request_for(1, "ADD_SUBSCRIPTIONS", one_service()));
    sends(c);
    c.answered(answer(outcome::hold, "NEVER_HEARD_OF"));

    EXPECT_EQ(ends(c).disposition, disposition::hold);
}

TEST(execution, after_a_daemon_died_repeats_only_what_is_safe_to_repeat) {
    auto safe = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    safe.maybe_sent = true;
    auto unsafe =
        request_for(2, "SEND_MAIL_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01"}, {"message", "hello"}});
    unsafe.maybe_sent = true;
    auto repeats = execution_of(safe);
    auto holds = execution_of(unsafe);

    EXPECT_EQ(sends(repeats), "1 ADD_SUBSCRIPTIONS");
    const auto v = ends(holds);
    EXPECT_EQ(v.disposition, disposition::hold);
    EXPECT_EQ(v.error_code, "MAYBE_SENT");
}

execution careful_execution_of(request r) {
    return {std::move(r), careful_wire(), policy, 0.5};
}

reply held_as_maybe_sent() {
    auto r = answer(outcome::hold, "MAYBE_SENT");
    r.reference_number.clear();
    return r;
}

reply subscribed_to(value::list services) {
    auto r = answer(outcome::success);
    for (auto& s : services)
        s = value::object{{"service_ca_id", s}};
    r.result = value::object{{"subscriptions", std::move(services)}};
    return r;
}

request maybe_sent(value::object parameters = one_service()) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", std::move(parameters));
    r.maybe_sent = true;
    return r;
}

TEST(execution, maybe_sent_comes_back_to_be_read_back_where_a_get_can_tell) {
    auto c = careful_execution_of(request_for(1, "ADD_SUBSCRIPTIONS", one_service()));
    sends(c);
    EXPECT_TRUE(c.answered(held_as_maybe_sent()));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::retry);
    EXPECT_TRUE(v.maybe_sent);
    EXPECT_EQ(v.error_code, "MAYBE_SENT");
}

TEST(execution, maybe_sent_about_a_message_is_held) {
    auto c = careful_execution_of(
        request_for(1, "SEND_MAIL_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01"}, {"message", "hello"}}));
    sends(c);
    c.answered(held_as_maybe_sent());

    EXPECT_EQ(ends(c).disposition, disposition::hold);
}

TEST(execution, maybe_sent_for_the_last_time_is_held_and_not_rejected) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.attempts = 2;
    auto c = careful_execution_of(r);
    sends(c);
    c.answered(held_as_maybe_sent());

    EXPECT_EQ(ends(c).disposition, disposition::hold);
}

TEST(execution, what_the_read_back_shows_as_done_is_not_sent_again) {
    auto c = careful_execution_of(maybe_sent());

    EXPECT_EQ(sends(c), "1 GET_ACTIVE_SUBSCRIPTIONS");
    EXPECT_TRUE(c.answered(subscribed_to({"1111"}))) << "recorded as the end of the command";

    EXPECT_EQ(ends(c).disposition, disposition::complete);
}

TEST(execution, what_the_read_back_shows_as_not_done_is_sent) {
    auto c = careful_execution_of(maybe_sent());
    sends(c);

    EXPECT_FALSE(c.answered(subscribed_to({"2222"})));

    EXPECT_EQ(sends(c), "1 ADD_SUBSCRIPTIONS");
    c.answered(answer(outcome::success));
    EXPECT_EQ(ends(c).disposition, disposition::complete);
}

TEST(execution, tells_a_get_outside_the_plan_from_the_command_that_it_precedes) {
    auto read_back = careful_execution_of(maybe_sent());
    auto probe = execution_of(
        request_for(1, "SEND_BARK_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01"}, {"message", "Hello"}}));

    for (auto* one : {&read_back, &probe}) {
        const auto get = std::get<send_step>(one->next(false));
        EXPECT_EQ(get.what->type, command_type::get_active_subscriptions);
        EXPECT_EQ(get.sequence, 1);
        EXPECT_TRUE(get.outside_plan);
        one->answered(subscribed_to({"2222"}));
        const auto command = std::get<send_step>(one->next());
        EXPECT_EQ(command.sequence, 1);
        EXPECT_FALSE(command.outside_plan);
    }
}

TEST(execution, what_the_read_back_does_not_tell_is_held) {
    auto parameters = one_service();
    parameters.emplace("end_date", "2030-01-31T00:00:00Z");
    auto c = careful_execution_of(maybe_sent(parameters));
    sends(c);

    EXPECT_FALSE(c.answered(subscribed_to({"1111"})));

    EXPECT_EQ(ends(c).disposition, disposition::hold);
    EXPECT_EQ(ends(c).error_code, "MAYBE_SENT");
}

TEST(execution, a_read_back_that_fails_is_tried_again_and_the_doubt_stays) {
    auto c = careful_execution_of(maybe_sent());
    sends(c);

    EXPECT_FALSE(c.answered(answer(outcome::retry, "SYSTEM_ERROR")));

    const auto v = ends(c);
    EXPECT_EQ(v.disposition, disposition::retry);
    EXPECT_TRUE(v.maybe_sent);
}

TEST(execution, a_read_back_that_is_refused_is_held) {
    auto c = careful_execution_of(maybe_sent());
    sends(c);

    c.answered(answer(outcome::rejected, "FEATURE_NOT_AVAILABLE"));

    EXPECT_EQ(ends(c).disposition, disposition::hold);
}

TEST(execution, an_outage_counts_as_no_attempt) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.attempts = 2;
    auto c = execution_of(r);
    sends(c);
    auto away = answer(outcome::retry, "TRANSPORT_CONNECT");
    away.outage = true;
    c.answered(away);

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::retry) << "though a counted one would have been the last";
    EXPECT_FALSE(v.counts);
}

TEST(execution, doubt_reaches_beyond_the_first_unfinished_command) {
    auto r = request_for(1, "BECOME_SUBSCRIBER", living_room());
    r.maybe_sent = true;
    auto c = careful_execution_of(r);
    EXPECT_EQ(sends(c), "1 GET_PAIRING_STATUS_FOR_CARD");
    auto joined = paired(true);
    joined.result = value::object{{"paired", true}, {"stbs", value::list{"02", "03"}}};
    c.answered(joined);

    EXPECT_EQ(sends(c), "2 GET_ACTIVE_SUBSCRIPTIONS")
        << "the daemon that died may have sent the second one as well";
}

TEST(execution, the_results_of_several_reads_are_one) {
    auto c = execution_of(request_for(1, "RECONCILE", value::object{{"smartcard_ca_id", "01"}}));
    EXPECT_EQ(sends(c), "1 GET_ACTIVE_SUBSCRIPTIONS");
    auto services = answer(outcome::success);
    services.result = value::object{{"subscriptions", value::list{}}};
    c.answered(services);
    EXPECT_EQ(sends(c), "2 GET_PAIRING_STATUS_FOR_CARD");
    c.answered(paired(false));

    EXPECT_EQ(ends(c).result, value(value::object{{"subscriptions", value::list{}}, {"paired", false}}));
}

TEST(execution, where_one_command_was_not_done_none_after_it_was_sent) {
    auto r = request_for(1, "BECOME_SUBSCRIBER", living_room());
    r.maybe_sent = true;
    auto c = careful_execution_of(r);
    sends(c);
    c.answered(paired(false));
    EXPECT_EQ(sends(c), "1 CREATE_PAIRING");
    c.answered(answer(outcome::success));

    EXPECT_EQ(sends(c), "2 ADD_SUBSCRIPTIONS");
}

TEST(execution, a_retry_takes_the_doubt_along) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.maybe_sent = true;
    auto c = execution_of(r);
    sends(c);
    c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

    EXPECT_TRUE(ends(c).maybe_sent);
}

/// Returns the next command that is sent while the CAS is taken for dead.
std::string sends_to_find_out(execution& c) {
    const auto next = c.next(false);
    return std::string(name_of(std::get<send_step>(next).what->type));
}

request message_for_a_card() {
    return request_for(
        1, "SEND_BARK_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01000000009"}, {"message", "Hello"}});
}

TEST(execution, no_command_that_is_not_safe_to_repeat_finds_out_whether_the_cas_is_there) {
    auto c = execution_of(message_for_a_card());

    EXPECT_EQ(sends_to_find_out(c), "GET_ACTIVE_SUBSCRIPTIONS");
    EXPECT_FALSE(c.answered(answer(outcome::rejected, "CLIENT_NOT_FOUND"))) << "it is not of the plan";
    EXPECT_EQ(sends(c), "1 SEND_BARK_MESSAGE_TO_CLIENT");
}

TEST(execution, a_cas_that_is_not_there_has_not_seen_the_command) {
    auto c = execution_of(message_for_a_card());
    sends_to_find_out(c);
    auto nothing = answer(outcome::retry, "NO_ANSWER");
    nothing.outage = true;
    EXPECT_FALSE(c.answered(nothing));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::retry);
    EXPECT_FALSE(v.maybe_sent);
    EXPECT_FALSE(v.counts);
}

TEST(execution, what_is_safe_to_repeat_finds_out_itself) {
    auto c = execution_of(request_for(1, "ADD_SUBSCRIPTIONS", one_service()));

    EXPECT_EQ(sends_to_find_out(c), "ADD_SUBSCRIPTIONS");
}

/// A binding in which a pairing is safe to repeat and an entitlement is not.
const binding& mixed_wire() {
    static const auto compiled = [] {
        std::string text(daemon::default_binding());
        const auto command = text.find("\"ADD_SUBSCRIPTIONS\"");
        const std::string_view yes = R"(repeat-safe="yes")";
        text.replace(text.find(yes, command), yes.size(), R"(repeat-safe="no")");
        return binding::compile(text);
    }();
    return std::get<binding>(compiled);
}

request maybe_sent_pairing() {
    auto r = request_for(1, "BECOME_SUBSCRIBER", living_room());
    r.maybe_sent = true;
    return r;
}

TEST(execution, an_end_before_a_command_that_may_have_been_sent_says_so) {
    for (const auto is : {outcome::hold, outcome::rejected}) {
        execution c(maybe_sent_pairing(), mixed_wire(), policy, 0.5);
        ASSERT_EQ(sends(c), "1 CREATE_PAIRING");
        c.answered(answer(is, "NEVER_HEARD_OF"));

        const auto v = ends(c);

        EXPECT_EQ(v.maybe_sent, is == outcome::hold);
        EXPECT_NE(v.error_description.find("command 2 (ADD_SUBSCRIPTIONS) may have been sent before"),
                  std::string::npos)
            << v.error_description;
    }
}

TEST(execution, let_go_after_such_a_hold_the_command_maybe_sent_is_read_back) {
    execution c(maybe_sent_pairing(), mixed_wire(), policy, 0.5);
    ASSERT_EQ(sends(c), "1 CREATE_PAIRING");
    c.answered(answer(outcome::success));

    EXPECT_EQ(sends(c), "2 GET_ACTIVE_SUBSCRIPTIONS");
}

TEST(execution, a_hold_without_a_later_command_maybe_sent_has_none) {
    auto finished = maybe_sent_pairing();
    finished.finished = {{2, {}, ""}};
    auto undoubted = maybe_sent_pairing();
    undoubted.maybe_sent = false;
    for (const auto& r : {finished, undoubted}) {
        execution c(r, mixed_wire(), policy, 0.5);
        sends(c);
        c.answered(answer(outcome::hold, "NEVER_HEARD_OF"));

        EXPECT_FALSE(ends(c).maybe_sent);
    }
}

TEST(execution, the_last_attempt_before_a_command_maybe_sent_holds_and_does_not_reject) {
    auto r = maybe_sent_pairing();
    r.attempts = 2;
    execution c(r, mixed_wire(), policy, 0.5);
    sends(c);
    c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::hold);
    EXPECT_EQ(v.error_code, "RETRIES_EXHAUSTED");
    EXPECT_TRUE(v.maybe_sent);
}

struct last_failure {
    const char* code;
    disposition becomes;
    const char* shown;
};

TEST(execution, the_last_failure_says_whether_it_is_rejected_or_held) {
    for (const auto& [code, becomes, shown] :
         {last_failure{"TRANSPORT_MALFORMED", disposition::hold, "UNREADABLE_ANSWER"},
          last_failure{"TRANSPORT_TOO_LARGE", disposition::hold, "UNREADABLE_ANSWER"},
          last_failure{"UNREADABLE_ANSWER", disposition::hold, "UNREADABLE_ANSWER"},
          last_failure{"HTTP_500", disposition::hold, "RETRIES_EXHAUSTED"},
          last_failure{"HTTP_502", disposition::hold, "RETRIES_EXHAUSTED"},
          last_failure{"TRANSPORT_TIMEOUT", disposition::hold, "RETRIES_EXHAUSTED"},
          last_failure{"TRANSPORT_CLOSED", disposition::hold, "RETRIES_EXHAUSTED"},
          last_failure{"TRANSPORT_WRITE", disposition::hold, "RETRIES_EXHAUSTED"},
          last_failure{"HTTP_401", disposition::reject, "RETRIES_EXHAUSTED"},
          last_failure{"HTTP_403", disposition::reject, "RETRIES_EXHAUSTED"},
          last_failure{"HTTP_429", disposition::reject, "RETRIES_EXHAUSTED"},
          last_failure{"HTTP_503", disposition::reject, "RETRIES_EXHAUSTED"},
          last_failure{"SYSTEM_ERROR", disposition::reject, "RETRIES_EXHAUSTED"}}) {
        auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
        r.attempts = 2;
        auto c = execution_of(r);
        sends(c);
        auto last = answer(outcome::retry, code);
        last.unreadable = std::string_view(shown) == "UNREADABLE_ANSWER";
        c.answered(last);

        const auto v = ends(c);

        EXPECT_EQ(v.disposition, becomes) << code;
        EXPECT_EQ(v.error_code, shown) << code;
        EXPECT_NE(v.error_description.find(code), std::string::npos);
    }
}

TEST(execution, an_attempt_before_without_an_answer_is_enough_to_be_held) {
    for (const bool unanswered : {true, false})
        for (const bool maybe_sent : {true, false})
            for (const auto* code : {"SYSTEM_ERROR", "HTTP_503"}) {
                auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
                r.attempts = 2;
                r.unanswered = unanswered;
                r.maybe_sent = maybe_sent;
                auto c = execution_of(r);
                sends(c);
                c.answered(answer(outcome::retry, code));

                const auto v = ends(c);

                const bool maybe_done = unanswered || maybe_sent;
                EXPECT_EQ(v.disposition, maybe_done ? disposition::hold : disposition::reject) << code;
                EXPECT_EQ(v.error_code, "RETRIES_EXHAUSTED");
                EXPECT_EQ(v.error_description.find("the CAS may have done it") != std::string::npos,
                          maybe_done);
            }
}

TEST(execution, an_attempt_without_an_answer_says_nothing_of_the_command_after_it) {
    auto r = request_for(1, "BECOME_SUBSCRIBER", living_room());
    r.attempts = 2;
    r.unanswered = true;
    auto c = execution_of(r);
    sends(c);
    c.answered(answer(outcome::success));
    sends(c);
    c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

    EXPECT_EQ(ends(c).disposition, disposition::reject);
}

TEST(execution, a_refusal_by_the_cas_is_final_whatever_was_before) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.attempts = 2;
    r.unanswered = true;
    auto c = execution_of(r);
    sends(c);
    c.answered(answer(outcome::rejected, "CLIENT_NOT_FOUND"));

    EXPECT_EQ(ends(c).disposition, disposition::reject);
}

TEST(execution, what_may_kill_the_cas_is_set_aside_for_longer_than_any_other_wait) {
    for (const bool outage : {true, false}) {
        auto lost = answer(outcome::retry, "TRANSPORT_CLOSED");
        lost.outage = outage;
        lost.set_aside = std::chrono::hours(1);
        auto c = execution_of(request_for(1, "ADD_SUBSCRIPTIONS", one_service()));
        sends(c);
        c.answered(lost);

        EXPECT_EQ(ends(c).delay, std::chrono::hours(1));
    }
}

TEST(execution, a_request_whose_probe_could_not_be_sent_is_due_at_once) {
    auto lost = answer(outcome::retry, "TRANSPORT_CONNECT");
    lost.outage = true;
    lost.unsent_probe = true;
    auto c = execution_of(request_for(1, "ADD_SUBSCRIPTIONS", one_service()));
    sends(c);
    c.answered(lost);

    EXPECT_EQ(ends(c).delay, std::chrono::milliseconds(0));
    EXPECT_EQ(ends(c).disposition, disposition::retry);
}

TEST(execution, an_unreadable_answer_counts_as_an_attempt_even_from_a_cas_that_is_taken_for_dead) {
    auto unreadable = answer(outcome::retry, "TRANSPORT_MALFORMED");
    unreadable.unreadable = true;
    unreadable.outage = true;
    for (const int attempts : {0, 1, 2}) {
        auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
        r.attempts = attempts;
        auto c = execution_of(r);
        sends(c);
        c.answered(unreadable);

        const auto v = ends(c);

        EXPECT_TRUE(v.counts);
        EXPECT_EQ(v.disposition, attempts < 2 ? disposition::retry : disposition::hold) << attempts;
    }
}

TEST(execution, a_priority_of_any_text_is_rejected_and_shown_in_whole_characters) {
    std::string accents = "a";
    for (int i = 0; i < 40; ++i)
        accents += "\xC3\xA9";
    std::string shown = "a";
    for (int i = 0; i < 54; ++i)
        shown += "\xC3\xA9";
    for (const auto& priority :
         {accents, std::string("AAA"), std::string(), std::string("express"), accents + accents.substr(1)}) {
        auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
        r.priority = priority;
        auto c = execution_of(r);

        const auto v = ends(c);

        EXPECT_EQ(v.disposition, disposition::reject);
        EXPECT_EQ(v.error_code, "VALIDATION_ERROR");
        const auto was = priority.size() < 90 ? priority : shown + "...";
        EXPECT_EQ(v.error_description, "priority: must be REGULAR or EXPRESS (was \"" + was + "\")");
    }
}

TEST(execution, an_age_that_no_clock_has_is_no_reason_to_stop) {
    for (const double age : {std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             1e300,
                             std::nan("")}) {
        auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
        r.age_seconds = age;
        auto c = execution_of(r);
        sends(c);
        c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

        EXPECT_NE(ends(c).disposition, disposition::complete);
    }
}

TEST(execution, keeps_nothing_of_the_parameters_once_it_is_planned) {
    const auto c = execution_of(request_for(1, "BECOME_SUBSCRIBER", living_room()));

    EXPECT_TRUE(c.of().parameters.is_null());
}

value::object household(int smartcards, int services) {
    value::list cards;
    value::list all;
    for (int i = 0; i < smartcards; ++i)
        cards.emplace_back(std::to_string(i));
    for (int i = 0; i < services; ++i)
        all.emplace_back(std::to_string(i));
    return {{"distributions",
             value::list{value::object{{"distributor", "D"}, {"smartcards", cards}, {"services", all}}}}};
}

TEST(execution, ten_thousand_finished_commands_are_found_in_no_time_and_in_any_order) {
    auto r = request_for(1, "BECOME_SUBSCRIBER", household(100, 100));
    for (int sequence = 9'999; sequence > 0; --sequence)
        r.finished.push_back({sequence, {}, "ref-0"});
    const auto began = std::chrono::steady_clock::now();
    auto c = execution_of(r);

    EXPECT_EQ(sends(c), "10000 ADD_SUBSCRIPTIONS");
    EXPECT_LT(std::chrono::steady_clock::now() - began,
              std::chrono::seconds(5)); // 50 million comparisons took 20
    c.answered(answer(outcome::success));
    EXPECT_EQ(ends(c).disposition, disposition::complete);
}

/// A binding that lacks a message and both commands that ask about one card; nothing is safe to repeat.
const binding& small_wire() {
    static const auto compiled = [] {
        std::string text = without_commands(
            std::string(daemon::default_binding()),
            {"SEND_MAIL_MESSAGE_TO_CLIENT", "GET_ACTIVE_SUBSCRIPTIONS", "GET_PAIRING_STATUS_FOR_CARD"});
        const std::string_view yes = R"(repeat-safe="yes")";
        for (auto at = text.find(yes); at != std::string::npos; at = text.find(yes))
            text.replace(at, yes.size(), R"(repeat-safe="no")");
        return binding::compile(text);
    }();
    return std::get<binding>(compiled);
}

request mail() {
    return request_for(1, "SEND_MAIL_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01"}, {"message", "Hello"}});
}

TEST(execution, that_needs_a_command_which_the_binding_lacks_is_rejected_before_anything_is_sent) {
    execution c(mail(), small_wire(), policy, 0.5);

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::reject);
    EXPECT_EQ(v.error_code, "NOT_SUPPORTED");
    EXPECT_EQ(v.error_description,
              "The binding has no command SEND_MAIL_MESSAGE_TO_CLIENT, which the action "
              "SEND_MAIL_MESSAGE_TO_CLIENT needs.");
}

TEST(execution, whose_later_command_is_not_supported_sends_none_of_the_earlier) {
    static const auto compiled =
        binding::compile(without_commands(std::string(daemon::default_binding()), {"ADD_SUBSCRIPTIONS"}));
    execution c(request_for(1, "BECOME_SUBSCRIBER", living_room()), std::get<binding>(compiled), policy, 0.5);

    const auto v = ends(c);

    EXPECT_EQ(v.error_code, "NOT_SUPPORTED");
    EXPECT_EQ(v.error_description,
              "The binding has no command ADD_SUBSCRIPTIONS, which the action BECOME_SUBSCRIBER needs.");
}

TEST(execution, with_other_mistakes_says_those_first) {
    auto r = mail();
    r.parameters = value::object{{"smartcard_ca_id", "01"}};
    execution c(r, small_wire(), policy, 0.5);

    EXPECT_EQ(ends(c).error_code, "VALIDATION_ERROR");
}

TEST(execution, that_may_have_been_sent_under_another_binding_is_held) {
    auto r = mail();
    r.maybe_sent = true;
    execution c(r, small_wire(), policy, 0.5);

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::hold);
    EXPECT_EQ(v.error_code, "MAYBE_SENT");
    EXPECT_NE(v.error_description.find("The binding has no command SEND_MAIL_MESSAGE_TO_CLIENT"),
              std::string::npos);
}

TEST(execution, reads_nothing_back_by_a_command_which_the_binding_lacks) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.maybe_sent = true;
    execution resumed(r, small_wire(), policy, 0.5);
    EXPECT_EQ(ends(resumed).error_code, "MAYBE_SENT");

    r.maybe_sent = false;
    execution unanswered(r, small_wire(), policy, 0.5);
    ASSERT_EQ(sends(unanswered), "1 ADD_SUBSCRIPTIONS");
    unanswered.answered(answer(outcome::hold, "MAYBE_SENT"));

    const auto v = ends(unanswered);
    EXPECT_EQ(v.disposition, disposition::hold);
    EXPECT_EQ(v.error_code, "MAYBE_SENT");
}

TEST(execution, finds_out_without_a_get_which_the_binding_lacks) {
    execution c(request_for(1, "ADD_SUBSCRIPTIONS", one_service()), small_wire(), policy, 0.5);

    EXPECT_EQ(sends_to_find_out(c), "ADD_SUBSCRIPTIONS");
}

} // namespace
} // namespace contego::pipeline
