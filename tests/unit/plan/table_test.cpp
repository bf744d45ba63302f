#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

// Values for which the binding of the site has no row.
namespace contego::test {
namespace {

limits with(command_type type, std::string list, std::string parameter, std::set<std::string> values) {
    limits site;
    site.choices.push_back({.type = type,
                            .list = std::move(list),
                            .parameter = std::move(parameter),
                            .table = "product",
                            .values = std::move(values)});
    return site;
}

const auto only_1111 = with(command_type::add_subscriptions, "", "service_ca_id", {"1111"});

TEST(table, a_value_with_a_row_is_planned) {
    const auto c = planned_command(
        "ADD_SUBSCRIPTIONS", document("{'smartcard_ca_id': '01', 'service_ca_id': '1111'}"), only_1111);

    EXPECT_EQ(text_at(c.parameters, "service_ca_id"), "1111");
}

TEST(table, a_value_without_a_row_is_a_violation) {
    EXPECT_EQ(
        faults("ADD_SUBSCRIPTIONS", document("{'smartcard_ca_id': '01', 'service_ca_id': '9'}"), only_1111),
        std::vector<std::string>{
            "The format product of the binding has no row for the service_ca_id \"9\"."});
    EXPECT_EQ(planned_command("CANCEL_SUBSCRIPTIONS",
                              document("{'smartcard_ca_id': '01', 'service_ca_id': '9'}"),
                              only_1111)
                  .type,
              command_type::cancel_subscriptions)
        << "the table is that of another command";
}

TEST(table, covers_every_command_of_an_action_and_names_a_value_once) {
    const auto action = asking({{.has = {{"01", "02"}, {}, {"1111", "9", "8"}}, .paired = true}});

    EXPECT_EQ(faults("BECOME_SUBSCRIBER", action, only_1111),
              (std::vector<std::string>{
                  "The format product of the binding has no row for the service_ca_id \"8\".",
                  "The format product of the binding has no row for the service_ca_id \"9\"."}));
}

TEST(table, covers_the_items_of_a_list_and_integers) {
    const auto pairing = document("{'smartcards': [{'smartcard_ca_id': '01'}, {'smartcard_ca_id': '02'}], "
                                  "'stbs': [{'stb_ca_id': '9'}]}");
    const auto bark = document("{'smartcard_ca_id': '01', 'message': 'm', 'display_duration': 30}");

    EXPECT_EQ(faults("CREATE_PAIRING",
                     pairing,
                     with(command_type::create_pairing, "smartcards", "smartcard_ca_id", {"01"})),
              std::vector<std::string>{
                  "The format product of the binding has no row for the smartcard_ca_id \"02\"."});
    EXPECT_EQ(faults("SEND_BARK_MESSAGE_TO_CLIENT",
                     bark,
                     with(command_type::send_bark_message_to_client, "", "display_duration", {"20"})),
              std::vector<std::string>{
                  "The format product of the binding has no row for the display_duration \"30\"."});
}

} // namespace
} // namespace contego::test
