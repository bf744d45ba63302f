#include <contego/parameter.hpp>

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace contego {
namespace {

std::vector<std::string_view> mandatory_of(command_type type) {
    std::vector<std::string_view> names;
    for (const auto& p : parameters_of(type))
        if (p.mandatory) names.push_back(p.name);
    return names;
}

using list = std::vector<std::string_view>;

TEST(parameter, each_command_has_its_mandatory_parameters) {
    EXPECT_EQ(mandatory_of(command_type::add_subscriptions), (list{"service_ca_id", "smartcard_ca_id"}));
    EXPECT_EQ(mandatory_of(command_type::cancel_subscriptions), (list{"service_ca_id", "smartcard_ca_id"}));
    EXPECT_EQ(mandatory_of(command_type::create_pairing), (list{"smartcards", "stbs"}));
    EXPECT_EQ(mandatory_of(command_type::add_to_existing_pairing), (list{"smartcard_ca_id"}));
    EXPECT_EQ(mandatory_of(command_type::get_active_subscriptions), (list{"smartcard_ca_id"}));
    EXPECT_EQ(mandatory_of(command_type::get_pairing_status_for_card), (list{"smartcard_ca_id"}));
    EXPECT_EQ(mandatory_of(command_type::get_pairing_status_for_pairing_module), (list{"stb_ca_id"}));
    EXPECT_EQ(mandatory_of(command_type::send_mail_message_to_client), (list{"smartcard_ca_id", "message"}));
    EXPECT_EQ(mandatory_of(command_type::send_bark_message_to_client), (list{"smartcard_ca_id", "message"}));
    EXPECT_EQ(mandatory_of(command_type::send_repeating_bark_message_to_client),
              (list{"smartcard_ca_id", "message", "repetition_count", "repetition_interval"}));
    EXPECT_EQ(mandatory_of(command_type::display_fingerprint),
              (list{"smartcard_ca_id", "position_x", "position_y", "height", "fingerprint_slot"}));
    EXPECT_EQ(mandatory_of(command_type::update_ca_pin_to_default_value), (list{"smartcard_ca_id"}));
    EXPECT_EQ(mandatory_of(command_type::update_ca_pin_to_given_value), (list{"smartcard_ca_id", "new_pin"}));
}

TEST(parameter, no_command_has_two_parameters_of_one_name) {
    for (const auto type : command_types) {
        std::set<std::string_view> names;
        for (const auto& p : parameters_of(type))
            EXPECT_TRUE(names.insert(p.name).second) << name_of(type) << ' ' << p.name;
    }
}

TEST(parameter, one_name_is_of_one_kind_in_every_command) {
    std::map<std::string_view, parameter_kind> kinds;
    for (const auto type : command_types)
        for (const auto& p : parameters_of(type))
            EXPECT_EQ(kinds.emplace(p.name, p.kind).first->second, p.kind) << name_of(type) << ' ' << p.name;
}

} // namespace
} // namespace contego
