#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::binding_text;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view subject = "command ADD_SUBSCRIPTIONS: ";

std::string no_parameter(const std::string& name) {
    return "ADD_SUBSCRIPTIONS has no parameter " + name +
           "; there are sub_provisioning_distribution_id, service_ca_id, smartcard_ca_id, start_date, "
           "end_date, request.id, command.id, message.id, message.number, now, action, endpoint, "
           "session, secret.NAME, digest.NAME";
}

// Does the same for a change in the skeleton of ADD_SUBSCRIPTIONS, the first command of the sample.
void expect_refused(std::string_view from,
                    std::string_view to,
                    std::string_view at,
                    const std::string& reason) {
    const auto text = replaced(binding_text(), from, to);

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(std::to_string(line_of(text, at)) + ": " + std::string(subject) + reason));
}

TEST(compile_skeleton, refuses_a_mandatory_parameter_that_is_never_used) {
    expect_refused("{service_ca_id}", "1111", "<request>", "service_ca_id is mandatory but never used");
}

TEST(compile_skeleton, refuses_an_unknown_parameter_in_a_placeholder_a_condition_and_a_repeat) {
    expect_refused("{request.id}", "{request.number}", "{request.number}", no_parameter("request.number"));
    expect_refused("<t:Id>", "<t:Id b:if=\"message\">", "b:if=\"message\"", no_parameter("message"));
    expect_refused("<t:Id>", "<t:Id b:each=\"stbs\">", "b:each=\"stbs\"", no_parameter("stbs"));
}

TEST(compile_skeleton, a_message_in_a_repeated_element_lists_the_parameters_of_the_item_first) {
    const auto text = replaced(binding_text(),
                               R"(<t:Card b:each="smartcards">{smartcard_ca_id}</t:Card>)",
                               R"(<t:Card b:each="smartcards">{smartcard_ca_id}{colour}</t:Card>)");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(testing::HasSubstr("CREATE_PAIRING has no parameter colour; there are "
                                               "smartcard_ca_id, smartcard_sub_provisioning_distribution_id, "
                                               "smartcard")));
}

TEST(compile_skeleton, a_condition_on_a_value_guards_a_parameter_and_an_exception_does_not) {
    const auto guarded = [](std::string_view by) {
        return mistakes_in(replaced(binding_text(), "b:if=\"start_date\"", by));
    };

    EXPECT_THAT(guarded("b:if=\"start_date=2030-01-01T00:00:00Z\""), IsEmpty());
    EXPECT_THAT(guarded("b:if=\"start_date\" b:unless=\"end_date\""), IsEmpty());
    expect_refused("b:if=\"start_date\"",
                   "b:unless=\"start_date\"",
                   "{start_date}",
                   "start_date is optional: the element that holds it needs b:if=\"start_date\"");
    expect_refused("b:if=\"start_date\"",
                   "b:if=\"start_date\" b:unless=\"colour=red\"",
                   "b:unless",
                   no_parameter("colour"));
}

TEST(compile_skeleton, refuses_the_value_of_a_pin_or_of_a_list_in_a_condition) {
    const auto pin = replaced(binding_text(), "<t:Pin was", "<t:Pin b:if=\"new_pin=4711\" was");
    const auto list = replaced(binding_text(), "b:if=\"smartcards\"", "b:if=\"smartcards=1\"");

    EXPECT_THAT(mistakes_in(pin),
                ElementsAre(std::to_string(line_of(pin, "b:if=\"new_pin")) +
                            ": command UPDATE_CA_PIN_TO_GIVEN_VALUE: new_pin is a PIN, and a PIN must not be "
                            "written in the file"));
    EXPECT_THAT(mistakes_in(list),
                ElementsAre(std::to_string(line_of(list, "b:if=\"smartcards")) +
                            ": command ADD_TO_EXISTING_PAIRING: smartcards is a list and equals no value"));
}

TEST(compile_skeleton, counts_the_lines_inside_a_text) {
    expect_refused("{request.id}", "\n\n{bad}", "{bad}", no_parameter("bad"));
}

TEST(compile_skeleton, refuses_an_optional_parameter_that_is_not_guarded) {
    expect_refused(" b:if=\"start_date\"",
                   "",
                   "{start_date}",
                   "start_date is optional: the element that holds it needs b:if=\"start_date\"");
    expect_refused("b:if=\"start_date\"",
                   "b:if=\"end_date\"",
                   "{start_date}",
                   "start_date is optional: the element that holds it needs b:if=\"start_date\"");
}

TEST(compile_skeleton, a_guard_covers_its_children_but_not_its_siblings) {
    const auto below = replaced(
        binding_text(), "<t:Id>", "<t:Window b:if=\"end_date\"><t:To>{end_date}</t:To></t:Window><t:Id>");

    EXPECT_THAT(mistakes_in(below), IsEmpty());
    expect_refused("<t:Id>",
                   "<t:Id until=\"{end_date}\">",
                   "{end_date}",
                   "end_date is optional: the element that holds it needs b:if=\"end_date\"");
}

TEST(compile_skeleton, the_display_duration_needs_no_guard) {
    EXPECT_THAT(
        mistakes_in(replaced(binding_text(), "h=\"{height}\"", "h=\"{height}\" d=\"{display_duration}\"")),
        IsEmpty());
}

