#include "pipeline/read_back.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace contego::pipeline {
namespace {

command add(bool with_window = false) {
    command c{command_type::add_subscriptions, {{"smartcard_ca_id", "01"}, {"service_ca_id", "1111"}}, {}};
    if (with_window) c.parameters.emplace("end_date", "2030-01-31T00:00:00Z");
    return c;
}

command cancel() {
    return {command_type::cancel_subscriptions, {{"smartcard_ca_id", "01"}, {"service_ca_id", "1111"}}, {}};
}

value::list boxes(std::initializer_list<const char*> ids) {
    value::list all;
    for (const auto* id : ids)
        all.push_back(value::object{{"stb_ca_id", id}});
    return all;
}

command pairing(command_type type) {
    command c{type, {{"stbs", boxes({"02", "03"})}}, {}};
    if (type == command_type::create_pairing)
        c.parameters.emplace("smartcards", value::list{value::object{{"smartcard_ca_id", "01"}}});
    else
        c.parameters.emplace("smartcard_ca_id", "01");
    return c;
}

value subscribed_to(std::initializer_list<const char*> services) {
    value::list all;
    for (const auto* id : services)
        all.push_back(value::object{{"service_ca_id", id}});
    return value::object{{"subscriptions", all}};
}

value paired_with(std::initializer_list<const char*> stbs) {
    value::list all;
    for (const auto* id : stbs)
        all.emplace_back(id);
    return value::object{{"paired", stbs.size() > 0}, {"stbs", all}};
}

struct row {
    const char* name;
    command sent;
    command_type asks;
    value answer;
    std::optional<bool> done;
};

std::ostream& operator<<(std::ostream& out, const row& r) {
    return out << r.name;
}

class read_back_table : public ::testing::TestWithParam<row> {};

TEST_P(read_back_table, is_kept) {
    const auto get = read_back_of(GetParam().sent);

    ASSERT_TRUE(get.has_value());
    EXPECT_EQ(get->type, GetParam().asks);
    EXPECT_EQ(get->parameters, (value::object{{"smartcard_ca_id", "01"}}));
    EXPECT_EQ(was_done(GetParam().sent, GetParam().answer), GetParam().done);
}

constexpr auto active = command_type::get_active_subscriptions;
constexpr auto status = command_type::get_pairing_status_for_card;
constexpr auto create = command_type::create_pairing;
constexpr auto join = command_type::add_to_existing_pairing;

INSTANTIATE_TEST_SUITE_P(
    rows,
    read_back_table,
    ::testing::Values(
        row{"added", add(), active, subscribed_to({"2222", "1111"}), true},
        row{"not added", add(), active, subscribed_to({"2222"}), false},
        row{"added, perhaps with another window", add(true), active, subscribed_to({"1111"}), std::nullopt},
        row{"not added with its window", add(true), active, subscribed_to({}), false},
        row{"no list", add(), active, value::object{}, std::nullopt},
        row{"cancelled", cancel(), active, subscribed_to({"2222"}), true},
        row{"not cancelled", cancel(), active, subscribed_to({"1111"}), false},
        row{"cancelled, no list", cancel(), active, value::object{}, std::nullopt},
        row{"paired", pairing(create), status, paired_with({"03", "02"}), true},
        row{"not paired", pairing(create), status, paired_with({}), false},
        row{"paired with others", pairing(create), status, paired_with({"09"}), std::nullopt},
        row{"joined", pairing(join), status, paired_with({"09", "03", "02"}), true},
        row{"joined by half", pairing(join), status, paired_with({"09", "03"}), false},
        row{"no status", pairing(join), status, value::object{}, std::nullopt}));

TEST(read_back, of_a_new_card_in_a_pairing_asks_for_that_card) {
    command c{
        join,
        {{"smartcard_ca_id", "01"}, {"smartcards", value::list{value::object{{"smartcard_ca_id", "05"}}}}},
        {}};

    EXPECT_EQ(read_back_of(c)->parameters, (value::object{{"smartcard_ca_id", "05"}}));
    EXPECT_EQ(was_done(c, paired_with({})), false);
    EXPECT_EQ(was_done(c, paired_with({"02"})), std::nullopt) << "with whom it should be is not known";
}

TEST(read_back, is_none_for_what_no_get_command_shows) {
    for (const auto type : command_types) {
        const bool shown = type == command_type::add_subscriptions ||
                           type == command_type::cancel_subscriptions || type == create || type == join;
        EXPECT_EQ(read_back_of({type, {{"smartcard_ca_id", "01"}}, {}}).has_value(), shown) << name_of(type);
    }
}

TEST(read_back, a_card_that_is_paired_with_other_boxes_tells_only_if_a_call_pairs_one_box) {
    auto one = pairing(command_type::create_pairing);
    one.parameters["stbs"] = boxes({"03"});

    EXPECT_EQ(was_done(one, paired_with({"02"})), std::nullopt);
    EXPECT_EQ(was_done(one, paired_with({"02"}), true), false);
    EXPECT_EQ(was_done(one, paired_with({"02", "03"}), true), true);
    EXPECT_EQ(was_done(one, paired_with({}), true), false);
}

} // namespace
} // namespace contego::pipeline
