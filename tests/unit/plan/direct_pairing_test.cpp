#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

value cards(std::size_t count) {
    value::list all;
    for (std::size_t i = 0; i < count; ++i)
        all.emplace_back(value::object{{"smartcard_ca_id", std::to_string(i)}});
    return all;
}

const value one_box = value::list{value::object{{"stb_ca_id", "91"}}};

TEST(direct_pairing, both_lists_of_a_new_pairing_are_mandatory) {
    EXPECT_EQ(faults("CREATE_PAIRING", value::object{}),
              (lines{"smartcards: is mandatory (was nothing)", "stbs: is mandatory (was nothing)"}));
}

TEST(direct_pairing, the_lists_of_a_new_pairing_are_not_empty) {
    EXPECT_EQ(faults("CREATE_PAIRING", document("{'smartcards': [], 'stbs': {}}")),
              (lines{"smartcards: must be a list of 1 to 50 objects (was [])",
                     "stbs: must be a list of 1 to 50 objects (was {})"}));
}

TEST(direct_pairing, the_lists_are_no_longer_than_the_site_allows) {
    limits site;
    site.clients_per_pairing = 2;
    const auto pair = [&](std::size_t n) {
        return value(value::object{{"smartcards", cards(n)}, {"stbs", one_box}});
    };

    EXPECT_EQ(planned_command("CREATE_PAIRING", pair(2), site).type, command_type::create_pairing);
    EXPECT_EQ(violated("CREATE_PAIRING", pair(3), site).front().rule, "must be a list of 1 to 2 objects");
    EXPECT_EQ(violated("ADD_TO_EXISTING_PAIRING",
                       value::object{{"smartcard_ca_id", "77"}, {"smartcards", cards(3)}},
                       site)
                  .front()
                  .rule,
              "must be a list of 0 to 2 objects");
}

TEST(direct_pairing, each_client_is_checked) {
    EXPECT_EQ(
        faults(
            "CREATE_PAIRING",
            document(
                "{'smartcards': ['01', {'smartcard_ca_id': 2}, {}, {'smartcard_ca_id': null}],"
                " 'stbs': [{'stb_ca_id': '9x', 'model': 'M', 'stb_sub_provisioning_distribution_id': ''}]}")),
        (lines{"smartcards[0]: must be an object with smartcard_ca_id (was \"01\")",
               "smartcards[1].smartcard_ca_id: must be text, since leading zeros count (was 2)",
               "smartcards[2].smartcard_ca_id: is mandatory (was nothing)",
               "smartcards[3].smartcard_ca_id: must be text of 1 to 20 digits (was null)",
               "stbs[0].stb_ca_id: must be 1 to 20 digits (was \"9x\")",
               "stbs[0].stb_sub_provisioning_distribution_id: must be text of 1 to 100 characters (was \"\")",
               "stbs[0].model: is not known here (was ****)"}));
}

TEST(direct_pairing, a_client_is_not_named_twice) {
    EXPECT_EQ(faults("CREATE_PAIRING",
                     document("{'smartcards': [{'smartcard_ca_id': '01'}, {'smartcard_ca_id': '01'}],"
                              " 'stbs': [{'stb_ca_id': '01'}, {'stb_ca_id': '01'}]}")),
              (lines{"smartcards[1].smartcard_ca_id: must not be named twice (was \"01\")",
                     "stbs[1].stb_ca_id: must not be named twice (was \"01\")"}));
}

TEST(direct_pairing, an_addition_to_a_pairing_needs_something_to_add) {
    const auto rule =
        lines{"smartcards: must name at least one smartcard to add if stbs names no STB (was nothing)"};

    EXPECT_EQ(faults("ADD_TO_EXISTING_PAIRING", document("{'smartcard_ca_id': '01'}")), rule);
    EXPECT_EQ(faults("ADD_TO_EXISTING_PAIRING",
                     document("{'smartcard_ca_id': '01', 'smartcards': [], 'stbs': null}")),
              rule);
}

TEST(direct_pairing, the_card_that_is_paired_is_not_added) {
    EXPECT_EQ(
        faults("ADD_TO_EXISTING_PAIRING",
               document("{'smartcard_ca_id': '01', 'smartcards': [{'smartcard_ca_id': '02'},"
                        " {'smartcard_ca_id': '01'}]}")),
        (lines{
            "smartcards[1].smartcard_ca_id: must not be the smartcard that is paired already (was \"01\")"}));
}

TEST(direct_pairing, a_list_that_cannot_be_read_is_noted_once) {
    EXPECT_EQ(faults("ADD_TO_EXISTING_PAIRING", document("{'smartcard_ca_id': '01', 'stbs': '91'}")),
              (lines{"stbs: must be a list of 0 to 50 objects (was \"91\")"}));
}

} // namespace
} // namespace contego::test
