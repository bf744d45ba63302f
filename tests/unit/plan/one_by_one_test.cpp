#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

// Commands whose calls take one item of each list.
namespace contego::test {
namespace {

limits each(std::initializer_list<command_type> types) {
    limits site;
    for (const auto type : types)
        site.one_each.set(static_cast<std::size_t>(type));
    return site;
}

const limits both = each({command_type::create_pairing, command_type::add_to_existing_pairing});

std::string item_of(const command& c, std::string_view list, std::string_view member) {
    const auto found = c.parameters.find(list);
    if (found == c.parameters.end()) return "-";
    const auto& items = *found->second.items();
    return items.size() == 1 ? text_at(*items[0].members(), member) : std::to_string(items.size()) + " items";
}

std::vector<std::string> shown(std::string_view action, const value& parameters, const limits& site) {
    const auto result = plan(action, parameters, site);
    const auto* commands = std::get_if<command_list>(&result);
    if (commands == nullptr) return {"no plan"};
    std::vector<std::string> lines;
    for (const auto& c : written_out(*commands)) {
        auto line = std::string(name_of(c.type));
        if (c.only_if_paired) line = (*c.only_if_paired ? "if paired: " : "if unpaired: ") + line;
        if (c.parameters.contains("smartcards") || c.parameters.contains("stbs"))
            line += " " + item_of(c, "smartcards", "smartcard_ca_id") + "+" + item_of(c, "stbs", "stb_ca_id");
        lines.push_back(line);
    }
    return lines;
}

using lines = std::vector<std::string>;

TEST(one_by_one, a_pairing_becomes_one_command_for_each_pair) {
    const auto parameters =
        document("{'smartcards': [{'smartcard_ca_id': '01'}, {'smartcard_ca_id': '02'}],"
                 " 'stbs': [{'stb_ca_id': '91'}, {'stb_ca_id': '92'}, {'stb_ca_id': '93'}]}");

    EXPECT_EQ(shown("CREATE_PAIRING", parameters, both),
              (lines{"CREATE_PAIRING 01+91",
                     "CREATE_PAIRING 01+92",
                     "CREATE_PAIRING 01+93",
                     "CREATE_PAIRING 02+91",
                     "CREATE_PAIRING 02+92",
                     "CREATE_PAIRING 02+93"}));
    EXPECT_EQ(shown("CREATE_PAIRING", parameters, limits{}), lines{"CREATE_PAIRING 2 items+3 items"});
    EXPECT_EQ(shown("CREATE_PAIRING", parameters, each({command_type::add_to_existing_pairing})),
              lines{"CREATE_PAIRING 2 items+3 items"});
}

TEST(one_by_one, each_part_keeps_the_other_parameters) {
    const auto result =
        plan("ADD_TO_EXISTING_PAIRING",
             document("{'smartcard_ca_id': '01', 'smartcard_sub_provisioning_distribution_id': 'D',"
                      " 'stbs': [{'stb_ca_id': '91', 'stb_sub_provisioning_distribution_id': 'E'},"
                      " {'stb_ca_id': '92'}]}"),
             both);
    const auto commands = written_out(std::get<command_list>(result));

    ASSERT_EQ(commands.size(), 2U);
    for (const auto& c : commands) {
        EXPECT_EQ(text_at(c.parameters, "smartcard_ca_id"), "01");
        EXPECT_EQ(text_at(c.parameters, "smartcard_sub_provisioning_distribution_id"), "D");
        EXPECT_FALSE(c.parameters.contains("smartcards"));
    }
    EXPECT_EQ(commands[0].parameters.at("stbs"),
              document("[{'stb_ca_id': '91', 'stb_sub_provisioning_distribution_id': 'E'}]"));
    EXPECT_EQ(item_of(commands[1], "stbs", "stb_ca_id"), "92");
}

TEST(one_by_one, the_commands_of_an_action_keep_their_order_and_conditions) {
    const auto parameters = asking({{.distributor = "D",
                                     .has = {{"01"}, {"91", "92", "93"}, {"11"}},
                                     .added = {{}, {"92", "93"}, {}},
                                     .paired = std::nullopt}});

    EXPECT_EQ(shown("ADD_INSTALLED_ITEM", parameters, both),
              (lines{"GET_PAIRING_STATUS_FOR_CARD",
                     "if unpaired: CREATE_PAIRING 01+91",
                     "if unpaired: CREATE_PAIRING 01+92",
                     "if unpaired: CREATE_PAIRING 01+93",
                     "if paired: ADD_TO_EXISTING_PAIRING -+92",
                     "if paired: ADD_TO_EXISTING_PAIRING -+93"}));
}

TEST(one_by_one, the_same_request_gives_the_same_commands_each_time) {
    const auto parameters = asking({{.distributor = "D", .has = {{"01", "02"}, {"91", "92"}, {"11"}}}});
    const auto first = plan("BECOME_SUBSCRIBER", parameters, both);
    const auto second = plan("BECOME_SUBSCRIBER", parameters, both);

    const auto commands = written_out(std::get<command_list>(first));
    EXPECT_EQ(commands, written_out(std::get<command_list>(second)));
    EXPECT_EQ(commands.size(), 6U);
}

TEST(one_by_one, too_many_pairs_are_refused_and_not_written_out) {
    limits site = both;
    site.clients_per_pairing = 100'000;
    value::list cards;
    value::list boxes;
    for (int n = 0; n < 20'000; ++n) {
        cards.push_back(value::object{{"smartcard_ca_id", std::to_string(100'000 + n)}});
        boxes.push_back(value::object{{"stb_ca_id", std::to_string(200'000 + n)}});
    }
    const value parameters = value::object{{"smartcards", cards}, {"stbs", boxes}};

    const auto result = plan("CREATE_PAIRING", parameters, site);

    const auto* no = std::get_if<refusal>(&result);
    ASSERT_NE(no, nullptr);
    EXPECT_EQ(no->code, "VALIDATION_ERROR");
    EXPECT_EQ(
        describe(no->all, no->more),
        "The action CREATE_PAIRING needs 400000000 commands, one for each pair of smartcard and STB, and a "
        "request may have at most 10000.");
}

} // namespace
} // namespace contego::test
