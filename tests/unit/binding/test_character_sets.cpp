#include "binding/decode.hpp"
#include "binding/utf_8.hpp"
#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::soap_1_1;

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::string utf_16(std::string_view ascii, bool little_endian) {
    std::string out;
    for (const char c : ascii) {
        if (!little_endian) out += '\0';
        out += c;
        if (little_endian) out += '\0';
    }
    return out;
}

// Returns an answer whose message is the given bytes.
exchange
answer_saying(const std::string& message, const std::string& content_type, const std::string& head = {}) {
    return answered(head + soap_1_1("<Status>OK</Status><Text>" + message + "</Text>"), 200, content_type);
}

std::string decoded_text(std::string_view bytes, std::string_view charset) {
    const auto read = wire::decode(bytes, charset);
    return read ? read->text : "unknown character set";
}

std::string message_of(const exchange& e) {
    return compiled(binding_text()).interpret(samples::bare(command_type{}), {1}, e).answer.message;
}

TEST(character_sets, utf_8_is_the_default) {
    EXPECT_EQ(message_of(answer_saying("caf\xC3\xA9", "text/xml")), "caf\xC3\xA9");
    EXPECT_EQ(message_of(answer_saying("caf\xC3\xA9", "")), "caf\xC3\xA9");
}

TEST(character_sets, the_content_type_may_say_latin_1) {
    EXPECT_EQ(message_of(answer_saying("caf\xE9", "text/xml; charset=ISO-8859-1")), "caf\xC3\xA9");
    EXPECT_EQ(message_of(answer_saying("caf\xE9", "text/xml;charset=\"iso-8859-1\"")), "caf\xC3\xA9");
}

TEST(character_sets, the_xml_declaration_may_say_it) {
    EXPECT_EQ(message_of(answer_saying("caf\xE9", "text/xml", "<?xml version='1.0' encoding='ISO-8859-1'?>")),
              "caf\xC3\xA9");
    EXPECT_EQ(
        message_of(answer_saying("\xE1", "text/xml", "<?xml version=\"1.0\" encoding=\"ISO-8859-7\"?>")),
        "\xCE\xB1");
}

TEST(character_sets, the_content_type_takes_precedence_over_the_declaration) {
    EXPECT_EQ(message_of(answer_saying("caf\xC3\xA9",
                                       "text/xml; charset=utf-8",
                                       "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>")),
              "caf\xC3\xA9");
}

TEST(character_sets, utf_16_is_recognised_by_its_mark_its_name_or_its_bytes) {
    const auto text = soap_1_1("<Status>OK</Status><Text>Hi</Text>");

    EXPECT_EQ(message_of(answered("\xFF\xFE" + utf_16(text, true), 200, "text/xml; charset=utf-8")), "Hi");
    EXPECT_EQ(message_of(answered("\xFE\xFF" + utf_16(text, false), 200, "text/xml")), "Hi");
    EXPECT_EQ(message_of(answered(utf_16(text, true), 200, "text/xml; charset=UTF-16LE")), "Hi");
    EXPECT_EQ(message_of(answered(utf_16(text, false), 200, "text/xml; charset=UTF-16")), "Hi");
    EXPECT_EQ(message_of(answered(utf_16(text, true), 200, "text/xml; charset=UTF-16")), "Hi");
    EXPECT_EQ(message_of(answered(utf_16(text, false), 200, "text/xml")), "Hi");
}

TEST(character_sets, a_body_that_claims_to_be_utf_16_and_is_not_is_still_read) {
    EXPECT_EQ(message_of(answer_saying("Hi", "text/xml; charset=utf-16")), "Hi");
    EXPECT_EQ(message_of(answer_saying("Hi", "text/xml", "<?xml version=\"1.0\" encoding=\"UTF-16\"?>")),
              "Hi");
}

TEST(character_sets, a_byte_order_mark_of_utf_8_is_not_text) {
    EXPECT_EQ(message_of(answer_saying("Hi", "text/xml", "\xEF\xBB\xBF")), "Hi");
}

TEST(character_sets, a_declaration_is_read_after_blanks_and_in_any_notation) {
    for (const auto* head : {
             "\r\n<?xml version='1.0' encoding='ISO-8859-1'?>",
             "\n\n \t<?xml version=\"1.0\" encoding = \"iso-8859-1\" ?>",
             "<?xml version='1.0'\n\tencoding\n=\n'Iso-8859-1'?>\n",
             "<?xml version='1.0' encoding=\"latin1\" standalone='yes'?>",
             "<?xml version='1.0' encoding='ISO_8859-1'?>",
             "<?xml version='1.0' encoding='cp1252'?>",
         }) {
        EXPECT_EQ(message_of(answer_saying("caf\xE9", "text/xml", head)), "caf\xC3\xA9") << head;
        EXPECT_EQ(message_of(answer_saying("caf\xE9", "text/xml; charset=\"utf-8\"", head)), "caf\xC3\xA9")
            << "the bytes are not UTF-8, so the declaration is used: " << head;
    }
}

