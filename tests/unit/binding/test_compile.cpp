#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Replaces the first `from` by `to` and expects one mistake, on the line of `to`.
void expect_refused(std::string_view from, std::string_view to, const std::string& reason) {
    const auto text = replaced(binding_text(), from, to);
    const auto line = std::to_string(line_of(text, to));

    EXPECT_THAT(mistakes_in(text), ElementsAre(line + ": " + reason));
}

TEST(compile, takes_the_sample) {
    EXPECT_THAT(mistakes_in(binding_text()), IsEmpty());
}

TEST(compile, takes_a_byte_order_mark_and_utf_16) {
    std::string utf_16 = "\xFF\xFE";
    for (const char c : binding_text())
        (utf_16 += c) += '\0';

    EXPECT_THAT(mistakes_in("\xEF\xBB\xBF" + binding_text()), IsEmpty());
    EXPECT_THAT(mistakes_in(utf_16), IsEmpty());
}

TEST(compile, takes_a_prefix_for_its_own_vocabulary) {
    auto text = replaced(binding_text(), "<limits", "<b:limits");
    text = replaced(text, "<status code=\"OK\"", "<b:status code=\"OK\"");

    EXPECT_THAT(mistakes_in(text), IsEmpty());
}

TEST(compile, refuses_text_that_is_not_xml) {
    EXPECT_THAT(mistakes_in(""), ElementsAre(HasSubstr("1: not well-formed XML")));
    EXPECT_THAT(mistakes_in("nothing"), ElementsAre(HasSubstr("1: not well-formed XML")));
    EXPECT_THAT(mistakes_in(replaced(binding_text(), "</outcomes>", "</outcome>")),
                ElementsAre(HasSubstr("7: not well-formed XML")));
}

TEST(compile, refuses_a_second_root) {
    EXPECT_THAT(mistakes_in(binding_text() + "<more/>"),
                ElementsAre(std::to_string(line_of(binding_text(), "</binding>") + 1) +
                            ": not well-formed XML: a second root element"));
}

TEST(compile, refuses_a_dtd) {
    EXPECT_THAT(mistakes_in("\n<!DOCTYPE binding [<!ENTITY e \"x\">]>\n" + binding_text()),
                ElementsAre("2: a DTD is not allowed"));
}

TEST(compile, refuses_another_root_or_namespace) {
    const std::string reason = "1: the root must be the element binding of urn:contego:binding:1";

    EXPECT_THAT(mistakes_in("<bindings xmlns=\"urn:contego:binding:1\"/>"), ElementsAre(reason));
    EXPECT_THAT(mistakes_in("<binding xmlns=\"urn:contego:binding:2\"/>"), ElementsAre(reason));
    EXPECT_THAT(mistakes_in("<binding/>"), ElementsAre(reason));
}

TEST(compile, refuses_unknown_elements_everywhere) {
    expect_refused("<outcomes>", "<extras/><outcomes>", "unknown element extras");
    expect_refused("<outcomes>", "<outcomes><extra/>", "unknown element extra");
    expect_refused("<outcomes>", "<outcomes><x:status xmlns:x=\"urn:x\"/>", "unknown element x:status");
    expect_refused("is=\"retry\"/>", "is=\"retry\"><more/></status>", "unknown element more");
    expect_refused("<limits characters=\"UTF-8\"/>", "<limits><more/></limits>", "unknown element more");
    expect_refused("<request>", "<note/><request>", "command ADD_SUBSCRIPTIONS: unknown element note");
    expect_refused("</reply>", "<more/></reply>", "command ADD_SUBSCRIPTIONS: unknown element more");
}

TEST(compile, refuses_unknown_attributes_everywhere) {
    expect_refused("soap=\"1.1\"",
                   R"(soap="1.1" color="red")",
                   "unknown attribute color of binding; it has name, soap, ignores");
    expect_refused(
        "<limits ",
        "<limits colour=\"1\" ",
        "unknown attribute colour of limits; it has characters, default-display-duration, "
        "smartcard-ca-id-digits, stb-ca-id-digits, service-ca-id-digits, pin-digits, repetition-interval, "
        "repetition-count, display-duration, fingerprint-position, fingerprint-height, fingerprint-slot, "
        "mail-message-length, bark-message-length, clients-per-pairing");
    expect_refused(
        "<outcomes>", "<outcomes a=\"1\">", "unknown attribute a of outcomes; it has no attributes");
    expect_refused("code=\"BUSY\"", R"(code="BUSY" a="1")", "unknown attribute a of status; it has code, is");
    expect_refused("<request>",
                   "<request a=\"1\">",
                   "command ADD_SUBSCRIPTIONS: unknown attribute a of request; it has no attributes");
    expect_refused("<reply ",
                   "<reply a=\"1\" ",
                   "command ADD_SUBSCRIPTIONS: unknown attribute a of reply; it has document, status, "
                   "fault-status, more, message, reference");
    expect_refused("repeat-safe=\"yes\"",
                   R"(repeat-safe="yes" a="1")",
                   "command ADD_SUBSCRIPTIONS: unknown attribute a of command; it has code, path, action, "
                   "repeat-safe, one-way, call, plural, plural-wait, ignores");
}

