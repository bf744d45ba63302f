#include "calls.hpp"
#include "simulator/cas.hpp"

#include <gtest/gtest.h>

namespace contego::simulator::tests {
namespace {

const std::string card = "01000000017";
const std::string other_card = "01000000025";
const moment now = *moment_of("2030-06-01T12:00:00Z");

class cas_test : public testing::Test {
protected:
    answer apply(const call& c) { return cas_.apply(c, now); }

    std::string add(const std::string& start, const std::string& end) {
        auto c = call_of(command_type::add_subscriptions, {card}, {"1111"});
        c.start = start;
        c.end = end;
        return apply(c).status_code;
    }

    std::vector<subscription> active(const std::string& number) {
        return apply(call_of(command_type::get_active_subscriptions, {number})).subscriptions;
    }

    value shown(const char* what) {
        const auto state = cas_.card_state(card, true);
        const auto* found = state.find(what);
        return found == nullptr ? value() : *found;
    }

    cas cas_{population(), 1};
};

TEST_F(cas_test, an_added_service_is_active_with_its_window_as_written) {
    EXPECT_EQ(add("2030-01-01T00:00:00+02:00", "2031-01-01T00:00:00Z"), "OK");

    EXPECT_EQ(active(card),
              (std::vector{subscription{"1111", "2030-01-01T00:00:00+02:00", "2031-01-01T00:00:00Z"}}));
}

TEST_F(cas_test, adding_a_present_service_changes_nothing_and_says_so) {
    add("", "");

    const auto again = apply(call_of(command_type::add_subscriptions, {card}, {"1111"}));

    EXPECT_EQ(again.status_code, "ALREADY_SUBSCRIBED");
    EXPECT_FALSE(again.effect);
}

TEST_F(cas_test, adding_with_another_window_replaces_the_window) {
    add("", "2031-01-01T00:00:00Z");

    EXPECT_EQ(add("", "2032-01-01T00:00:00Z"), "OK");
    EXPECT_EQ(active(card), (std::vector{subscription{"1111", "", "2032-01-01T00:00:00Z"}}));
}

TEST_F(cas_test, a_service_whose_window_has_ended_is_not_active) {
    add("", "2030-06-01T12:00:00Z");

    EXPECT_TRUE(active(card).empty());
}

TEST_F(cas_test, a_plural_addition_gives_every_card_every_service) {
    const auto a = apply(call_of(command_type::add_subscriptions, {card, other_card}, {"2", "1"}));

    EXPECT_TRUE(a.effect);
    for (const auto& number : {card, other_card})
        EXPECT_EQ(active(number), (std::vector{subscription{"1", "", ""}, subscription{"2", "", ""}}));
}

TEST_F(cas_test, a_plural_call_does_nothing_if_one_card_is_refused) {
    const auto a = apply(call_of(command_type::add_subscriptions, {card, "09000000000"}, {"1111"}));

    EXPECT_EQ(a.status_code, "CLIENT_NOT_FOUND");
    EXPECT_FALSE(a.effect);
    EXPECT_TRUE(active(card).empty());
}

TEST_F(cas_test, a_cancelled_service_is_gone_and_the_others_stay) {
    (void)apply(call_of(command_type::add_subscriptions, {card}, {"1", "2"}));

    EXPECT_EQ(apply(call_of(command_type::cancel_subscriptions, {card}, {"1"})).status_code, "OK");
    EXPECT_EQ(active(card), (std::vector{subscription{"2", "", ""}}));
}

TEST_F(cas_test, cancelling_an_absent_service_says_so) {
    const auto a = apply(call_of(command_type::cancel_subscriptions, {card}, {"1"}));

    EXPECT_EQ(a.status_code, "NOT_SUBSCRIBED");
    EXPECT_FALSE(a.effect);
}

TEST_F(cas_test, unknown_cards_boxes_and_services_are_refused_by_name) {
    const auto status = [this](numbers cards, numbers services, numbers boxes = {}) {
        return apply(call_of(command_type::add_subscriptions,
                             std::move(cards),
                             std::move(services),
                             std::move(boxes)))
            .status_code;
    };

    EXPECT_EQ(status({"09000000000"}, {"1"}), "CLIENT_NOT_FOUND");
    EXPECT_EQ(status({"02000000000"}, {"1"}), "CLIENT_NOT_MANAGED_BY_SMS");
    EXPECT_EQ(status({card}, {"9111"}), "PRODUCT_NOT_FOUND");
    EXPECT_EQ(apply(call_of(command_type::create_pairing, {card}, {}, {"1"})).status_code,
              "PAIRING_MODULE_NOT_FOUND");
}

TEST_F(cas_test, a_mistake_in_the_input_comes_before_everything_else) {
    auto c = call_of(command_type::add_subscriptions, {"09000000000"}, {"1"});
    c.mistake = "EndTime must be a date and time";

    const auto a = apply(c);

    EXPECT_EQ(a.status_code, "INPUT_VALIDATION_ERROR");
    EXPECT_EQ(a.message, c.mistake);
}

TEST_F(cas_test, an_unlicensed_command_is_not_available) {
    population p;
    p.unavailable.insert(command_type::display_fingerprint);
    cas without(p, 1);

    EXPECT_EQ(without.apply(call_of(command_type::display_fingerprint, {card}), now).status_code,
              "FEATURE_NOT_AVAILABLE");
}

TEST_F(cas_test, messages_and_fingerprints_are_seen_as_often_as_they_are_sent) {
    auto mail = call_of(command_type::send_mail_message_to_client, {card});
    mail.message = "in the box";
    auto bark = call_of(command_type::send_repeating_bark_message_to_client, {card});
    bark.message = "on the screen";
    bark.duration = 20;
    bark.count = 3;
    auto fingerprint = call_of(command_type::display_fingerprint, {card});
    fingerprint.slot = 4;

    for (const auto& c : {mail, bark, bark, fingerprint})
        EXPECT_TRUE(apply(c).effect);

    EXPECT_EQ(shown("mails"), value(value::list{value::object{{"message", "in the box"}}}));
    const value::object seen{{"message", "on the screen"}, {"display_duration", 20}, {"repetition_count", 3}};
    EXPECT_EQ(shown("barks"), value(value::list{seen, seen}));
    EXPECT_EQ(shown("fingerprints"), value(value::list{value::object{{"fingerprint_slot", 4}}}));
}

TEST_F(cas_test, a_pin_is_set_and_reset) {
    auto given = call_of(command_type::update_ca_pin_to_given_value, {card});
    given.pin = "4711";
    (void)apply(given);
    EXPECT_EQ(shown("pin"), value("4711"));

    (void)apply(call_of(command_type::update_ca_pin_to_default_value, {card}));
    EXPECT_EQ(shown("pin"), value("0000"));
}

TEST_F(cas_test, a_pin_is_shown_on_demand_only) {
    auto given = call_of(command_type::update_ca_pin_to_given_value, {card});
    given.pin = "4711";
    (void)apply(given);

    EXPECT_EQ(*cas_.card_state(card, false).find("pin"), value("****"));
}

TEST_F(cas_test, every_answer_has_its_own_reference) {
    const auto first = apply(call_of(command_type::get_active_subscriptions, {card})).reference;
    const auto second = apply(call_of(command_type::get_active_subscriptions, {"09000000000"})).reference;

    EXPECT_EQ(first.size(), 36U);
    EXPECT_NE(first, second);
}

TEST_F(cas_test, equal_seeds_give_equal_references) {
    cas twin(population(), 1);

    EXPECT_EQ(cas_.next_reference(), twin.next_reference());
    EXPECT_NE(cas(population(), 2).next_reference(), cas(population(), 1).next_reference());
}

TEST_F(cas_test, a_reset_forgets_everything) {
    add("", "");
    (void)apply(call_of(command_type::create_pairing, {card}, {}, {"0012345678"}));

    cas_.reset();

    EXPECT_TRUE(active(card).empty());
    EXPECT_EQ(cas_.state(true), (value::object{{"cards", value::object()}, {"pairings", value::list()}}));
}

} // namespace
} // namespace contego::simulator::tests