TEST(character_sets, blanks_may_precede_a_mark_and_utf_16) {
    const auto text = soap_1_1("<Status>OK</Status><Text>Hi</Text>");

    EXPECT_EQ(message_of(answered("\r\n\xEF\xBB\xBF" + text, 200, "text/xml; charset=iso-8859-1")), "Hi");
    EXPECT_EQ(message_of(answered("\xEF\xBB\xBF\xEF\xBB\xBF\n" + text)), "Hi");
    EXPECT_EQ(message_of(answered(utf_16("\r\n " + text, true))), "Hi");
    EXPECT_EQ(message_of(answered(utf_16("\n" + text, false), 200, "text/xml; charset=utf16")), "Hi");
}

TEST(character_sets, an_unknown_character_set_is_unreadable) {
    const auto r = compiled(binding_text())
                       .interpret(samples::bare(command_type{}),
                                  {1},
                                  answer_saying("Hi", "text/xml; charset=ebcdic-cp-us"))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::hold);
    EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER");
}

TEST(character_sets, invalid_bytes_are_not_xml) {
    for (const auto* charset : {"utf-8", "us-ascii", "utf-16", "windows-1253"}) {
        const auto r = compiled(binding_text())
                           .interpret(samples::bare(command_type{}),
                                      {1},
                                      answer_saying("a\xFF"
                                                    "b",
                                                    "text/xml; charset=" + std::string(charset)))
                           .answer;

        EXPECT_EQ(r.outcome, outcome::hold) << charset;
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER") << charset;
        EXPECT_EQ(r.error_description,
                  "the answer is HTTP 200 with a body that cannot be read as XML (bytes that are invalid in "
                  "its character set)");
    }
}

TEST(decode, broken_utf_16_is_replaced) {
    EXPECT_EQ(decoded_text(std::string_view("\xFF\xFE\x00\xD8\x41\x00", 6), ""),
              std::string(replacement) + "A");
    EXPECT_EQ(decoded_text(std::string_view("\xFF\xFE\x41\x00\x42", 5), ""), "A" + std::string(replacement));
    EXPECT_EQ(decoded_text(std::string_view("\xFF\xFE", 2), ""), "");
}

TEST(decode, converts_more_than_one_buffer) {
    const std::string text(10'000, 'x');

    EXPECT_EQ(decoded_text("\xFF\xFE" + utf_16(text, true), ""), text);
}

TEST(decode, a_character_may_lie_across_two_stretches) {
    for (std::size_t lead = 0; lead < 3; ++lead) {
        auto bytes = utf_16(std::string(lead, 'a'), true);
        auto text = std::string(lead, 'a');
        for (int i = 0; i < 3000; ++i) {
            bytes += std::string_view("\x3D\xD8\xFA\xDC", 4);
            text += "\xF0\x9F\x93\xBA";
        }

        EXPECT_EQ(decoded_text(bytes, "utf-16le"), text) << lead;
    }
}

TEST(decode, reads_windows_1252_and_surrogate_pairs) {
    EXPECT_EQ(decoded_text("\x80", "windows-1252"), "\xE2\x82\xAC");
    EXPECT_EQ(decoded_text(std::string_view("\x3D\xD8\xFA\xDC", 4), "utf-16le"), "\xF0\x9F\x93\xBA");
}

TEST(utf_8, cuts_between_two_characters) {
    EXPECT_EQ(wire::shortened("a\xC3\xA9", 2), "a");
    EXPECT_EQ(wire::shortened("a\xC3\xA9", 3), "a\xC3\xA9");
    EXPECT_EQ(wire::shortened("", 0), "");
}

TEST(utf_8, writes_and_reads_every_length) {
    for (const char32_t c : {U'A', U'\u00E9', U'\u20AC', U'\U0001F4FA'}) {
        std::string out;
        wire::append_utf_8(out, c);
        std::size_t at = 0;

        EXPECT_EQ(wire::next_code_point(out, at), c);
        EXPECT_EQ(at, out.size());
    }
}

} // namespace
} // namespace contego
