#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The reply and the stored text come from one decoded body. Here they need different parts of it, or another
// treatment.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::soap_1_1;

constexpr auto without_secret = command_type::add_subscriptions;
constexpr auto with_secret = command_type::update_ca_pin_to_given_value;

interpretation interpreted(const exchange& e, command_type type = without_secret) {
    return compiled(binding_text()).interpret(full_command(type), {1}, e);
}

TEST(interpret, reads_the_whole_of_a_body_that_is_stored_in_part) {
    constexpr std::size_t mebibyte = 1U << 20U;
    for (const auto size : {mebibyte + 1, 3 * mebibyte}) {
        const auto body =
            soap_1_1("<Text>" + std::string(size, 'x') + "</Text><Status>OK</Status><Ref>at the end</Ref>");

        const auto [answer, storable] = interpreted(answered(body));
        EXPECT_EQ(answer.outcome, outcome::success) << size;
        EXPECT_EQ(answer.reference_number, "at the end") << size;
        EXPECT_EQ(storable, body.substr(0, mebibyte)) << size;
    }
}

TEST(interpret, reads_the_whole_of_a_body_that_is_too_long_to_be_searched_for_a_secret) {
    for (const std::size_t size : {70'000U, 200'000U}) {
        const auto [answer, storable] =
            interpreted(answered(soap_1_1("<Text>" + std::string(size, 'x') +
                                          "</Text><Status>OK</Status><Ref>at the end</Ref>")),
                        with_secret);

        EXPECT_EQ(answer.outcome, outcome::success) << size;
        EXPECT_EQ(answer.reference_number, "at the end") << size;
        EXPECT_THAT(storable, testing::StartsWith("**** (answer withheld")) << size;
    }
}

TEST(interpret, refuses_wrong_bytes_and_stores_what_stands_around_them) {
    for (const auto type : {without_secret, with_secret}) {
        const auto [answer, storable] =
            interpreted(answered(soap_1_1("<Status>OK</Status><Text>caf\xE9</Text>")), type);

        EXPECT_EQ(answer.outcome, outcome::hold);
        EXPECT_EQ(answer.error_code, "UNREADABLE_ANSWER");
        EXPECT_EQ(storable, soap_1_1("<Status>OK</Status><Text>caf\xEF\xBF\xBD</Text>"));
    }
}

TEST(interpret, believes_the_declaration_in_both_if_the_content_type_is_wrong) {
    const auto [answer, storable] =
        interpreted(answered("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" +
                                 soap_1_1("<Status>OK</Status><Text>caf\xE9</Text>"),
                             200,
                             "text/xml; charset=utf-8"));

    EXPECT_EQ(answer.message, "caf\xC3\xA9");
    EXPECT_THAT(storable, testing::HasSubstr("<Text>caf\xC3\xA9</Text>"));
}

TEST(interpret, reads_the_root_part_and_stores_every_part) {
    const std::string body = "--b\r\nContent-Type: text/xml; charset=iso-8859-1\r\n\r\n" +
                             soap_1_1("<Status>OK</Status><Text>caf\xE9</Text>") +
                             "\r\n--b\r\n\r\nanother part\r\n--b--\r\n";

    const auto [answer, storable] = interpreted(answered(body, 200, "multipart/related; boundary=b"));
    EXPECT_EQ(answer.outcome, outcome::success);
    EXPECT_EQ(answer.message, "caf\xC3\xA9");
    EXPECT_THAT(storable, testing::HasSubstr("<Text>caf\xEF\xBF\xBD</Text>"));
    EXPECT_THAT(storable, testing::HasSubstr("another part"));
}

} // namespace
} // namespace contego
