#include "plan/code_points.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace contego::planning {
namespace {

constexpr char32_t broken = 0xFFFFFFFF;

std::vector<char32_t> all_of(std::string_view text) {
    std::vector<char32_t> all;
    while (!text.empty())
        all.push_back(take_code_point(text).value_or(broken));
    return all;
}

using points = std::vector<char32_t>;

TEST(code_points, every_length_of_utf_8_is_read) {
    EXPECT_EQ(all_of("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"), (points{'a', 0xE9, 0x20AC, 0x1F600, 'z'}));
}

TEST(code_points, the_first_and_last_of_each_length_are_read) {
    EXPECT_EQ(all_of("\xC2\x80\xDF\xBF"), (points{0x80, 0x7FF}));
    EXPECT_EQ(all_of("\xE0\xA0\x80\xEF\xBF\xBF"), (points{0x800, 0xFFFF}));
    EXPECT_EQ(all_of("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"), (points{0x10000, 0x10FFFF}));
}

TEST(code_points, a_stray_continuation_byte_is_broken_and_reading_goes_on) {
    EXPECT_EQ(all_of("\x80x"), (points{broken, 'x'}));
}

TEST(code_points, a_cut_character_is_broken) {
    EXPECT_EQ(all_of("\xE2\x82"), (points{broken, broken}));
    EXPECT_EQ(all_of("\xE2\x82x"), (points{broken, broken, 'x'}));
}

TEST(code_points, overlong_forms_are_broken) {
    EXPECT_EQ(all_of("\xC0\xAF"), (points{broken, broken}));
    EXPECT_EQ(all_of("\xE0\x80\xAF"), (points{broken, broken, broken}));
    EXPECT_EQ(all_of("\xF0\x80\x80\xAF"), (points{broken, broken, broken, broken}));
}

TEST(code_points, surrogates_and_numbers_beyond_unicode_are_broken) {
    EXPECT_EQ(all_of("\xED\xA0\x80"), (points{broken, broken, broken}));
    EXPECT_EQ(all_of("\xF4\x90\x80\x80"), (points{broken, broken, broken, broken}));
    EXPECT_EQ(all_of("\xFF"), (points{broken}));
}

TEST(code_points, a_nul_is_a_character) {
    EXPECT_EQ(all_of(std::string_view("\0", 1)), (points{0}));
}

} // namespace
} // namespace contego::planning