TEST(compile_skeleton, a_list_is_not_a_text_and_a_text_is_not_a_list) {
    const auto list = replaced(binding_text(), "<t:Paired>", "<t:Paired all=\"{stbs}\">");
    const auto text = replaced(binding_text(), "<t:Id>", "<t:Id b:each=\"smartcard_ca_id\">");

    EXPECT_THAT(mistakes_in(list),
                Contains(std::to_string(line_of(list, "{stbs}")) +
                         ": command ADD_TO_EXISTING_PAIRING: stbs is a list; use it with b:each"));
    EXPECT_THAT(mistakes_in(text),
                ElementsAre(std::to_string(line_of(text, "b:each")) +
                            ": command ADD_SUBSCRIPTIONS: smartcard_ca_id is not a list; b:each takes "
                            "smartcards, stbs or requests"));
}

TEST(compile_skeleton, a_repeat_must_use_the_id_of_its_items) {
    const auto text = replaced(binding_text(),
                               "<t:Card b:each=\"smartcards\">{smartcard_ca_id}<",
                               "<t:Card b:each=\"smartcards\">x<");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(std::to_string(line_of(text, ">x<")) +
                            ": command CREATE_PAIRING: b:each of smartcards never uses smartcard_ca_id"));
}

TEST(compile_skeleton, the_card_of_an_item_is_not_the_card_of_the_command) {
    const auto text = replaced(binding_text(), "<t:Paired>{smartcard_ca_id}", "<t:Paired>");

    EXPECT_THAT(
        mistakes_in(text),
        Contains(testing::HasSubstr("ADD_TO_EXISTING_PAIRING: smartcard_ca_id is mandatory but never used")));
}

TEST(compile_skeleton, refuses_broken_braces) {
    expect_refused("{request.id}", "{request.id", "{request.id", "{ is never closed; write {{ for a brace");
    expect_refused(
        "{request.id}", "request.id}", "request.id}", "a single } has no meaning; write }} for a brace");
    expect_refused("{request.id}", "{}", "{}", no_parameter(""));
}

TEST(compile_skeleton, refuses_unknown_directives) {
    expect_refused("<t:Id>", "<t:Id b:when=\"start_date\">", "b:when", "unknown attribute b:when of t:Id");
    expect_refused("<t:Id>", "<b:Id/><t:Id>", "b:Id", "unknown element b:Id");
}

TEST(compile_skeleton, refuses_a_root_that_is_not_an_envelope_of_the_version) {
    constexpr std::string_view namespace_1_1 = "\"http://schemas.xmlsoap.org/soap/envelope/\"";
    const std::string reason =
        "the request must hold an Envelope of http://schemas.xmlsoap.org/soap/envelope/";

    expect_refused(namespace_1_1, "\"http://www.w3.org/2003/05/soap-envelope\"", "<s:Envelope", reason);
    expect_refused("xmlns:s=", "xmlns:q=", "<s:Envelope", reason);
}

TEST(compile_skeleton, refuses_more_or_less_than_one_envelope) {
    expect_refused(
        "</request>", "<x/>\n</request>", "<x/>", "the request must hold one element, the envelope");
    expect_refused(
        "<request>\n", "<request>text\n", "<request>text", "the request must hold one element, the envelope");
}

TEST(compile_skeleton, refuses_an_envelope_without_a_body) {
    auto text = replaced(binding_text(), "<s:Body>", "<s:Bdy>");
    text = replaced(text, "</s:Body>", "</s:Bdy>");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(std::to_string(line_of(text, "<s:Envelope")) +
                            ": command ADD_SUBSCRIPTIONS: the envelope has no Body"));
}

TEST(compile_skeleton, refuses_a_condition_on_the_envelope) {
    expect_refused("<s:Envelope ",
                   "<s:Envelope b:if=\"start_date\" ",
                   "<s:Envelope",
                   "the envelope itself must not have b:if, b:unless or b:each");
}

TEST(compile_skeleton, refuses_a_prefix_that_is_declared_outside_of_the_envelope_only) {
    auto text = replaced(binding_text(), "soap=\"1.1\"", R"(soap="1.1" xmlns:o="urn:o")");
    text = replaced(text, "<t:Id>", "<o:Out/><t:Id>");

    EXPECT_THAT(
        mistakes_in(text),
        ElementsAre(std::to_string(line_of(text, "<o:Out")) +
                    ": command ADD_SUBSCRIPTIONS: the prefix of o:Out is not declared in the envelope"));
}

TEST(compile_skeleton, refuses_a_command_without_request_or_reply_or_with_two) {
    const auto twice = replaced(binding_text(), "</request>", "</request><request/>");

    EXPECT_THAT(mistakes_in(twice),
                Contains(std::to_string(line_of(twice, "<request/>")) +
                         ": command ADD_SUBSCRIPTIONS: request appears twice"));
    auto text = binding_text();
    const auto begin = text.find("<request>");
    text.erase(begin, text.find("</reply>") + 8 - begin);
    EXPECT_THAT(mistakes_in(text),
                ElementsAre("8: command ADD_SUBSCRIPTIONS: the element reply is missing",
                            "8: command ADD_SUBSCRIPTIONS: the element request is missing"));
}

TEST(compile_skeleton, a_name_must_fit_the_character_set) {
    auto text = replaced(binding_text(), "characters=\"UTF-8\"", "characters=\"ISO-8859-1\"");
    text = replaced(text, "<t:Id>", "<t:\xC3\xA9/><t:Id>");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(testing::HasSubstr("the name t:\xC3\xA9 cannot be written in ISO-8859-1")));
}

} // namespace
} // namespace contego