TEST(compile, refuses_an_attribute_that_appears_twice) {
    expect_refused("code=\"BUSY\"", R"(code="BUSY" code="IDLE")", "attribute code appears twice");
}

TEST(compile, refuses_stray_text) {
    expect_refused("<outcomes>", "<outcomes>text", "text is not allowed in outcomes");
}

TEST(compile, refuses_elements_in_elements_that_hold_none) {
    for (const std::string element : {R"(digest name="d" hash="md5" as="hex" of="x")",
                                      R"(format name="f" time="YYYY")",
                                      R"(format name="f" divide="60")",
                                      R"(format name="f" cut-first="1")"}) {
        const auto name = element.substr(0, element.find(' '));
        const auto text =
            replaced(binding_text(), "<outcomes>", "<" + element + ">\n<more/></" + name + "><outcomes>");
        const auto line = std::to_string(line_of(text, "<more/>"));

        EXPECT_THAT(mistakes_in(text), Contains(line + ": unknown element more")) << element;
    }
    expect_refused("</reply>",
                   R"(<correlation at="//A" equals="{command.id}"><more/></correlation></reply>)",
                   "command ADD_SUBSCRIPTIONS: unknown element more");
    expect_refused("<request>",
                   "<header name=\"X-A\" value=\"b\"><more/></header><request>",
                   "command ADD_SUBSCRIPTIONS: unknown element more");
}

TEST(compile, refuses_an_outcome_of_a_failure_that_is_none) {
    const std::string unknown =
        "unknown outcome again: it is success, rejected, retry or hold, or expired if there is a session";
    expect_refused("<outcomes>", R"(<outcomes><http status="503" is="again"/>)", unknown);
    expect_refused("<outcomes>", R"(<outcomes><transport error="closed" is="again"/>)", unknown);
    expect_refused("<outcomes>", R"(<outcomes><fault code="Server" is="again"/>)", unknown);
    expect_refused("<outcomes>", R"(<outcomes><http status="503"/>)", "http needs the attribute is");
    expect_refused("<outcomes>", R"(<outcomes><http is="hold"/>)", "http needs the attribute status");
    expect_refused(
        "<outcomes>", R"(<outcomes><transport error="closed"/>)", "transport needs the attribute is");
    expect_refused(
        "<outcomes>", R"(<outcomes><transport is="hold"/>)", "transport needs the attribute error");
    expect_refused("<outcomes>", R"(<outcomes><fault code="Server"/>)", "fault needs the attribute is");
    expect_refused("<outcomes>", R"(<outcomes><fault is="hold"/>)", "fault needs the attribute code");
    expect_refused("<outcomes>",
                   R"(<outcomes><http status="503" is="hold"/><http status="503" is="retry"/>)",
                   "http 503 appears twice");
    expect_refused("<outcomes>",
                   R"(<outcomes><transport error="closed" is="hold"/><transport error="closed" is="retry"/>)",
                   "transport closed appears twice");
}

TEST(compile, refuses_an_http_status_that_no_failed_answer_has) {
    for (const std::string status :
         {"5a3", "50a", "5x3", "50", "5033", "xxx", "6xx", "299", " 503", "5-3", "5:3"})
        expect_refused("<outcomes>",
                       "<outcomes><http status=\"" + status + "\" is=\"retry\"/>",
                       "an http status must be 300 to 599, or 3xx, 4xx or 5xx; a 2xx answer without an "
                       "envelope is always held");
}

TEST(compile, refuses_a_character_set_that_it_does_not_read) {
    EXPECT_THAT(mistakes_in("<?xml version=\"1.0\" encoding=\"EBCDIC-XYZ\"?>" + binding_text()),
                ElementsAre("1: the character set of the file is not supported"));
}

