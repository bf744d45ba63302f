#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// A table of values, ours and theirs.
namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using samples::status_answer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto add = command_type::add_subscriptions;
constexpr std::string_view rows =
    "\n<row ours=\"1111\" theirs=\"GOLD &amp; more\"/><row ours=\"2222\" theirs=\"SILVER\"/>";

std::string with_table(std::string_view attributes = "", std::string_view content = rows) {
    return replaced(binding_text(),
                    "<outcomes>",
                    "<format name=\"product\"" + std::string(attributes) + ">" + std::string(content) +
                        "</format>\n<outcomes>");
}

std::string for_services(const std::string& text) {
    return replaced(replaced(text, "{service_ca_id}", "{service_ca_id:product}"),
                    "name=\"service_ca_id\"",
                    "name=\"service_ca_id\" format=\"product\"");
}

std::string sent(const std::string& text, const char* service) {
    auto c = full_command(add);
    c.parameters["service_ca_id"] = service;
    const auto body = compiled(text).prepare(c, {1}).wire.body;
    const auto begin = body.find("<t:Service>") + 11;
    return body.substr(begin, body.find("</t:Service>") - begin);
}

reply read(const std::string& text, std::string_view service) {
    return compiled(text)
        .interpret(full_command(command_type::get_active_subscriptions),
                   {1},
                   status_answer(
                       "OK", "<Subscription><Service>" + std::string(service) + "</Service></Subscription>"))
        .answer;
}

value service_in(const reply& r) {
    return *r.result.find("subscriptions")->items()->front().find("service_ca_id");
}

TEST(table, writes_theirs_and_reads_ours) {
    const auto text = for_services(with_table());

    EXPECT_EQ(sent(text, "1111"), "GOLD &amp; more");
    EXPECT_EQ(sent(text, "2222"), "SILVER");
    EXPECT_EQ(service_in(read(text, "GOLD &amp; more")), value("1111"));
    EXPECT_EQ(read(text, "BRONZE").error_description,
              "the answer's service_ca_id is not a value of the format product: 'BRONZE'");
}

TEST(table, passes_other_values_if_otherwise_is_same) {
    const auto text = for_services(with_table(" otherwise=\"same\""));

    EXPECT_EQ(sent(text, "3333"), "3333");
    EXPECT_EQ(service_in(read(text, "BRONZE")), value("BRONZE"));
    EXPECT_THAT(compiled(text).limits().choices, IsEmpty());
}

TEST(table, tells_the_planner_which_values_it_has) {
    const choice expected{.type = add,
                          .list = "",
                          .parameter = "service_ca_id",
                          .table = "product",
                          .values = {"1111", "2222"}};
    EXPECT_THAT(compiled(for_services(with_table())).limits().choices, ElementsAre(expected));

    const auto in_list = replaced(with_table(),
                                  "b:each=\"smartcards\">{smartcard_ca_id}",
                                  "b:each=\"smartcards\">{smartcard_ca_id:product}");
    ASSERT_EQ(compiled(in_list).limits().choices.size(), 1U);
    EXPECT_EQ(compiled(in_list).limits().choices.front().list, "smartcards");
}

TEST(table, mistakes_are_reported) {
    const auto expect = [](const std::string& text, std::string_view at, const std::string& reason) {
        EXPECT_THAT(mistakes_in(text), ElementsAre(std::to_string(line_of(text, at)) + ": " + reason));
    };

    expect(with_table(" otherwise=\"drop\""), "otherwise", "otherwise must be same or refuse, not 'drop'");
    expect(with_table("", "\n<row ours=\"1\"/>"), "<row", "row needs the attribute theirs");
    expect(with_table("", "\n<line/>"), "<line", "unknown element line");
    expect(with_table("", "<row ours=\"1\" theirs=\"a\"/>\n<row ours=\"1\" theirs=\"b\"/>"),
           "theirs=\"b\"",
           "the row ours=\"1\" appears twice");
    const auto pin = replaced(with_table(), "was=\"{new_pin}\"", "was=\"{new_pin:product}\"");
    expect(
        pin,
        "{new_pin:product}",
        "command UPDATE_CA_PIN_TO_GIVEN_VALUE: new_pin is a PIN, and a PIN must not be written in the file");
}

} // namespace
} // namespace contego
