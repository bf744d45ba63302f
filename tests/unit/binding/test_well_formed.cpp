#include "binding/well_formed.hpp"
#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Text that is not XML is never read. The lenient parser would cut a value there, or drop text that it does
// not accept. A part of a refusal could then look like a success.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::soap_1_1;

struct broken {
    std::string name;
    std::string body;
};

std::string envelope(const std::string& head, const std::string& status, const std::string& tail) {
    return head + soap_1_1("<Status>" + status + "</Status>") + tail;
}

std::vector<broken> broken_bodies() {
    std::vector<broken> all;
    for (const auto* reference : {"&#0;",
                                  "&#1;",
                                  "&#x8;",
                                  "&#xB;",
                                  "&#x1F;",
                                  "&#xD800;",
                                  "&#xDFFF;",
                                  "&#xFFFE;",
                                  "&#xFFFF;",
                                  "&#65534;",
                                  "&#x110000;",
                                  "&#4294967361;",
                                  "&#18446744073709551681;",
                                  "&#;",
                                  "&#x;",
                                  "&#-65;",
                                  "&#X41;",
                                  "&#x4G;",
                                  "&# 65;",
                                  "&#65",
                                  "&",
                                  "&;",
                                  "&amp",
                                  "&nbsp;",
                                  "&other;",
                                  "&AMP;",
                                  "&amp ;"})
        for (const auto* around : {"OK%", "%OK", "O%K"}) {
            std::string status = around;
            status.replace(status.find('%'), 1, reference);
            all.push_back({"reference_in_" + status, envelope("", status, "")});
        }
    const auto zero = std::string(1, '\0');
    for (const auto& byte : {zero,
                             std::string("\x01"),
                             std::string("\x0B"),
                             std::string("\x1F"),
                             std::string("\xFF"),
                             std::string("\xC0\x80"),
                             std::string("\xED\xA0\x80"),
                             std::string("\xEF\xBF\xBE"),
                             std::string("\xE2\x82")}) {
        const auto code = std::to_string(static_cast<unsigned char>(byte.front()));
        all.push_back({"byte_in_text_" + code, envelope("", "OK" + byte, "")});
        all.push_back({"byte_in_cdata_" + code, envelope("", "OK<![CDATA[" + byte + "]]>", "")});
        all.push_back({"byte_in_comment_" + code, envelope("", "OK<!--" + byte + "-->", "")});
        all.push_back({"byte_in_attribute_" + code, envelope("", "OK<a b='" + byte + "'/>", "")});
        all.push_back({"byte_behind_" + code, envelope("", "OK", byte)});
    }
    for (const auto* inside : {"<a b='1' b='1'/>",
                               "<a b='1' c='2' b='3'></a>",
                               "<a b/>",
                               "<a b=1/>",
                               "<a b='1'c='2'/>",
                               "<a b='<'/>",
                               "<a b='&x;'/>",
                               "<a b='1/>",
                               "<a",
                               "<a >",
                               "<>",
                               "< a/>",
                               "<1/>",
                               "<a></b>",
                               "<a><b></a></b>",
                               "</a>",
                               "]]>",
                               "<![CDATA[",
                               "<!-- a -- b -->",
                               "<!--",
                               "<?xml version='1.0'?>",
                               "<?",
                               "<? a?>",
                               "<!ELEMENT a>",
                               "<!DOCTYPE a>",
                               "<a/ >",
                               "<a b = ></a>",
                               "<a 'b'/>"})
        all.push_back({std::string("markup_") + inside, envelope("", std::string("OK") + inside, "")});
    all.push_back({"two_roots", envelope("", "OK", "<a/>")});
    all.push_back({"two_envelopes", envelope(envelope("", "OK", ""), "OK", "")});
    all.push_back({"text_behind", envelope("", "OK", "x")});
    all.push_back({"reference_behind", envelope("", "OK", "&#65;")});
    all.push_back({"cdata_behind", envelope("", "OK", "<![CDATA[x]]>")});
    all.push_back({"text_before", envelope("x", "OK", "")});
    all.push_back({"end_tag_behind", envelope("", "OK", "</a>")});
    all.push_back({"late_declaration", envelope("<!-- --><?xml version='1.0'?>", "OK", "")});
    all.push_back({"entity", envelope("<!DOCTYPE a [<!ENTITY ok 'OK'>]>", "&ok;", "")});
    all.push_back({"external_entity",
                   envelope("<!DOCTYPE a [<!ENTITY ok SYSTEM 'file:///etc/hostname'>]>", "&ok;", "")});
    all.push_back({"comment_only", "<!-- OK -->"});
    return all;
}

