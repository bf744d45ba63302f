#include "doctor/checks.hpp"
#include "doctor/report.hpp"
#include "findings.hpp"
#include "json/json.hpp"

#include <gtest/gtest.h>

#include <set>

namespace contego::daemon {
namespace {

using ::testing::HasSubstr;

const std::vector<checked> some{{"one", {good("fine"), warning("odd", "look")}},
                                {"two", {error("broken", "mend")}}};

TEST(doctor_report, has_one_line_for_each_finding) {
    EXPECT_EQ(lines_of(some[0]), "OK       one: fine\nWARNING  one: odd HINT: look\n");
    EXPECT_EQ(lines_of(some[1]), "ERROR    two: broken HINT: mend\n");
    EXPECT_EQ(summary_of(some), "1 OK, 1 WARNING, 1 ERROR");
}

TEST(doctor_report, folds_what_others_say_on_several_lines) {
    EXPECT_EQ(lines_of({"one", {good("first\nsecond\n")}}), "OK       one: first; second\n");
}

TEST(doctor_report, puts_a_hint_within_a_message_where_hints_stand) {
    EXPECT_EQ(lines_of({"one", {error("gone\nHINT: is it there?", "mend")}}),
              "ERROR    one: gone HINT: is it there?; mend\n");
}

TEST(doctor_report, says_the_same_to_programs) {
    EXPECT_EQ(
        json::write(document_of({some[1]})),
        R"({"errors":1,"findings":[{"check":"two","hint":"mend","severity":"ERROR","what":"broken"}],"warnings":0})");
}

TEST(doctor_report, says_spans_as_people_do) {
    EXPECT_EQ(span_text(119), "119 s");
    EXPECT_EQ(span_text(120), "2 min");
    EXPECT_EQ(span_text(7'200), "2 h");
    EXPECT_EQ(span_text(172'800), "2 days");
}

configuration somewhere() {
    configuration c;
    c.database.connection = "host=/nowhere/at/all dbname=x";
    return c;
}

TEST(doctor_checks, have_names_of_their_own) {
    std::set<std::string> names;
    for (const auto& c : all_checks())
        EXPECT_TRUE(names.insert(c.name).second) << c.name;
}

TEST(doctor_checks, say_that_they_cannot_be_made_without_a_good_configuration) {
    snapshot p(somewhere(), {"database.lease_ms: must be more"}, 300);

    for (const auto& c : all_checks())
        EXPECT_THAT(made(c, p),
                    ::testing::Contains(c.needs == precondition::nothing
                                            ? is(severity::error, "database.lease_ms")
                                            : is(severity::warning, "not checked")))
            << c.name;
}

TEST(doctor_checks, say_that_they_cannot_be_made_without_a_database) {
    snapshot p(somewhere(), {}, 300);

    for (const auto& c : all_checks()) {
        const auto all = made(c, p);
        if (std::string(c.name) == "database")
            EXPECT_THAT(all, only(severity::error, "cannot be reached", "database.connection"));
        else if (c.needs == precondition::live_database)
            EXPECT_THAT(all, only(severity::warning, "not checked: the database cannot be reached"))
                << c.name;
        else
            EXPECT_THAT(all, ::testing::Not(::testing::IsEmpty())) << c.name;
    }
}

} // namespace
} // namespace contego::daemon