TEST(compile, refuses_limits_and_outcomes_twice) {
    expect_refused("<outcomes>", "<limits/>\n<outcomes>", "limits appears twice");
    expect_refused("</outcomes>", "</outcomes><outcomes/>", "outcomes appears twice");
}

TEST(compile, refuses_another_soap_version) {
    expect_refused("soap=\"1.1\"", "soap=\"1.3\"", "soap must be 1.1 or 1.2, not '1.3'");
}

TEST(compile, refuses_an_unknown_outcome) {
    expect_refused(
        "is=\"retry\"",
        "is=\"again\"",
        "unknown outcome again: it is success, rejected, retry or hold, or expired if there is a session");
}

TEST(compile, refuses_rows_that_say_nothing) {
    expect_refused(R"(code="BUSY" is="retry")", "code=\"BUSY\"", "status needs the attribute is");
    expect_refused("code=\"BUSY\"", "code=\"\"", "status needs the attribute code");
}

TEST(compile, refuses_a_row_that_appears_twice) {
    expect_refused("<status code=\"BUSY\"",
                   R"(<status code="OK" is="hold"/><status code="BUSY")",
                   "status OK appears twice");
    expect_refused("<status code=\"BUSY\"",
                   R"(<fault code="Server" is="hold"/><fault code="Receiver" is="hold"/><status code="BUSY")",
                   "fault Server. appears twice");
}

TEST(compile, refuses_rows_that_can_never_match) {
    expect_refused("<outcomes>",
                   R"(<outcomes><http status="200" is="retry"/>)",
                   "an http status must be 300 to 599, or 3xx, 4xx or 5xx; a 2xx answer without an envelope "
                   "is always held");
    expect_refused(
        "<outcomes>", R"(<outcomes><transport error="none" is="retry"/>)", "unknown transport error none");
    expect_refused(
        "<outcomes>", R"(<outcomes><transport error="dns" is="retry"/>)", "unknown transport error dns");
    expect_refused("<outcomes>",
                   R"(<outcomes><fault code="s:Server" is="retry"/>)",
                   "write a fault code without a prefix and a dot; the part after the dot is the subcode");
}

TEST(compile, refuses_a_success_that_the_cas_did_not_report) {
    expect_refused("<outcomes>",
                   R"(<outcomes><http status="5xx" is="success"/>)",
                   "http cannot be a success, since the CAS did not report one");
    expect_refused("<outcomes>",
                   R"(<outcomes><transport error="timeout" is="success"/>)",
                   "transport cannot be a success, since the CAS did not report one");
    expect_refused("<outcomes>",
                   R"(<outcomes><fault code="Server" is="success"/>)",
                   "a fault code of SOAP itself needs a subcode to be a success");
}

TEST(compile, takes_a_missing_command_as_not_supported) {
    auto text = binding_text();
    const auto begin = text.find("<command code=\"CREATE_PAIRING\"");
    text.erase(begin, text.find("<command code=\"ADD_TO_EXISTING_PAIRING\"") - begin);

    const auto made = binding::compile(text);

    ASSERT_TRUE(std::holds_alternative<binding>(made)) << mistakes_in(text).front();
    const auto& site = std::get<binding>(made).limits();
    for (const auto type : command_types)
        EXPECT_EQ(site.supports(type), type != command_type::create_pairing) << name_of(type);
}

TEST(compile, refuses_a_binding_without_any_command) {
    std::string mistake = "2: the binding has no command; the commands are";
    for (const auto type : command_types)
        (mistake += ' ') += name_of(type);

    EXPECT_THAT(mistakes_in("\n<binding xmlns=\"urn:contego:binding:1\"><outcomes>"
                            R"(<status code="OK" is="success"/></outcomes></binding>)"),
                ElementsAre(mistake));
}

TEST(compile, refuses_an_unknown_command_and_a_second_one) {
    const auto text = replaced(binding_text(), "code=\"CREATE_PAIRING\"", "code=\"DROP_PAIRING\"");
    auto mistake =
        std::to_string(line_of(text, "DROP_PAIRING")) + ": unknown command DROP_PAIRING; the commands are";
    for (const auto type : command_types)
        (mistake += ' ') += name_of(type);

    EXPECT_THAT(mistakes_in(text), ElementsAre(mistake));
    expect_refused("</binding>",
                   "<command code=\"ADD_SUBSCRIPTIONS\"/></binding>",
                   "command ADD_SUBSCRIPTIONS appears twice");
}