class no_xml : public testing::TestWithParam<broken> {};

TEST_P(no_xml, is_held_as_unreadable_and_gives_no_value) {
    const auto r =
        compiled(binding_text())
            .interpret(samples::bare(command_type::add_subscriptions), {1}, answered(GetParam().body))
            .answer;

    EXPECT_EQ(r.outcome, outcome::hold) << GetParam().name;
    EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER") << GetParam().name;
    EXPECT_EQ(r.status_code, "") << GetParam().name;
    EXPECT_THAT(r.error_description, testing::HasSubstr("a body that cannot be read as XML ("))
        << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(well_formed, no_xml, testing::ValuesIn(broken_bodies()), [](const auto& c) {
    return std::to_string(c.index);
});

TEST(well_formed, accepts_everything_that_xml_allows) {
    for (const std::string body : {
             "<a/>",
             "<a ></a >",
             "<a b='1' c=\"2\"\n\td = '3'/>",
             "<a:b xmlns:a=\"urn:a\" a:c='\"' "
             "d=\"'\">&lt;&gt;&amp;&quot;&apos;&#65;&#x41;&#0000065;&#xE9;&#x1F4FA;</a:b>",
             "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<!-- a - b --><?pi "
             "x?><a/>\n<!--c--><?pi?>\n",
             "<a><![CDATA[<b>&]] >]]]]><![CDATA[>]]></a>",
             "<a>\t\r\n ]] > \xC3\xA9 \xEF\xBF\xBD \xF0\x9F\x93\xBA \x7F</a>",
             "<\xC3\xA9-1.x_y/>",
         })
        EXPECT_EQ(wire::why_not_well_formed(body), "") << body;
}

TEST(well_formed, names_the_limit_that_is_exceeded) {
    std::string attributes;
    std::string nested;
    for (int i = 0; i < 257; ++i)
        attributes += " a" + std::to_string(i) + "=''";
    for (int i = 0; i < 101; ++i)
        nested += "<a>";
    std::string many = "<a>";
    for (int i = 0; i < 100'000; ++i)
        many += "<b/>";

    EXPECT_EQ(wire::why_not_well_formed("<a" + attributes + "/>"), "more than 256 attributes of one element");
    EXPECT_EQ(wire::why_not_well_formed(nested), "elements nested deeper than 100");
    EXPECT_EQ(wire::why_not_well_formed(many + "</a>"), "more than 100000 elements, attributes and texts");
    for (const auto* tag : {"<", "<a></"})
        EXPECT_EQ(wire::why_not_well_formed(tag + std::string(1001, 'a') + ">"),
                  "a name longer than 1000 bytes");
}

TEST(well_formed, an_html_page_is_reported_as_such) {
    for (const auto* page : {"<html><br></html>", "<!DOCTYPE html><p>", "\r\n<!doctype HTML PUBLIC ''><p>"})
        EXPECT_EQ(compiled(binding_text())
                      .interpret(samples::bare(command_type::add_subscriptions),
                                 {1},
                                 answered(page, 502, "text/html"))
                      .answer.error_description,
                  "the answer is HTTP 502 with an HTML page");
}

} // namespace
} // namespace contego
