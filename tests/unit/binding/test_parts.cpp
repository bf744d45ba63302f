#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Pieces of an envelope that several commands share.
namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto add = command_type::add_subscriptions;
constexpr auto bark = command_type::send_bark_message_to_client;
constexpr std::string_view header =
    "<part name=\"header\">\n<t:To>{endpoint}</t:To>\n<t:Action>{action}</t:Action>\n"
    "<t:Id>\n{command.id}</t:Id>\n</part>\n";

std::string with_parts(std::string_view parts, std::string_view place = "<b:part name=\"header\"/>") {
    auto text = replaced(binding_text(), "<outcomes>", std::string(parts) + "<outcomes>");
    const std::string_view empty = "<s:Header/>";
    for (auto at = text.find(empty); at != std::string::npos; at = text.find(empty, at + 1))
        text.replace(at, empty.size(), "<s:Header>" + std::string(place) + "</s:Header>");
    return text;
}

std::string header_of(const binding& b, command_type type) {
    const auto body = b.prepare(full_command(type), {42}).wire.body;
    const auto begin = body.find("<s:Header>") + 10;
    return body.substr(begin, body.find("</s:Header>") - begin);
}

TEST(parts, stand_in_every_envelope_with_the_values_of_the_command) {
    const auto b = compiled(with_parts(header)).at({.secrets = {}, .endpoint = "https://cas.example/x/"});

    EXPECT_EQ(
        header_of(b, add),
        "<t:To>https://cas.example/x/ADD_SUBSCRIPTIONS</t:To><t:Action>urn:test:ADD_SUBSCRIPTIONS</t:Action>"
        "<t:Id>\n4200001</t:Id>");
    EXPECT_THAT(header_of(b, bark), HasSubstr("<t:Action>urn:test:SEND_BARK_MESSAGE_TO_CLIENT</t:Action>"));
}

TEST(parts, may_hold_texts_and_parts_that_stand_before_them) {
    const auto b =
        compiled(with_parts("<part name=\"inner\">a<t:B/></part><part name=\"header\"><t:A><b:part "
                            "name=\"inner\"/></t:A>c<b:part name=\"inner\"/></part>"));

    EXPECT_EQ(header_of(b, add), "<t:A>a<t:B/></t:A>ca<t:B/>");
}

TEST(parts, may_be_the_whole_envelope) {
    auto text = binding_text();
    const auto begin = text.find("<s:Envelope");
    const auto end = text.find("</s:Envelope>") + 13;
    const auto envelope = text.substr(begin, end - begin);
    text.replace(begin, end - begin, "<b:part name=\"all\"/>");

    const auto b =
        compiled(replaced(text, "<outcomes>", "<part name=\"all\">" + envelope + "</part><outcomes>"));

    EXPECT_EQ(b.prepare(full_command(add), {1}).wire.body,
              compiled(binding_text()).prepare(full_command(add), {1}).wire.body);
}

TEST(parts, a_mistake_is_reported_at_its_own_line_for_each_command) {
    const auto text = with_parts("<part name=\"header\">\n<t:A>\n\n{colour}</t:A><x:B/></part>");

    const auto mistakes = mistakes_in(text);

    ASSERT_EQ(mistakes.size(), 26U);
    const auto line = std::to_string(line_of(text, "{colour}"));
    EXPECT_THAT(mistakes, testing::Each(testing::StartsWith(line + ": command ")));
    EXPECT_THAT(mistakes,
                testing::Contains(line +
                                  ": command ADD_SUBSCRIPTIONS: the prefix of x:B is not declared in the "
                                  "envelope"));
}

TEST(parts, mistakes_are_reported) {
    const auto expect =
        [](std::string_view parts, std::string_view place, std::string_view at, const std::string& reason) {
            auto text = replaced(binding_text(), "<outcomes>", std::string(parts) + "<outcomes>");
            text = replaced(text, "<t:Id>", std::string(place) + "<t:Id>");
            EXPECT_THAT(mistakes_in(text), ElementsAre(std::to_string(line_of(text, at)) + ": " + reason));
        };
    const std::string of = "command ADD_SUBSCRIPTIONS: ";

    expect("<part name=\"a\"/><part name=\"b\"/>",
           "<b:part name=\"a\"/><b:part name=\"b\"/><b:part name=\"c\"/>",
           "name=\"c\"",
           of + "there is no part c; there are a, b");
    expect("", "<b:part name=\"c\"/>", "name=\"c\"", of + "there is no part c; there are none");
    expect("", "<b:part/>", "<b:part", of + "b:part needs the attribute name");
    expect("<part name=\"a\"/>", "<b:part name=\"a\">x</b:part>", "<b:part", of + "b:part must be empty");
    expect("<part name=\"a\"/>",
           "<b:part name=\"a\" b:if=\"x\"/>",
           "<b:part",
           of + "unknown attribute b:if of b:part; it has name");
    expect("<part name=\"a\"/>", "", "<part", "the part a is never used");
    expect("<part name=\"a\"/>\n<part name=\"a\"/>",
           "<b:part name=\"a\"/>",
           "<part name=\"a\"/><outcomes>",
           "the part a appears twice");
    expect("<part/>", "", "<part", "part needs the attribute name");
    expect("<part name=\"a\"><b:part name=\"a\"/></part>",
           "<b:part name=\"a\"/>",
           "<part",
           "there is no part a; there are none");
}

TEST(parts, an_action_needs_the_attribute) {
    const auto text = replaced(
        replaced(binding_text(), " action=\"urn:test:ADD_SUBSCRIPTIONS\"", ""), "{request.id}", "{action}");

    EXPECT_THAT(
        mistakes_in(text),
        ElementsAre(std::to_string(line_of(text, "{action}")) +
                    ": command ADD_SUBSCRIPTIONS: {action} needs the attribute action of the command"));
    EXPECT_THAT(mistakes_in(replaced(text, "{action}", "{endpoint}")), IsEmpty());
}

} // namespace
} // namespace contego
