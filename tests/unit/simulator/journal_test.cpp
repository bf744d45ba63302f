#include "calls.hpp"
#include "json/json.hpp"
#include "simulator/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace contego::simulator::tests {
namespace {

const moment now = *moment_of("2030-01-01T00:00:00Z");

answer said(const std::string& status, bool effect) {
    auto a = answer::no(status, "");
    a.effect = effect;
    a.reference = "reference";
    return a;
}

value::list lines_of(const std::string& text) {
    value::list all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        all.push_back(json::parse(line));
    return all;
}

TEST(journal, an_effect_is_one_line_with_all_parameters_of_the_call) {
    journal j;
    auto c = call_of(command_type::add_subscriptions, {"0100"}, {"1111"});
    c.end = "2031-01-01T00:00:00Z";
    c.sequence_number = "42";

    j.add(c, said("OK", true), "", now);

    const auto line = lines_of(j.lines()).at(0);
    EXPECT_EQ(line,
              value(value::object{{"seq", 1},
                                  {"time", "2030-01-01T00:00:00.000000Z"},
                                  {"command", "ADD_SUBSCRIPTIONS"},
                                  {"smartcards", value::list{"0100"}},
                                  {"stbs", value::list()},
                                  {"services", value::list{"1111"}},
                                  {"effect", true},
                                  {"status_code", "OK"},
                                  {"reference", "reference"},
                                  {"sequence_number", "42"},
                                  {"details", value::object{{"end", "2031-01-01T00:00:00Z"}}}}));
}

TEST(journal, a_refused_call_is_a_line_without_an_effect) {
    journal j;
    j.add(call_of(command_type::add_subscriptions, {"0900"}), said("CLIENT_NOT_FOUND", false), "", now);

    EXPECT_EQ(*lines_of(j.lines()).at(0).find("effect"), value(false));
}

TEST(journal, a_question_that_was_answered_leaves_no_line) {
    journal j;
    j.add(call_of(command_type::get_active_subscriptions, {"0100"}), said("OK", false), "", now);

    EXPECT_EQ(j.lines(), "");
}

TEST(journal, a_line_names_the_fault_of_the_exchange) {
    journal j;
    j.add(call_of(command_type::add_subscriptions, {"0100"}), said("OK", true), "reset after effect", now);

    EXPECT_EQ(*lines_of(j.lines()).at(0).find("trouble"), value("reset after effect"));
}

TEST(journal, a_pin_is_never_written) {
    journal j;
    auto c = call_of(command_type::update_ca_pin_to_given_value, {"0100"});
    c.pin = "4711";

    j.add(c, said("OK", true), "", now);

    EXPECT_EQ(j.lines().find("4711"), std::string::npos);
    EXPECT_EQ(*lines_of(j.lines()).at(0).find("details")->find("new_pin"), value("****"));
}

TEST(journal, lines_can_be_read_from_a_number_on) {
    journal j;
    for (const auto* card : {"0100", "0101", "0102"})
        j.add(call_of(command_type::add_subscriptions, {card}), said("OK", true), "", now);

    const auto later = lines_of(j.lines(2));

    ASSERT_EQ(later.size(), 2U);
    EXPECT_EQ(*later[0].find("seq"), value(2));
}

TEST(journal, only_the_latest_lines_are_kept_in_memory) {
    journal j({}, 2);
    for (const auto* card : {"0100", "0101", "0102"})
        j.add(call_of(command_type::add_subscriptions, {card}), said("OK", true), "", now);

    EXPECT_EQ(lines_of(j.lines()).size(), 2U);
}

TEST(journal, numbers_continue_after_it_was_cleared) {
    journal j;
    j.add(call_of(command_type::add_subscriptions, {"0100"}), said("OK", true), "", now);
    j.clear();
    EXPECT_EQ(j.lines(), "");

    j.add(call_of(command_type::add_subscriptions, {"0100"}), said("OK", true), "", now);
    EXPECT_EQ(*lines_of(j.lines()).at(0).find("seq"), value(2));
}

TEST(journal, a_file_gets_the_same_lines_at_once_and_keeps_older_ones) {
    const auto file = std::filesystem::temp_directory_path() / ("journal_test." + std::to_string(::getpid()));
    std::ofstream(file) << "{\"older\":true}\n";
    {
        journal j(file.string());
        j.add(call_of(command_type::add_subscriptions, {"0100"}), said("OK", true), "", now);

        const std::ifstream in(file);
        std::ostringstream text;
        text << in.rdbuf();
        EXPECT_EQ(text.str(), "{\"older\":true}\n" + j.lines());
    }
    std::filesystem::remove(file);
}

TEST(journal, a_file_that_cannot_be_written_is_refused) {
    EXPECT_THROW(journal("/nowhere/at/all"), std::runtime_error);
}

} // namespace
} // namespace contego::simulator::tests
