#include <contego/command.hpp>
#include <contego/parameter.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

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

TEST(masked, a_pin_under_a_misspelt_name_is_hidden_too) {
    for (const auto* name :
         {"pin", "PIN", "newPin", "NEW_PIN", "new_pin_code", "caPinValue", "pins", "mapping"})
        EXPECT_EQ(masked({{name, "4711"}}), (value::object{{name, "****"}})) << name;
}

TEST(masked, no_other_parameter_of_a_command_or_an_action_is_hidden) {
    std::set<std::string_view> names{"distributions",
                                     "distributor",
                                     "smartcards",
                                     "stbs",
                                     "services",
                                     "paired",
                                     "added",
                                     "removed",
                                     "draft",
                                     "order"};
    for (const auto type : command_types)
        for (const auto& p : parameters_of(type))
            if (p.kind != parameter_kind::pin) names.insert(p.name);

    for (const auto name : names)
        EXPECT_EQ(masked({{std::string(name), "1"}}), (value::object{{std::string(name), "1"}})) << name;
    EXPECT_EQ(masked({{"pairing", 1}, {"p_in", 2}, {"", 3}, {"PI", 4}}),
              (value::object{{"pairing", 1}, {"p_in", 2}, {"", 3}, {"PI", 4}}));
}

TEST(masked, a_text_that_mentions_a_pin_stays) {
    const value::object parameters{{"message", "Your PIN was changed"}};

    EXPECT_EQ(masked(parameters), parameters);
}

TEST(masked, an_empty_object_stays_empty) {
    EXPECT_EQ(masked({}), value::object{});
}

} // namespace
} // namespace contego
