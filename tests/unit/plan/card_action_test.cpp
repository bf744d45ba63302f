#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

// RECONCILE and HEAL, the operators' actions about one card.
namespace contego::test {
namespace {

std::vector<std::string> types_of(std::string_view action, const value& parameters, const limits& site = {}) {
    std::vector<std::string> names;
    const auto planned = plan(action, parameters, site);
    if (const auto* why = std::get_if<refusal>(&planned)) return {why->code};
    for (const auto& c : written_out(std::get<command_list>(planned)))
        names.emplace_back(name_of(c.type));
    return names;
}

limits lacking(command_type type) {
    limits site;
    site.unsupported.set(static_cast<std::size_t>(type));
    return site;
}

const value a_card = document("{'smartcard_ca_id': '01'}");
const std::string services = "GET_ACTIVE_SUBSCRIPTIONS";
const std::string boxes = "GET_PAIRING_STATUS_FOR_CARD";
using texts = std::vector<std::string>;

TEST(card_action, reconcile_reads_services_and_boxes) {
    EXPECT_EQ(types_of("RECONCILE", a_card), (texts{services, boxes}));
    EXPECT_EQ(types_of("RECONCILE", document("{'smartcard_ca_id': '01', 'read': 'boxes'}")), texts{boxes});
    EXPECT_EQ(types_of("RECONCILE", document("{'smartcard_ca_id': '01', 'read': 'services'}")),
              texts{services});
}

TEST(card_action, reconcile_leaves_out_what_the_site_lacks_but_not_everything) {
    auto site = lacking(command_type::get_pairing_status_for_card);
    EXPECT_EQ(types_of("RECONCILE", a_card, site), texts{services});
    site.unsupported.set(static_cast<std::size_t>(command_type::get_active_subscriptions));
    EXPECT_EQ(types_of("RECONCILE", a_card, site), texts{"NOT_SUPPORTED"});
}

TEST(card_action, heal_corrects_before_it_reads) {
    const auto asked = document("{'smartcard_ca_id': '01', 'add': [{'service_ca_id': '11', "
                                "'end_date': '2030-01-01T00:00:00Z'}], 'cancel': [{'service_ca_id': '22'}], "
                                "'stbs': [{'stb_ca_id': '91'}]}");
    const auto planned = plan("HEAL", asked, limits{});
    const auto all = written_out(std::get<command_list>(planned));

    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0].type, command_type::add_subscriptions);
    EXPECT_EQ(value(all[0].parameters),
              document("{'smartcard_ca_id': '01', 'service_ca_id': '11', "
                       "'end_date': '2030-01-01T00:00:00Z'}"));
    EXPECT_EQ(all[1].type, command_type::cancel_subscriptions);
    EXPECT_EQ(text_at(all[1].parameters, "service_ca_id"), "22");
    EXPECT_EQ(all[2].type, command_type::create_pairing);
    EXPECT_EQ(value(all[2].parameters),
              document("{'smartcards': [{'smartcard_ca_id': '01'}], 'stbs': [{'stb_ca_id': '91'}]}"));
    EXPECT_EQ(name_of(all[3].type), services);
    EXPECT_EQ(name_of(all[4].type), boxes);
}

TEST(card_action, heal_joins_the_pairing_of_a_card_that_is_paired) {
    const auto planned = plan(
        "HEAL", document("{'smartcard_ca_id': '01', 'stbs': [{'stb_ca_id': '91'}], 'paired': true}"), {});
    const auto first = written_out(std::get<command_list>(planned)).front();

    EXPECT_EQ(first.type, command_type::add_to_existing_pairing);
    EXPECT_EQ(value(first.parameters), document("{'smartcard_ca_id': '01', 'stbs': [{'stb_ca_id': '91'}]}"));
}

TEST(card_action, heal_without_corrections_reads_the_card) {
    EXPECT_EQ(types_of("HEAL", a_card), (texts{services, boxes}));
}

TEST(card_action, mistakes_are_told) {
    EXPECT_EQ(violated("RECONCILE", document("{}")).front().field, "smartcard_ca_id");
    EXPECT_EQ(violated("RECONCILE", document("{'smartcard_ca_id': '01', 'read': 'all'}")).front().field,
              "read");
    EXPECT_EQ(violated("HEAL", document("{'smartcard_ca_id': '01', 'add': 7}")).front().field, "add");
    EXPECT_EQ(violated("HEAL", document("{'smartcard_ca_id': '01', 'add': [7]}")).front().field,
              "service_ca_id");
    EXPECT_FALSE(violated("HEAL", document("{'smartcard_ca_id': '01', 'remove': []}")).empty());
}

} // namespace
} // namespace contego::test
