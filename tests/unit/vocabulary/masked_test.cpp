#include <contego/command.hpp>

#include <gtest/gtest.h>

namespace contego {
namespace {

TEST(masked, the_pin_is_hidden_and_the_rest_stays) {
    const value::object parameters{{"smartcard_ca_id", "01"}, {"new_pin", "4711"}};

    EXPECT_EQ(masked(parameters), (value::object{{"smartcard_ca_id", "01"}, {"new_pin", "****"}}));
}

TEST(masked, a_pin_is_hidden_at_any_depth) {
    const value::object parameters{
        {"a", value::object{{"new_pin", "4711"}}},
        {"b", value::list{value::list{value::object{{"new_pin", "4712"}, {"x", 1}}}, "4713"}}};

    EXPECT_EQ(masked(parameters),
              (value::object{
                  {"a", value::object{{"new_pin", "****"}}},
                  {"b", value::list{value::list{value::object{{"new_pin", "****"}, {"x", 1}}}, "4713"}}}));
}

TEST(masked, a_pin_of_any_kind_is_hidden_whole) {
    for (const auto& pin :
         {value(4711), value(), value(value::list{"4711"}), value(value::object{{"a", "4711"}})})
        EXPECT_EQ(masked({{"new_pin", pin}}), (value::object{{"new_pin", "****"}}));
}

TEST(masked, only_the_exact_name_is_a_secret) {
    const value::object parameters{{"pin", "1"}, {"new_pins", "2"}, {"NEW_PIN", "3"}};

    EXPECT_EQ(masked(parameters), parameters);
}

TEST(masked, nothing_stays_nothing) {
    EXPECT_EQ(masked({}), value::object{});
}

} // namespace
} // namespace contego
