#include <contego/violation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace contego {
namespace {

TEST(describe, without_violations_the_text_is_empty) {
    EXPECT_EQ(describe({}), "");
}

TEST(describe, a_violation_is_one_line) {
    EXPECT_EQ(describe({{"smartcard_ca_id", "7", "must be text"}}), "smartcard_ca_id: must be text (was 7)");
}

TEST(describe, violations_stay_in_their_order_a_line_each) {
    EXPECT_EQ(describe({{"b", "nothing", "is mandatory"}, {"a", "1", "is not known here"}}),
              "b: is mandatory (was nothing)\na: is not known here (was 1)");
}

TEST(describe, lists_twenty_violations_and_counts_the_others) {
    const violations all(25, {"a", "1", "is bad"});

    const auto text = describe(all, 100);

    EXPECT_EQ(std::ranges::count(text, '\n'), 20);
    EXPECT_TRUE(text.ends_with("is bad (was 1)\n... and 105 more")) << text;
}

TEST(describe, shortens_a_field_a_value_and_the_whole_between_characters) {
    std::string euros;
    for (int i = 0; i < 50'000; ++i)
        euros += "\xE2\x82\xAC";
    const auto characters = [](const std::string& text) {
        return std::ranges::count_if(text,
                                     [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    };

    const auto one = describe({{euros, euros, euros}});
    const auto many = describe(violations(1000, {euros, euros, euros}), 7);

    EXPECT_LE(characters(one), 1300);
    EXPECT_EQ(characters(many), 4000);
    EXPECT_TRUE(many.ends_with("\xE2\x82\xAC...\n... and 987 more"));
    for (const auto& text : {one, many})
        EXPECT_EQ(text.find("\x82..."), std::string::npos);
}

TEST(shortened, keeps_what_is_short_enough_and_never_cuts_a_character) {
    EXPECT_EQ(shortened("", 5), "");
    EXPECT_EQ(shortened("abcde", 5), "abcde");
    EXPECT_EQ(shortened("abcdef", 5), "ab...");
    EXPECT_EQ(shortened("a\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 5), "a\xC3\xA9...");
    EXPECT_EQ(shortened("a\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 5), "a\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9");
}

} // namespace
} // namespace contego
