#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// How much of a text of the CAS leaves the room.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::soap_1_1;

reply read(const exchange& e, command_type type = command_type::add_subscriptions) {
    return compiled(binding_text()).interpret(full_command(type), {1}, e).answer;
}

TEST(disclose, codes_are_kept_to_two_hundred_characters_and_messages_to_four_thousand) {
    const std::string huge(std::size_t{1} << 20U, 'x');
    const auto r = read(
        answered(soap_1_1("<Status>" + huge + "</Status><Text>" + huge + "</Text><Ref>" + huge + "</Ref>")));

    const auto code = std::string(197, 'x') + "...";
    EXPECT_EQ(r.outcome, outcome::hold);
    EXPECT_EQ(r.status_code, code);
    EXPECT_EQ(r.error_code, code);
    EXPECT_EQ(r.reference_number, code);
    EXPECT_EQ(r.message, std::string(3997, 'x') + "...");
    EXPECT_EQ(r.error_description.size(), 4000U);
}

TEST(disclose, texts_of_a_fault_and_of_the_transport_are_kept_to_the_same_length) {
    const std::string huge(std::size_t{1} << 20U, 'x');
    const auto fault =
        read(answered(soap_1_1("<e:Fault><faultcode>e:" + huge + "." + huge + "</faultcode><faultstring>" +
                               huge + "</faultstring><detail>" + huge + "</detail></e:Fault>"),
                      500));
    exchange lost;
    lost.state = exchange_state::sent_no_answer;
    lost.error = transport_error::closed;
    lost.detail = huge;

    EXPECT_EQ(fault.error_code, "SOAP_FAULT:" + std::string(186, 'x') + "...");
    EXPECT_EQ(fault.message.size(), 4000U);
    EXPECT_EQ(fault.error_description.size(), 4000U);
    EXPECT_EQ(read(lost).error_description.size(), 4000U);
}

TEST(disclose, cuts_between_characters_and_only_longer_texts) {
    const auto message = [](int count, const std::string& character) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += character;
        return text;
    };
    const auto read_message = [&](int count, const std::string& character) {
        return read(answered(soap_1_1("<Status>BUSY</Status><Text>" + message(count, character) + "</Text>")))
            .message;
    };

    for (const std::string character : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x93\xBA"}) {
        EXPECT_EQ(read_message(4000, character), message(4000, character));
        EXPECT_EQ(read_message(4001, character), message(3997, character) + "...");
    }
}

TEST(disclose, masks_before_it_cuts) {
    for (int before = 3990; before < 4002; ++before) {
        const auto text = std::string(static_cast<std::size_t>(before) - 1, 'x') + " 4711 refused";
        const auto r = read(answered(soap_1_1("<Status>NO_SUCH_CARD</Status><Text>" + text + "</Text>")),
                            command_type::update_ca_pin_to_given_value);

        EXPECT_THAT(r.error_description, testing::Not(testing::ContainsRegex("[0-9]"))) << before;
    }
}

} // namespace
} // namespace contego
