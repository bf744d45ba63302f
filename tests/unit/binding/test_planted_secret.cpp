#include "sample.hpp"
#include "shipped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

// A CAS repeats a PIN anywhere in its answer and in any notation. Neither the reply nor the stored text
// reveals it.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::replaced;
using samples::soap_1_1;
using samples::soap_1_2;

constexpr std::string_view notice = "**** (answer withheld: it repeats a secret)";

// This binding has data in the reply, since the sample has none for this command.
binding wire() {
    return compiled(
        replaced(binding_text(),
                 "<t:Pin was=\"{new_pin}\">{new_pin}</t:Pin>\n</t:UPDATE_CA_PIN_TO_GIVEN_VALUE>\n"
                 "</s:Body>\n</s:Envelope>\n</request>\n"
                 "<reply status=\"//Status\" message=\"//Text\" reference=\"//Ref\">\n",
                 "<t:Pin was=\"{new_pin}\">{new_pin}</t:Pin>\n</t:UPDATE_CA_PIN_TO_GIVEN_VALUE>\n"
                 "</s:Body>\n</s:Envelope>\n</request>\n"
                 "<reply status=\"//Status\" message=\"//Text\" reference=\"//Ref\">\n"
                 "<value name=\"text\" at=\"//Data\"/><value name=\"attribute\" at=\"//Data/@a\"/>\n"
                 "<value name=\"number\" type=\"integer\" at=\"//Number\"/>\n"
                 "<value name=\"joined\" at=\"concat(//Data, //Number)\"/>\n"
                 "<list name=\"texts\" at=\"//Item\"/>\n"
                 "<list name=\"objects\" at=\"//Item\"><value name=\"v\" at=\".\"/></list>\n"));
}

std::vector<std::string> texts_of(const value& v) {
    std::vector<std::string> all;
    const auto add = [&](const value& inner) {
        for (auto& text : texts_of(inner))
            all.push_back(std::move(text));
    };
    if (v.text() != nullptr) all.push_back(*v.text());
    if (v.integer() != nullptr) all.push_back(std::to_string(*v.integer()));
    if (v.items() != nullptr)
        for (const auto& item : *v.items())
            add(item);
    if (v.members() != nullptr)
        for (const auto& [name, member] : *v.members())
            add(member);
    return all;
}

std::vector<std::string> texts_of(const reply& r) {
    // The binding names every member, so that a new member does not compile until it is checked here.
    const auto& [outcome,
                 status,
                 message,
                 reference,
                 result,
                 code,
                 description,
                 wait,
                 aside,
                 unsent,
                 outage,
                 unreadable,
                 expired,
                 by] = r;
    auto all = texts_of(result);
    all.insert(all.end(), {status, message, reference, code, description});
    return all;
}

// Returns only the digits of a text, which a reader could put together.
std::string digits_of(const std::string& text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    return digits;
}

struct planted {
    std::string name;
    exchange answer;
};

