#include "plan/findings.hpp"

#include <gtest/gtest.h>

namespace contego::planning {
namespace {

TEST(shown, every_kind_of_value_is_written_as_json) {
    EXPECT_EQ(shown({}), "null");
    EXPECT_EQ(shown(true), "true");
    EXPECT_EQ(shown(false), "false");
    EXPECT_EQ(shown(-7), "-7");
    EXPECT_EQ(shown(1.5), "1.5");
    EXPECT_EQ(shown("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(shown(value::list{1, "x", value::list{}}), "[1,\"x\",[]]");
}

TEST(shown, sixty_characters_are_shown_whole) {
    const std::string longest(58, 'x');

    EXPECT_EQ(shown(longest), '"' + longest + '"');
}

TEST(shown, a_longer_text_ends_in_an_ellipsis_at_sixty_characters) {
    const std::string text(59, 'x');

    EXPECT_EQ(shown(text), '"' + std::string(56, 'x') + "...");
}

TEST(shown, characters_are_counted_not_bytes) {
    std::string text;
    for (int i = 0; i < 58; ++i)
        text += "\xC3\xA9";

    EXPECT_EQ(shown(text), '"' + text + '"');
    EXPECT_EQ(shown(text + "\xC3\xA9"), '"' + text.substr(0, 112) + "...");
}

TEST(shown, a_huge_list_is_cut) {
    const value::list huge(1'000'000, value(1));

    EXPECT_EQ(shown(huge).size(), 60U);
}

TEST(shown, control_characters_and_broken_bytes_stay_readable) {
    EXPECT_EQ(shown("a\nb\x7F"), "\"a\\u000ab\\u007f\"");
    EXPECT_EQ(shown("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
}

TEST(shown, of_an_object_only_the_names_are_shown) {
    const value deep =
        value::list{value::object{{"new_pin", "4711"}, {"code", 4711}, {"list", value::list{"4711"}}}};

    EXPECT_EQ(shown(deep), R"([{"code":"****","list":"****","new_pin":"****"}])");
}

TEST(shown, a_name_that_mentions_a_pin_is_shown_without_its_digits) {
    EXPECT_EQ(shown(value::object{{"Pin 4711", 1}}), R"({"Pin ****":"****"})");
    EXPECT_EQ(member_of("a", "pin=4711"), "a.pin=****");
    EXPECT_EQ(without_secret("UPDATE_CA_PIN_4711"), "UPDATE_CA_PIN_****");
    EXPECT_EQ(without_secret("card 4711"), "card 4711");
}

TEST(shown, paths_join_members_and_items) {
    EXPECT_EQ(member_of("", "draft"), "draft");
    EXPECT_EQ(member_of(item_of("distributions", 2), "added"), "distributions[2].added");
}

TEST(shown, a_member_of_any_name_gives_a_short_readable_path) {
    EXPECT_EQ(member_of("a", std::string(100, 'n')), "a." + std::string(57, 'n') + "...");
    EXPECT_EQ(member_of("a", "b\n"), "a.b\\u000a");
}

} // namespace
} // namespace contego::planning
