#include "queue/column.hpp"

#include <gtest/gtest.h>

#include <string>

namespace contego::queue {
namespace {

using namespace std::string_literals;

TEST(column, without_rows_is_an_array_of_length_zero) {
    column<std::int64_t> c;
    EXPECT_EQ(c.array(),
              "\0\0\0\1"
              "\0\0\0\1"
              "\0\0\0\x14"
              "\0\0\0\0"
              "\0\0\0\1"s);
}

TEST(column, puts_the_length_before_each_value_and_minus_one_for_null) {
    column<std::string_view> c;
    c.add("card");
    c.add_null();
    c.add("");
    EXPECT_EQ(c.array(),
              "\0\0\0\1"
              "\0\0\0\1"
              "\0\0\0\x19"
              "\0\0\0\3"
              "\0\0\0\1"s +
                  "\0\0\0\4card"s +
                  "\xFF\xFF\xFF\xFF"
                  "\0\0\0\0"s);
}

TEST(column, puts_numbers_with_the_first_byte_that_counts_most) {
    column<std::int64_t> c;
    c.add(-2);
    EXPECT_EQ(c.array().substr(20),
              "\0\0\0\x08"
              "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE"s);
    column<std::int32_t> d;
    d.add(70'000);
    EXPECT_EQ(d.array().substr(20),
              "\0\0\0\4"
              "\0\1\x11\x70"s);
}

TEST(column, may_be_asked_again_after_more_came) {
    column<bool> c;
    c.add(true);
    EXPECT_FALSE(c.array().empty());
    c.add(false);
    EXPECT_EQ(c.array().substr(12),
              "\0\0\0\2"
              "\0\0\0\1"
              "\0\0\0\1\1"
              "\0\0\0\1\0"s);
}

} // namespace
} // namespace contego::queue
