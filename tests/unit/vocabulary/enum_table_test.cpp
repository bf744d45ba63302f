#include "vocabulary/enum_table.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace contego {
namespace {

enum class colour { red, green, blue };

using row = enum_table<colour>::row;

constexpr enum_table<colour> names{{{colour::red, "red"}, {colour::green, "green"}, {colour::blue, "blue"}}};

TEST(enumeration, is_counted_up_to_its_last_enumerator) {
    static_assert(enumerator_count<colour> == 3);
    static_assert(enumerators<colour> == std::array{colour::red, colour::green, colour::blue});
    static_assert(is_enumerator<colour::blue>() && !is_enumerator<static_cast<colour>(3)>());
}

TEST(enum_table, finds_the_value_of_an_enumerator_and_the_enumerator_of_a_value) {
    EXPECT_EQ(names.of(colour::green), "green");
    EXPECT_EQ(names.find("blue"), colour::blue);
    EXPECT_EQ(names.find("Blue"), std::nullopt);
}

TEST(enum_table, without_a_row_for_each_enumerator_does_not_compile) {
    static_assert(std::is_constructible_v<enum_table<colour>, const row(&)[3]>);
    static_assert(!std::is_constructible_v<enum_table<colour>, const row(&)[2]>);
    static_assert(!std::is_constructible_v<enum_table<colour>, const row(&)[4]>);
}

TEST(enum_table, does_not_compile_in_another_order) {
    static_assert(
        enum_table<colour>::are_in_order({{colour::red, ""}, {colour::green, ""}, {colour::blue, ""}}));
    static_assert(
        !enum_table<colour>::are_in_order({{colour::red, ""}, {colour::blue, ""}, {colour::green, ""}}));
    static_assert(!enum_table<colour>::are_in_order({{colour::red, ""}, {colour::green, ""}}));
}

TEST(enum_table, of_other_rows_is_checked_by_their_key) {
    constexpr std::array complete{row{colour::red, ""}, row{colour::green, ""}, row{colour::blue, ""}};
    constexpr std::array lacking{row{colour::red, ""}, row{colour::green, ""}};
    static_assert(has_row_for_each(complete, &row::key));
    static_assert(!has_row_for_each(lacking, &row::key));
}

} // namespace
} // namespace contego
