#include "binding/escape.hpp"

#include <gtest/gtest.h>
#include <pugixml.hpp>

namespace contego::wire {
namespace {

std::string escaped(std::string_view text, place where, character_set characters = character_set::utf_8) {
    std::string out;
    append_escaped(out, text, where, characters);
    return out;
}

TEST(escape, leaves_plain_text_alone) {
    EXPECT_EQ(escaped("Hello 'you'; {}", place::element), "Hello 'you'; {}");
    EXPECT_EQ(escaped("", place::element), "");
}

TEST(escape, keeps_quotes_in_text_and_escapes_them_in_attributes) {
    EXPECT_EQ(escaped("\"", place::element), "\"");
    EXPECT_EQ(escaped("\"", place::attribute), "&quot;");
}

TEST(escape, keeps_line_ends_through_a_parser) {
    EXPECT_EQ(escaped("a\r\n\tb", place::element), "a&#13;\n\tb");
    EXPECT_EQ(escaped("a\r\n\tb", place::attribute), "a&#13;&#10;&#9;b");
}

TEST(escape, a_character_that_xml_cannot_contain_is_replaced) {
    EXPECT_EQ(escaped(std::string_view("a\0b\x01", 4), place::element),
              "a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD");
    EXPECT_EQ(escaped("\xEF\xBF\xBF", place::element), "\xEF\xBF\xBD");
}

TEST(escape, bytes_that_are_not_utf_8_are_replaced_one_by_one) {
    EXPECT_EQ(escaped("\xC3(\xFF", place::element), "\xEF\xBF\xBD(\xEF\xBF\xBD");
    EXPECT_EQ(escaped("\xE2\x82", place::element), "\xEF\xBF\xBD\xEF\xBF\xBD");                 // cut off
    EXPECT_EQ(escaped("\xC0\x80", place::element), "\xEF\xBF\xBD\xEF\xBF\xBD");                 // overlong
    EXPECT_EQ(escaped("\xED\xA0\x80", place::element), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); // a surrogate
}

TEST(escape, latin_1_writes_a_byte_if_it_has_one_and_otherwise_a_reference) {
    EXPECT_EQ(escaped("\xC3\xBF\xC4\x80\xF0\x9F\x93\xBA", place::element, character_set::iso_8859_1),
              "\xFF&#256;&#128250;");
}

TEST(escape, a_parser_reads_back_every_character) {
    const std::string text = "<&>\"'\r\n\t \xC3\xA9\xE2\x82\xAC\xF0\x9F\x93\xBA]]>";
    for (const auto where : {place::element, place::attribute}) {
        const auto body = escaped(text, where);
        const auto xml = where == place::element ? "<a>" + body + "</a>" : "<a b=\"" + body + "\"/>";
        pugi::xml_document document;

        ASSERT_TRUE(document.load_string(xml.c_str()));

        const auto a = document.child("a");
        EXPECT_EQ(where == place::element ? a.child_value() : a.attribute("b").value(), text);
    }
}

} // namespace
} // namespace contego::wire
