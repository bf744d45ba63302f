#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;

// The command's PIN is 4711.
std::string stored(const exchange& e, command_type type = command_type::update_ca_pin_to_given_value) {
    return compiled(binding_text()).storable(full_command(type), e);
}

TEST(storable, keeps_the_answer_as_it_came) {
    EXPECT_EQ(stored(answered("<a>\r\n\tcaf\xC3\xA9</a>")), "<a>\r\n\tcaf\xC3\xA9</a>");
    EXPECT_EQ(stored(answered("")), "");
    EXPECT_EQ(stored({}), "");
}

TEST(storable, masks_a_secret_that_stands_alone) {
    EXPECT_EQ(stored(answered("4711 <a b=\"4711\">4711</a> '4711'. 4711")),
              "**** <a b=\"****\">****</a> '****'. ****");
}

TEST(storable, leaves_what_only_holds_the_same_digits) {
    EXPECT_EQ(stored(answered("<a>0147110</a> x4711 4711x 47114711")), "<a>0147110</a> x4711 4711x 47114711");
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

TEST(storable, masks_nothing_for_a_command_without_a_secret) {
    EXPECT_EQ(stored(answered("4711"), command_type::update_ca_pin_to_default_value), "4711");
}

TEST(storable, an_empty_secret_masks_nothing) {
    auto c = full_command(command_type::update_ca_pin_to_given_value);
    c.parameters["new_pin"] = "";

    EXPECT_EQ(compiled(binding_text()).storable(c, answered("a b")), "a b");
}

TEST(storable, replaces_what_a_text_column_does_not_take) {
    EXPECT_EQ(stored(answered(std::string("a\0b\x01\xFF", 5))),
              "a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(storable, an_unknown_character_set_is_kept_as_far_as_it_is_utf_8) {
    EXPECT_EQ(stored(answered("ab\xFF 4711", 200, "text/xml; charset=ebcdic")), "ab\xEF\xBF\xBD ****");
}

TEST(storable, is_cut_at_one_mebibyte_between_characters) {
    constexpr std::size_t mebibyte = 1U << 20U;

    EXPECT_EQ(stored(answered(std::string(mebibyte, 'x'))).size(), mebibyte);
    EXPECT_EQ(stored(answered(std::string(mebibyte - 1, 'x') + "\xC3\xA9")), std::string(mebibyte - 1, 'x'));
}

} // namespace
} // namespace contego