TEST(compile, refuses_a_path_without_its_slash_or_with_blanks) {
    expect_refused("path=\"/ADD_SUBSCRIPTIONS\"",
                   "path=\"add\"",
                   "command ADD_SUBSCRIPTIONS: the path must begin with a slash and hold neither blanks nor "
                   "#, not 'add'");
    expect_refused(
        "path=\"/ADD_SUBSCRIPTIONS\"",
        "path=\"/a&#13;&#10;b\"",
        "command ADD_SUBSCRIPTIONS: the path must begin with a slash and hold neither blanks nor #, "
        "not '/a\r\nb'");
}

TEST(compile, refuses_an_action_that_would_break_a_header) {
    for (const auto* action : {"a&quot;b", "a\\b", " ", "urn:a b", "&#9;", "caf\xC3\xA9"}) {
        const auto written = "action=\"" + std::string(action) + "\"";

        expect_refused(
            "action=\"urn:test:ADD_SUBSCRIPTIONS\"",
            written,
            "command ADD_SUBSCRIPTIONS: the action must be printable ASCII without blanks, quotes and "
            "backslashes; without the attribute, no action is sent");
    }
}

TEST(compile, requires_repeat_safe) {
    expect_refused(R"(action="urn:test:ADD_SUBSCRIPTIONS" repeat-safe="yes")",
                   "action=\"urn:test:ADD_SUBSCRIPTIONS\"",
                   "command ADD_SUBSCRIPTIONS: command needs the attribute repeat-safe");
    expect_refused("repeat-safe=\"yes\"",
                   "repeat-safe=\"maybe\"",
                   "command ADD_SUBSCRIPTIONS: repeat-safe must be yes or no");
}

TEST(compile, refuses_a_binding_in_which_nothing_succeeds) {
    const auto text = replaced(binding_text(), R"(code="OK" is="success")", R"(code="OK" is="hold")");

    EXPECT_THAT(mistakes_in(text), ElementsAre("1: no status of any command is a success"));
}

TEST(compile, refuses_a_command_that_cannot_succeed) {
    auto text = replaced(binding_text(), R"(<status code="OK" is="success"/>)", "");
    while (text.find("\n</reply>") != std::string::npos)
        text = replaced(text, "\n</reply>", R"(<status code="OK" is="success"/></reply>)");
    text = replaced(text, R"(<status code="OK" is="success"/></reply>)", "</reply>");

    EXPECT_THAT(mistakes_in(text),
                ElementsAre(std::to_string(line_of(text, "code=\"ADD_SUBSCRIPTIONS\"")) +
                            ": command ADD_SUBSCRIPTIONS: no status is a success"));
}

TEST(compile, reports_all_mistakes_sorted_by_line) {
    auto text = replaced(binding_text(), "path=\"/DISPLAY_FINGERPRINT\"", "path=\"x\"");
    text = replaced(text, "is=\"retry\"", "is=\"again\"");

    EXPECT_THAT(
        mistakes_in(text),
        ElementsAre(HasSubstr("6: unknown outcome"), HasSubstr("command DISPLAY_FINGERPRINT: the path")));
}

TEST(compile, call_each_is_a_limit_of_commands_with_a_list) {
    const auto with = [](std::string_view code, std::string_view call) {
        const auto name = "code=\"" + std::string(code) + "\"";
        return replaced(binding_text(), name, name + " call=\"" + std::string(call) + "\"");
    };
    const auto made = compiled(with("CREATE_PAIRING", "each"));

    EXPECT_TRUE(made.limits().takes_one_each(command_type::create_pairing));
    EXPECT_FALSE(made.limits().takes_one_each(command_type::add_to_existing_pairing));
    EXPECT_THAT(mistakes_in(with("CREATE_PAIRING", "all")),
                ElementsAre(HasSubstr("command CREATE_PAIRING: call must be each, not 'all'")));
    EXPECT_THAT(
        mistakes_in(with("ADD_SUBSCRIPTIONS", "each")),
        ElementsAre(HasSubstr("command ADD_SUBSCRIPTIONS: call=\"each\" needs a command with a list, and "
                              "there are CREATE_PAIRING and ADD_TO_EXISTING_PAIRING")));
}

} // namespace
} // namespace contego
