#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

limits without(std::initializer_list<command_type> lacking) {
    limits site;
    for (const auto type : lacking)
        site.unsupported.set(static_cast<std::size_t>(type));
    return site;
}

value a_box_joins(std::optional<bool> paired) {
    return asking({{.distributor = "D",
                    .has = {{"01"}, {"91", "92"}, {"11"}},
                    .added = {{}, {"92"}, {}},
                    .paired = paired}});
}

TEST(supported, names_every_command_that_the_site_lacks) {
    const auto site = without({command_type::get_pairing_status_for_card, command_type::create_pairing});

    const auto result = plan("ADD_INSTALLED_ITEM", a_box_joins(std::nullopt), site);

    const auto* no = std::get_if<refusal>(&result);
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(no->code, "NOT_SUPPORTED");
    EXPECT_EQ(describe(no->all, no->more),
              "The binding has no command CREATE_PAIRING, which the action ADD_INSTALLED_ITEM needs.\n"
              "The binding has no command GET_PAIRING_STATUS_FOR_CARD, which the action ADD_INSTALLED_ITEM "
              "needs.");
}

TEST(supported, covers_only_the_commands_that_the_plan_needs) {
    const auto site = without({command_type::get_pairing_status_for_card, command_type::create_pairing});

    const auto result = plan("ADD_INSTALLED_ITEM", a_box_joins(true), site);

    const auto* commands = std::get_if<command_list>(&result);
    ASSERT_NE(commands, nullptr);
    ASSERT_EQ(commands->size(), 1U);
    EXPECT_EQ((*commands)[0].type, command_type::add_to_existing_pairing);
}

TEST(supported, a_mistake_is_reported_first) {
    const auto site = without({command_type::add_subscriptions});

    const auto result = plan("ADD_SUBSCRIPTIONS", value::object{}, site);

    const auto* no = std::get_if<refusal>(&result);
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(no->code, "VALIDATION_ERROR");
}

} // namespace
} // namespace contego::test
