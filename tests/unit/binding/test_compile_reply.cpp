#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::binding_text;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

void expect_refused(std::string_view from, std::string_view to, const std::string& reason) {
    const auto text = replaced(binding_text(), from, to);
    const auto line = std::to_string(line_of(text, to));

    EXPECT_THAT(mistakes_in(text), ElementsAre(AllOf(StartsWith(line + ": command "), HasSubstr(reason))));
}

TEST(compile_reply, refuses_a_reply_without_status) {
    expect_refused("<reply status=\"//Status\" ", "<reply ", "reply needs the attribute status");
}

TEST(compile_reply, refuses_an_xpath_that_does_not_compile) {
    expect_refused("reference=\"//Ref\"", "reference=\"//Ref[\"", "the XPath //Ref[ does not compile: ");
    expect_refused("reference=\"//Ref\"", "reference=\"$x\"", "the XPath $x does not compile: ");
}

TEST(compile_reply, refuses_a_namespace_prefix_in_an_xpath) {
    expect_refused(
        "status=\"//Status\"",
        "status=\"//r:Status\"",
        "the XPath //r:Status has a namespace prefix; remove it, since names are matched without prefixes");
}

TEST(compile_reply, an_axis_or_a_literal_with_colons_is_not_a_prefix) {
    const auto text = replaced(binding_text(),
                               "status=\"//Status\"",
                               "status=\"/descendant::Status[. != 'a:b' and . != &quot;c:d&quot;]\"");

    EXPECT_THAT(mistakes_in(text), testing::IsEmpty());
}

TEST(compile_reply, refuses_values_without_name_or_place_or_with_an_unknown_type) {
    expect_refused("<value name=\"service_ca_id\" ", "<value ", "value needs the attribute name");
    expect_refused(R"(<value name="service_ca_id" at="Service"/>)",
                   "<value name=\"service_ca_id\"/>",
                   "value needs the attribute at");
    expect_refused(
        "type=\"integer\"", "type=\"number\"", "unknown type number: it is text, boolean or integer");
}

TEST(compile_reply, refuses_elements_in_a_value_and_unknown_ones_in_a_list) {
    expect_refused(R"(<value name="service_ca_id" at="Service"/>)",
                   R"(<value name="service_ca_id" at="Service"><more/></value>)",
                   "unknown element more");
    expect_refused(R"(<value name="service_ca_id" at="Service"/>)",
                   R"(<item/><value name="service_ca_id" at="Service"/>)",
                   "unknown element item");
}

TEST(compile_reply, refuses_a_list_without_a_place) {
    expect_refused(
        R"(<list name="stbs" at="//Box"/>)", "<list name=\"stbs\"/>", "list needs the attribute at");
}

TEST(compile_reply, refuses_a_format_at_a_list_of_objects) {
    const auto text =
        replaced(replaced(binding_text(), "at=\"//Subscription\"", "at=\"//Subscription\" format=\"f\""),
                 "<outcomes>",
                 "<format name=\"f\" divide=\"60\"/><outcomes>");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(AllOf(StartsWith(std::to_string(line_of(text, "//Subscription"))),
                                  HasSubstr("a list of objects has no format; write it at its values"))));
}

TEST(compile_reply, refuses_a_name_twice) {
    const auto text = replaced(binding_text(), "name=\"days\"", "name=\"service_ca_id\"");

    EXPECT_THAT(mistakes_in(text), ElementsAre(HasSubstr("the name service_ca_id appears twice")));
    expect_refused("<list name=\"stbs\"", "<list name=\"paired\"", "the name paired appears twice");
}

TEST(compile_reply, a_list_must_find_elements) {
    expect_refused(
        "at=\"//Subscription\"", "at=\"count(//Subscription)\"", "the XPath of a list must find elements");
}

TEST(compile_reply, refuses_other_elements_than_values_in_a_list) {
    expect_refused(R"(<value name="service_ca_id" at="Service"/>)",
                   R"(<list name="x" at="y"/>)",
                   "unknown element list");
}

TEST(compile_reply, the_pairing_status_of_a_card_must_say_paired) {
    const auto text = replaced(binding_text(),
                               R"(<value name="paired" type="boolean" at="//Paired"/>)",
                               R"(<value name="paired" at="//Paired"/>)");

    EXPECT_THAT(
        mistakes_in(text),
        ElementsAre(HasSubstr("command GET_PAIRING_STATUS_FOR_CARD: the reply needs a value named paired of "
                              "type boolean")));
}

} // namespace
} // namespace contego
