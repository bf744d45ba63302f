#include "pipeline/course.hpp"
#include "unit/pipeline/wire.hpp"

#include <gtest/gtest.h>

namespace contego::pipeline {
namespace {

using namespace contego::testing;

const retry_policy policy{std::chrono::milliseconds(1000), std::chrono::milliseconds(60'000), 3};

course course_of(request r) {
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
std::string sends(course& c) {
    const auto next = c.next();
    const auto* send = std::get_if<send_step>(&next);
    return send == nullptr ? ""
                           : std::to_string(send->sequence) + ' ' + std::string(name_of(send->what->type));
}

std::string skips(course& c) {
    const auto next = c.next();
    const auto* skip = std::get_if<skip_step>(&next);
    return skip == nullptr ? ""
                           : std::to_string(skip->sequence) + ' ' + std::string(name_of(skip->what->type));
}

verdict ends(course& c) {
    return std::get<verdict>(c.next());
}

TEST(course, sends_every_command_and_completes) {
    auto c = course_of(request_for(1, "BECOME_SUBSCRIBER", living_room()));

    EXPECT_EQ(sends(c), "1 CREATE_PAIRING");
    c.answered(answer(outcome::success));
    EXPECT_EQ(sends(c), "2 ADD_SUBSCRIPTIONS");
    c.answered(answer(outcome::success));

    const auto v = ends(c);
    EXPECT_EQ(v.disposition, disposition::complete);
    EXPECT_EQ(v.reference_number, "ref-1");
    EXPECT_EQ(v.fence, 7);
}

TEST(course, without_commands_completes_at_once) {
    auto parameters = living_room();
    parameters.emplace("draft", true);
    auto c = course_of(request_for(1, "BECOME_SUBSCRIBER", parameters));

    EXPECT_EQ(ends(c).disposition, disposition::complete);
}

TEST(course, of_bad_input_is_rejected_with_every_violation) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", {{"smartcard_ca_id", 1}});
    r.priority = "URGENT";
    auto c = course_of(r);

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::reject);
    EXPECT_EQ(v.error_code, "VALIDATION_ERROR");
    for (const auto* field : {"smartcard_ca_id", "service_ca_id", "priority"})
        EXPECT_NE(v.error_description.find(field), std::string::npos) << v.error_description;
}

TEST(course, stops_at_the_first_rejection) {
    auto c = course_of(request_for(1, "BECOME_SUBSCRIBER", living_room()));
    EXPECT_EQ(sends(c), "1 CREATE_PAIRING");
    c.answered(answer(outcome::rejected, "CLIENT_NOT_FOUND"));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::reject);
    EXPECT_EQ(v.error_code, "CLIENT_NOT_FOUND");
}

TEST(course, creates_a_pairing_where_the_card_has_none) {
    auto c = course_of(request_for(1, "ADD_INSTALLED_ITEM", living_room({{"stbs", value::list{"03"}}})));

    EXPECT_EQ(sends(c), "1 GET_PAIRING_STATUS_FOR_CARD");
    c.answered(paired(false));
    EXPECT_EQ(sends(c), "2 CREATE_PAIRING");
    c.answered(answer(outcome::success));
    EXPECT_EQ(skips(c), "3 ADD_TO_EXISTING_PAIRING");
    EXPECT_EQ(ends(c).disposition, disposition::complete);
}

TEST(course, adds_to_the_pairing_that_the_card_has) {
    auto c = course_of(request_for(1, "ADD_INSTALLED_ITEM", living_room({{"stbs", value::list{"03"}}})));

    EXPECT_EQ(sends(c), "1 GET_PAIRING_STATUS_FOR_CARD");
    c.answered(paired(true));
    EXPECT_EQ(skips(c), "2 CREATE_PAIRING");
    EXPECT_EQ(sends(c), "3 ADD_TO_EXISTING_PAIRING");
}

TEST(course, resumes_after_the_commands_that_succeeded_before) {
    auto r = request_for(1, "ADD_INSTALLED_ITEM", living_room({{"stbs", value::list{"03"}}}));
    r.finished = {{1, value::object{{"paired", true}}, "ref-0"}};
    r.attempts = 1;
    auto c = course_of(r);

    EXPECT_EQ(skips(c), "2 CREATE_PAIRING");
    EXPECT_EQ(sends(c), "3 ADD_TO_EXISTING_PAIRING");
}

TEST(course, retries_with_back_off_what_may_pass) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.attempts = 1;
    auto c = course_of(r);
    sends(c);
    c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::retry);
    EXPECT_EQ(v.delay, std::chrono::milliseconds(1000));
    EXPECT_EQ(v.error_code, "SYSTEM_ERROR");
}

TEST(course, gives_up_after_the_last_attempt) {
    auto r = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    r.attempts = 2;
    auto c = course_of(r);
    sends(c);
    c.answered(answer(outcome::retry, "SYSTEM_ERROR"));

    const auto v = ends(c);

    EXPECT_EQ(v.disposition, disposition::reject);
    EXPECT_EQ(v.error_code, "RETRIES_EXHAUSTED");
    EXPECT_NE(v.error_description.find("SYSTEM_ERROR"), std::string::npos);
}

TEST(course, holds_what_nobody_knows) {
    auto c = course_of(request_for(1, "ADD_SUBSCRIPTIONS", one_service()));
    sends(c);
    c.answered(answer(outcome::hold, "NEVER_HEARD_OF"));

    EXPECT_EQ(ends(c).disposition, disposition::hold);
}

TEST(course, after_a_daemon_died_repeats_only_what_is_safe_to_repeat) {
    auto safe = request_for(1, "ADD_SUBSCRIPTIONS", one_service());
    safe.interrupted = true;
    auto unsafe =
        request_for(2, "SEND_MAIL_MESSAGE_TO_CLIENT", {{"smartcard_ca_id", "01"}, {"message", "hello"}});
    unsafe.interrupted = true;
    auto repeats = course_of(safe);
    auto holds = course_of(unsafe);

    EXPECT_EQ(sends(repeats), "1 ADD_SUBSCRIPTIONS");
    const auto v = ends(holds);
    EXPECT_EQ(v.disposition, disposition::hold);
    EXPECT_EQ(v.error_code, "IN_DOUBT");
}

} // namespace
} // namespace contego::pipeline