// Puts the PIN in each place where an answer has a text.
std::vector<planted> every_place(const std::string& pin) {
    const auto with = [](const std::string& what) { return answered(soap_1_1(what)); };
    const auto fault = [](const std::string& what) {
        return answered(soap_1_1("<e:Fault>" + what + "</e:Fault>"), 500);
    };
    exchange lost;
    lost.state = exchange_state::sent_no_answer;
    lost.error = transport_error::malformed;
    lost.detail = "bad line '" + pin + "'";
    lost.body = "HTTQ " + pin;
    return {
        {"status", with("<Status>" + pin + "</Status>")},
        {"status_among_words", with("<Status>E_" + pin + "</Status>")},
        {"message", with("<Status>NO_SUCH_CARD</Status><Text>PIN " + pin + "!</Text>")},
        {"message_of_success", with("<Status>OK</Status><Text>PIN " + pin + "</Text>")},
        {"message_of_unknown", with("<Status>NEW</Status><Text>" + pin + "</Text>")},
        {"message_of_elements", with("<Status>OK</Status><Text><a>" + pin + "</a><b>0190</b></Text>")},
        {"reference", with("<Status>OK</Status><Ref>" + pin + "</Ref>")},
        {"reference_of_elements", with("<Status>OK</Status><Ref><a>" + pin + "</a><b>0190</b></Ref>")},
        {"status_of_elements", with("<Status><a>" + pin + "</a><b>0190</b></Status>")},
        {"data", with("<Status>OK</Status><Data>" + pin + "</Data>")},
        {"joined_data", with("<Status>OK</Status><Data>" + pin + "</Data><Number>0190</Number>")},
        {"attribute", with("<Status>OK</Status><Data a='" + pin + "'/>")},
        {"items", with("<Status>OK</Status><Item>x</Item><Item>" + pin + "</Item>")},
        {"comment", with("<Status>OK</Status><!-- " + pin + " -->")},
        {"fault_code", fault("<faultcode>e:Server." + pin + "</faultcode>")},
        {"foreign_fault_code", fault("<faultcode>" + pin + "</faultcode>")},
        {"fault_string", fault("<faultcode>e:Client</faultcode><faultstring>" + pin + "</faultstring>")},
        {"fault_detail",
         fault("<faultcode>e:Client</faultcode><detail><a>" + pin + "</a><b>0190</b></detail>")},
        {"fault_actor", fault("<faultcode>e:Client</faultcode><faultactor>" + pin + "</faultactor>")},
        {"fault_1_2",
         answered(soap_1_2("<e:Fault><e:Code><e:Value>e:Receiver</e:Value><e:Subcode><e:Value>x" + pin +
                           "</e:Value></e:Subcode></e:Code><e:Reason><e:Text>" + pin +
                           "</e:Text></e:Reason></e:Fault>"),
                  500)},
        {"html", answered("<html><p>" + pin + "</p>", 502, "text/html")},
        {"json", answered("{\"pin\":\"" + pin + "\"}", 200, "application/json")},
        {"broken_xml", answered(soap_1_1("<Status>OK</Status><Text>" + pin + "</b>"))},
        {"transport", lost},
    };
}

// Returns the PIN 4711 in the notations seen in production.
std::vector<std::string> notations() {
    return {"4711",
            "&#52;&#55;&#49;&#49;",
            "&#x34;&#x37;&#x31;&#x31;",
            "&#0052;7&#x0031;1",
            "4&#55;11",
            "<i>47</i>11",
            "47<i/>11",
            "<i>4</i><i>7</i><i>1</i><i>1</i>",
            "47<!-- x > y -->11",
            "<![CDATA[4711]]>",
            "<![CDATA[47]]>11",
            "<![CDATA[4]]><![CDATA[711]]>",
            "4 7 1 1",
            "47 11",
            "4-7-1-1",
            "47\n11",
            "47&#10;11",
            "<i a='47'/><i a='11'/>",
            "&lt;i&gt;47&lt;/i&gt;11",
            "&amp;#52;&amp;#55;&amp;#49;&amp;#49;",
            "&amp;amp;#52;711",
            "%34%37%31%31",
            "\\u0034\\u0037\\u0031\\u0031",
            "47\xC2\xAD"
            "11",
            "pin4711pin",
            "NDcxMQ==",
            "PFBpbj40NzExPC9QaW4+",
            "34373131",
            "34 37 31 31",
            "34:37:31:31",
            "0x34,0x37,0x31,0x31",
            "0x34 0x37 0x31 0x31",
            "\\x34 \\x37 \\x31 \\x31",
            "0034 0037 0031 0031",
            "0034003700310031",
            "52,55,49,49",
            "[52, 55, 49, 49]",
            "064 067 061 061",
            "\\064\\067\\061\\061",
            "\\u{34}\\u{37}\\u{31}\\u{31}",
            "\\u{000034}7\\u{31}1",
            "\\u0034\\u0037\\u0031\\u0031",
            "\\u00347\\u00311",
            "\\x347\\x311",
            "4\\0671\\061",
            "=347=311",
            "eDQ3MTF5\nMQ==",
            "NDcx\nMQ==",
            "ND cx MQ ==",
            "４７１１",
            "４７11",
            "٤٧١١",
            "۴۷۱۱",
            "४७११",
            "𝟒𝟕𝟏𝟏",
            "&#xFF14;&#xFF17;&#xFF11;&#xFF11;",
            "４ ７ １ １"};
}

// Returns whether a text reveals the PIN, in any notation.
bool lets_out(const std::string& text) {
    if (digits_of(text).find("4711") != std::string::npos) return true;
    return std::ranges::any_of(notations(), [&](const auto& n) { return text.find(n) != std::string::npos; });
}

