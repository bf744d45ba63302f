#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;

// Returns the stored answer. The command's PIN is 4711.
std::string stored(const exchange& e, command_type type = command_type::update_ca_pin_to_given_value) {
    return compiled(binding_text()).interpret(full_command(type), {1}, e).storable;
}

TEST(storable, keeps_the_answer_unchanged) {
    EXPECT_EQ(stored(answered("<a>\r\n\tcaf\xC3\xA9</a>")), "<a>\r\n\tcaf\xC3\xA9</a>");
    EXPECT_EQ(stored(answered("")), "");
    EXPECT_EQ(stored({}), "");
}

TEST(storable, masks_a_secret_that_is_not_part_of_a_longer_number) {
    EXPECT_EQ(stored(answered("4711 <a b=\"4711\">4711</a> '4711'. 4711")),
              "**** <a b=\"****\">****</a> '****'. ****");
}

TEST(storable, keeps_longer_numbers_that_contain_the_same_digits) {
    EXPECT_EQ(stored(answered("<a>0147110</a> 47110 14711 47114711")), "<a>0147110</a> 47110 14711 47114711");
}

TEST(storable, keeps_texts_that_look_like_escapes_and_are_none) {
    for (const std::string text : {"\\u{34",
                                   "\\u{zz}",
                                   "\\u{}",
                                   "\\u004",
                                   "\\x4",
                                   "\\x",
                                   "\\9",
                                   "\\",
                                   "&#;",
                                   "&#x;",
                                   "&#xzz;",
                                   "&",
                                   "&;",
                                   "&a1;",
                                   "%4",
                                   "%zz",
                                   "=",
                                   "\\u{110000}"})
        EXPECT_EQ(stored(answered("<a><![CDATA[" + text + " 12]]></a>")),
                  "<a><![CDATA[" + text + " 12]]></a>");
}

TEST(storable, masks_a_secret_between_letters) {
    EXPECT_EQ(stored(answered("PIN4711 4711x pin_4711_")), "PIN**** ****x pin_****_");
}

TEST(storable, masks_in_every_character_set) {
    EXPECT_EQ(stored(answered(std::string("\xFF\xFE<\0a\0>\0"
                                          "4\0"
                                          "7\0"
                                          "1\0"
                                          "1\0<\0",
                                          18))),
              "<a>****<");
    EXPECT_EQ(stored(answered("\xE9 4711", 200, "text/plain; charset=iso-8859-1")), "\xC3\xA9 ****");
}

TEST(storable, keeps_bytes_that_came_instead_of_an_answer) {
    exchange e;
    e.state = exchange_state::sent_no_answer;
    e.error = transport_error::malformed;
    e.body = std::string("HTTQ/1.1 200 OK\r\nX-Pin: 4711\r\n\0\xFF", 32);

    EXPECT_EQ(stored(e), "HTTQ/1.1 200 OK\r\nX-Pin: ****\r\n\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(storable, masks_nothing_for_a_command_without_a_secret) {
    EXPECT_EQ(stored(answered("4711"), command_type::update_ca_pin_to_default_value), "4711");
}

TEST(storable, an_empty_secret_masks_nothing) {
    auto c = full_command(command_type::update_ca_pin_to_given_value);
    c.parameters["new_pin"] = "";

    EXPECT_EQ(compiled(binding_text()).interpret(c, {1}, answered("a b")).storable, "a b");
}

TEST(storable, replaces_characters_that_a_text_column_does_not_accept) {
    EXPECT_EQ(stored(answered(std::string("a\0b\x01\xFF", 5))),
              "a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(storable, an_unknown_character_set_is_kept_as_far_as_it_is_utf_8) {
    EXPECT_EQ(stored(answered("ab\xFF 4711", 200, "text/xml; charset=ebcdic")), "ab\xEF\xBF\xBD ****");
}

TEST(storable, is_cut_at_one_mebibyte_between_characters) {
    constexpr std::size_t mebibyte = 1U << 20U;
    constexpr auto without_secret = command_type::add_subscriptions;

    EXPECT_EQ(stored(answered(std::string(mebibyte, 'x')), without_secret).size(), mebibyte);
    EXPECT_EQ(stored(answered(std::string(mebibyte - 1, 'x') + "\xC3\xA9"), without_secret),
              std::string(mebibyte - 1, 'x'));
}

TEST(storable, a_long_answer_to_a_command_with_a_secret_is_withheld) {
    const std::string most(std::size_t{64} << 10U, 'x');

    EXPECT_EQ(stored(answered(most)), most);
    EXPECT_EQ(stored(answered(most + "x")),
              "**** (answer withheld: it is too long to be searched for a secret)");
}

} // namespace
} // namespace contego
