#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

/// The error that the CRM sees for a request that has the PIN 4711 in a wrong place.
struct misplaced_pin {
    const char* action;
    const char* parameters;
};

std::ostream& operator<<(std::ostream& out, const misplaced_pin& p) {
    return out << p.action << ' ' << p.parameters;
}

class misplaced_pins : public testing::TestWithParam<misplaced_pin> {};

TEST_P(misplaced_pins, are_not_shown_not_even_in_part) {
    const auto result = plan(GetParam().action, document(GetParam().parameters), limits{});

    const auto* no = std::get_if<refusal>(&result);
    ASSERT_NE(no, nullptr);
    const auto text = describe(no->all, no->more);
    EXPECT_EQ(text.find("47"), std::string::npos) << text;
    EXPECT_EQ(text.find("11"), std::string::npos) << text;
}

constexpr const char* set_pin = "UPDATE_CA_PIN_TO_GIVEN_VALUE";

INSTANTIATE_TEST_SUITE_P(
    places,
    misplaced_pins,
    testing::Values(
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', 'new_pin': '471147'}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', 'new_pin': 4711}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', 'new_pin': 4711.11}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', 'new_pin': ['4711']}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', 'new_pin': {'value': '4711'}}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', 'code': '4711'}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': 4711, 'new_pin': '02'}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '4711x', 'new_pin': '02'}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', '4711': 'new_pin'}"},
        misplaced_pin{set_pin, "{'smartcard_ca_id': '02', 'sub_provisioning_distribution_id': 4711}"},
        misplaced_pin{"UPDATE_CA_PIN_TO_DEFAULT_VALUE", "{'smartcard_ca_id': '4711-'}"},
        misplaced_pin{"GET_ACTIVE_SUBSCRIPTIONS", "{'smartcard_ca_id': '02', 'secret': '4711'}"},
        misplaced_pin{"GET_ACTIVE_SUBSCRIPTIONS", "{'smartcard_ca_id': {'id': '02', 'code': '4711'}}"},
        misplaced_pin{"GET_ACTIVE_SUBSCRIPTIONS", "{'smartcard_ca_id': ['new_pin', '4711']}"},
        misplaced_pin{"GET_ACTIVE_SUBSCRIPTIONS", "{'smartcard_ca_id': 'the PIN is 4711'}"},
        misplaced_pin{"GET_ACTIVE_SUBSCRIPTIONS", "{'smartcard_ca_id': '02', 'new_pin 4711': ''}"},
        misplaced_pin{"UPDATE_CA_PIN_4711", "{}"},
        misplaced_pin{"REST_SUBSCRIPTION",
                      "{'distributions': [{'distributor': 'D', 'smartcards': [{'new_pin': '4711'}]}]}"},
        misplaced_pin{"REST_SUBSCRIPTION",
                      "{'distributions': [{'distributor': 'D', 'smartcards': [{'code': '4711'}]}]}"},
        misplaced_pin{"REST_SUBSCRIPTION",
                      "{'distributions': [{'distributor': 'D', 'smartcards': [4711], 'newPin': 1}]}"},
        misplaced_pin{"REST_SUBSCRIPTION",
                      "{'distributions': [{'distributor': 'D', 'smartcards': [['pin', 4711]]}]}"},
        misplaced_pin{"REST_SUBSCRIPTION", "{'distributions': 'new_pin=4711'}"},
        misplaced_pin{"REST_SUBSCRIPTION", "{'distributions': [{'distributor': {'pin': 4711}}]}"},
        misplaced_pin{"CREATE_PAIRING",
                      "{'smartcards': [{'smartcard_ca_id': '02', 'pin': '4711'}], 'stbs': []}"},
        misplaced_pin{"CREATE_PAIRING", "{'smartcards': ['pin 4711'], 'stbs': [4711]}"},
        misplaced_pin{"SEND_BARK_MESSAGE_TO_CLIENT",
                      "{'smartcard_ca_id': '02', 'message': ['your new PIN', 4711]}"}));

} // namespace
} // namespace contego::test
