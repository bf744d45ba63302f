#include "unit/plan/asking.hpp"
#include <contego/parameter.hpp>

#include <gtest/gtest.h>

#include <algorithm>

// Parameters for which the binding of the site has no place.
namespace contego::test {
namespace {

limits without(command_type type, std::string_view name) {
    const auto all = parameters_of(type);
    const auto at = std::ranges::find(all, name, &parameter::name) - all.begin();
    limits site;
    site.without_place.at(static_cast<std::size_t>(type)) = 1U << at;
    return site;
}

const value a_mail = document("{'smartcard_ca_id': '01', 'message': 'm'}");
const value a_later_mail =
    document("{'smartcard_ca_id': '01', 'message': 'm', 'start_indication': '2030-01-01T00:00:00Z'}");
constexpr auto mail = command_type::send_mail_message_to_client;

TEST(place, a_given_parameter_without_a_place_is_a_violation) {
    EXPECT_EQ(faults("SEND_MAIL_MESSAGE_TO_CLIENT", a_later_mail, without(mail, "start_indication")),
              std::vector<std::string>{"start_indication: must be absent, because the binding has no place "
                                       "for it (was \"2030-01-01T00:00:00Z\")"});
}

TEST(place, an_absent_parameter_needs_no_place) {
    const auto null = document("{'smartcard_ca_id': '01', 'message': 'm', 'start_indication': null}");

    for (const auto& parameters : {a_mail, null})
        EXPECT_FALSE(
            planned_command("SEND_MAIL_MESSAGE_TO_CLIENT", parameters, without(mail, "start_indication"))
                .parameters.contains("start_indication"));
    EXPECT_EQ(
        text_at(planned_command("SEND_MAIL_MESSAGE_TO_CLIENT", a_later_mail).parameters, "start_indication"),
        "2030-01-01T00:00:00Z");
}

TEST(place, the_default_of_a_duration_needs_no_place) {
    constexpr auto bark = command_type::send_bark_message_to_client;
    const auto site = without(bark, "display_duration");

    EXPECT_EQ(planned_command("SEND_BARK_MESSAGE_TO_CLIENT", a_mail, site).parameters.at("display_duration"),
              value(20));
    EXPECT_EQ(faults("SEND_BARK_MESSAGE_TO_CLIENT",
                     document("{'smartcard_ca_id': '01', 'message': 'm', 'display_duration': 20}"),
                     site),
              std::vector<std::string>{
                  "display_duration: must be absent, because the binding has no place for it (was 20)"});
}

TEST(place, an_action_that_needs_a_list_without_a_place_is_refused) {
    constexpr auto join = command_type::add_to_existing_pairing;
    const auto box_joins = asking({{.distributor = "D",
                                    .has = {{"01"}, {"91", "92"}, {"11"}},
                                    .added = {{}, {"92"}, {}},
                                    .paired = true}});

    EXPECT_EQ(
        faults("ADD_INSTALLED_ITEM", box_joins, without(join, "stbs")),
        std::vector<std::string>{"The binding has no place for stbs of ADD_TO_EXISTING_PAIRING, which the "
                                 "action ADD_INSTALLED_ITEM needs."});
    const auto result = plan("ADD_INSTALLED_ITEM", box_joins, without(join, "smartcards"));
    EXPECT_TRUE(std::holds_alternative<command_list>(result)) << "no smartcard is added";
}

} // namespace
} // namespace contego::test
