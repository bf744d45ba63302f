#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

// A document that is the text of an element of the envelope.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::mistakes_in;
using samples::replaced;
using samples::soap_1_1;
using testing::ElementsAre;

constexpr auto bark = command_type::send_bark_message_to_client;
constexpr std::string_view written = "<t:Text for=\"{display_duration}\">{message}</t:Text>";
constexpr std::string_view inner =
    "<t:Arg b:escaped=\"yes\"><![CDATA[<?xml version=\"1.0\"?>]]><i:Do xmlns:i=\"urn:i\" by=\"{message}\">\n"
    "<i:Text "
    "b:if=\"display_duration=20\">{message}</i:Text><i:End/></i:Do></t:Arg><t:After>{message}</t:After>";

TEST(inner_document, is_escaped_once_more) {
    const auto text = replaced(binding_text(), written, inner);
    auto c = full_command(bark);
    c.parameters["message"] = "a<b & \"c\"";

    const auto body = compiled(text).prepare(c, {1}).wire.body;

    EXPECT_THAT(
        body,
        testing::HasSubstr(
            "<t:Arg>&lt;?xml version=\"1.0\"?&gt;&lt;i:Do xmlns:i=\"urn:i\" by=\"a&amp;lt;b &amp;amp; "
            "&amp;quot;c&amp;quot;\"&gt;&lt;i:Text&gt;a&amp;lt;b &amp;amp; \"c\"&lt;/i:Text&gt;&lt;i:End/&gt;"
            "&lt;/i:Do&gt;</t:Arg><t:After>a&lt;b &amp; \"c\"</t:After>"));
}

TEST(inner_document, is_read_by_a_parser_as_it_was_written) {
    const auto text = replaced(binding_text(), "characters=\"UTF-8\"", "characters=\"ISO-8859-1\"");
    auto c = full_command(bark);
    c.parameters["message"] = "a<b>\t\xC3\xA5 & \"c\"";
    pugi::xml_document outer;
    pugi::xml_document document;

    const auto body = compiled(replaced(text, written, inner)).prepare(c, {1}).wire.body;

    ASSERT_TRUE(outer.load_buffer(body.data(), body.size()));
    ASSERT_TRUE(document.load_string(outer.select_node("//t:Arg").node().text().get()));
    EXPECT_STREQ(document.child("i:Do").attribute("by").value(), "a<b>\t\xC3\xA5 & \"c\"");
    EXPECT_STREQ(document.child("i:Do").child("i:Text").text().get(), "a<b>\t\xC3\xA5 & \"c\"");
}

TEST(inner_document, masks_a_pin) {
    const auto text = replaced(binding_text(),
                               "<t:Pin was=\"{new_pin}\">{new_pin}</t:Pin>",
                               "<t:Pin b:escaped=\"yes\"><P was=\"{new_pin}\">{new_pin}</P></t:Pin>");

    EXPECT_THAT(compiled(text).prepare(full_command(command_type::update_ca_pin_to_given_value), {1}).masked,
                testing::HasSubstr("<t:Pin>&lt;P was=\"****\"&gt;****&lt;/P&gt;</t:Pin>"));
}

TEST(inner_document, declares_its_own_prefixes) {
    const auto text =
        replaced(binding_text(), written, "<t:Arg b:escaped=\"yes\"><t:Text>{message}</t:Text></t:Arg>");

    EXPECT_THAT(
        mistakes_in(text),
        ElementsAre(
            std::to_string(line_of(text, "<t:Arg")) +
            ": command SEND_BARK_MESSAGE_TO_CLIENT: the prefix of t:Text is not declared in the inner "
            "document"));
}

TEST(inner_document, mistakes_are_reported) {
    const auto expect = [](std::string_view element, const std::string& reason) {
        const auto text = replaced(binding_text(), written, element);
        EXPECT_THAT(mistakes_in(text),
                    ElementsAre(std::to_string(line_of(text, element)) +
                                ": command SEND_BARK_MESSAGE_TO_CLIENT: " + reason));
    };

    expect("<t:A b:escaped=\"no\">{message}</t:A>", "b:escaped must be yes");
    expect("<t:A b:escaped=\"yes\"><B b:escaped=\"yes\">{message}</B></t:A>",
           "b:escaped must be inside the envelope, and not inside another");
}

reply read(std::string_view body) {
    const auto text = replaced(binding_text(), "<reply status", "<reply document=\"//return\" status");
    return compiled(text)
        .interpret(full_command(command_type::add_subscriptions), {1}, answered(soap_1_1(body)))
        .answer;
}

TEST(inner_document, of_an_answer_is_read_in_place_of_the_envelope) {
    const std::string status = "&lt;x:Status&gt;OK&lt;/x:Status&gt;";
    const std::string text = "&lt;x:Text&gt;a &amp;amp; b&lt;/x:Text&gt;";

    const auto r =
        read("<Status>NO</Status><return>&lt;?xml version=\"1.0\"?&gt;&lt;x:r xmlns:x=\"urn:x\"&gt;" +
             status + text + "&lt;/x:r&gt;</return>");

    EXPECT_EQ(r.outcome, outcome::success) << r.error_description;
    EXPECT_EQ(r.status_code, "OK");
    EXPECT_EQ(r.message, "a & b");
    EXPECT_EQ(read("<return><![CDATA[<r><Status>BUSY</Status></r>]]></return>").outcome, outcome::retry);
}

TEST(inner_document, of_an_answer_that_cannot_be_read_is_held) {
    const auto why = [](std::string_view body) {
        const auto r = read(body);
        EXPECT_EQ(r.outcome, outcome::hold);
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER");
        return r.error_description;
    };

    EXPECT_EQ(why("<Status>OK</Status>"), "the answer has no document where the binding looks for it");
    EXPECT_EQ(why("<return> </return>"), "the answer has no document where the binding looks for it");
    EXPECT_EQ(why("<return>a</return><return>b</return>"),
              "the answer has more than one document where the binding looks for it");
    EXPECT_THAT(why("<return>&lt;r&gt;&lt;Status&gt;OK&lt;/Status&gt;</return>"),
                testing::StartsWith("the document in the answer cannot be read as XML ("));
}

} // namespace
} // namespace contego