TEST(planted_secret, is_in_no_member_of_a_reply_and_in_no_stored_text) {
    const auto b = wire();
    const auto c = full_command(command_type::update_ca_pin_to_given_value);
    for (const auto& notation : notations())
        for (const auto& [name, answer] : every_place(notation)) {
            const auto [r, stored] = b.interpret(c, {1}, answer);
            EXPECT_FALSE(lets_out(stored)) << name << ' ' << notation << ": " << stored;
            EXPECT_THAT(stored, testing::HasSubstr("****")) << name << ' ' << notation << ": " << stored;
            for (const auto& text : texts_of(r))
                EXPECT_FALSE(lets_out(text)) << name << ' ' << notation << ": " << text;
        }
}

TEST(planted_secret, is_sent_and_not_in_the_envelope_that_is_stored) {
    for (const auto& b : {wire(), samples::shipped()}) {
        const auto [sent, masked] = b.prepare(full_command(command_type::update_ca_pin_to_given_value), {1});

        EXPECT_TRUE(lets_out(sent.body)) << sent.body;
        EXPECT_FALSE(lets_out(masked)) << masked;
    }
}

TEST(planted_secret, is_found_in_every_character_set) {
    const auto b = wire();
    const auto c = full_command(command_type::update_ca_pin_to_given_value);
    for (const auto* charset :
         {"utf-16le", "utf-16be", "utf-16", "iso-8859-1", "windows-1252", "ebcdic", "utf-8"})
        for (const bool little : {true, false}) {
            std::string body;
            for (const char ch : soap_1_1("<Status>OK</Status><Text>47<b/>11</Text>"))
                body += little ? std::string{ch, '\0'} : std::string{'\0', ch};
            const auto e = answered(body, 200, std::string("text/xml; charset=") + charset);

            const auto [r, stored] = b.interpret(c, {1}, e);
            EXPECT_FALSE(lets_out(stored)) << charset;
            for (const auto& text : texts_of(r))
                EXPECT_FALSE(lets_out(text)) << charset << ": " << text;
        }
}

TEST(planted_secret, withholds_only_texts_with_digits_of_an_answer_that_is_withheld) {
    const auto r =
        wire()
            .interpret(full_command(command_type::update_ca_pin_to_given_value),
                       {1},
                       answered(soap_1_1("<Status>OK</Status><Text>done</Text><Ref>47<b/>11</Ref>")))
            .answer;

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.status_code, "OK");
    EXPECT_EQ(r.message, "done");
    EXPECT_EQ(r.reference_number, notice);
}

TEST(planted_secret, is_not_shown_in_parts_in_the_digits_of_another_script) {
    const auto r = wire()
                       .interpret(full_command(command_type::update_ca_pin_to_given_value),
                                  {1},
                                  answered(soap_1_1("<Status>OK</Status><Text>４７</Text><Ref>１１</Ref>")))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.message, notice);
    EXPECT_EQ(r.reference_number, notice);
}

TEST(planted_secret, a_status_that_looks_like_it_still_decides) {
    const auto b = compiled(replaced(binding_text(), "code=\"OK\"", "code=\"4711\""));
    const auto r = b.interpret(full_command(command_type::update_ca_pin_to_given_value),
                               {1},
                               answered(soap_1_1("<Status>4711</Status>")))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.status_code, "****");
}

TEST(planted_secret, other_numbers_and_other_commands_are_shown) {
    const auto e = answered(soap_1_1("<Status>NO_SUCH_CARD</Status><Text>147110 of 2026-11-27 04:07:11</Text>"
                                     "<Ref>38a4254b-6663</Ref>"));
    const auto b = wire();

    const auto [r, stored] = b.interpret(full_command(command_type::update_ca_pin_to_given_value), {1}, e);
    EXPECT_EQ(r.message, "147110 of 2026-11-27 04:07:11");
    EXPECT_EQ(r.reference_number, "38a4254b-6663");
    EXPECT_EQ(stored, e.body);
    EXPECT_EQ(b.interpret(full_command(command_type::update_ca_pin_to_default_value),
                          {1},
                          answered(soap_1_1("<Status>4711</Status>")))
                  .answer.status_code,
              "4711");
}

} // namespace
} // namespace contego
