#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::replaced;
using samples::status_answer;

reply read(command_type type, std::string_view data, const std::string& text = binding_text()) {
    return compiled(text).interpret(samples::bare(type), {1}, status_answer("OK", data)).answer;
}

TEST(read_data, a_list_becomes_objects) {
    const auto r = read(command_type::get_active_subscriptions,
                        "<r:Subscription><r:Service>0011</r:Service><r:Days>30</r:Days></r:Subscription>"
                        "<r:Subscription><r:Service>12</r:Service></r:Subscription>");

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.result,
              value(value::object{
                  {"subscriptions",
                   value::list{value::object{{"service_ca_id", "0011"}, {"days", 30}},
                               value::object{{"service_ca_id", "12"}}}},
              }));
}

TEST(read_data, an_empty_list_is_present_and_empty) {
    EXPECT_EQ(read(command_type::get_active_subscriptions, "").result,
              value(value::object{{"subscriptions", value::list{}}}));
}

TEST(read_data, an_invalid_number_makes_the_answer_unreadable) {
    for (const auto* days : {"soon", "", "3.5", "99999999999999999999"}) {
        const auto r = read(command_type::get_active_subscriptions,
                            "<Subscription><Days>" + std::string(days) + "</Days></Subscription>");

        EXPECT_EQ(r.outcome, outcome::hold) << days;
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER") << days;
        EXPECT_EQ(r.error_description,
                  "the answer's days is not a valid integer: '" + std::string(days) + "'");
        EXPECT_TRUE(r.result.is_null());
    }
}

TEST(read_data, an_unreadable_answer_keeps_status_message_and_reference) {
    const auto r = read(command_type::get_pairing_status_for_card, "");

    EXPECT_EQ(r.status_code, "OK");
    EXPECT_EQ(r.reference_number, "38a4254b");
}

TEST(read_data, the_pairing_status_is_read_in_all_forms_of_a_boolean) {
    for (const auto* text : {"true", "TRUE", "1", " true "})
        EXPECT_EQ(read(command_type::get_pairing_status_for_card,
                       "<Paired>" + std::string(text) + "</Paired><Box>01</Box><Box>02</Box>")
                      .result,
                  value(value::object{{"paired", true}, {"stbs", value::list{"01", "02"}}}));
    for (const auto* text : {"false", "False", "0"})
        EXPECT_EQ(
            read(command_type::get_pairing_status_for_card, "<Paired>" + std::string(text) + "</Paired>")
                .result,
            value(value::object{{"paired", false}, {"stbs", value::list{}}}));
}

TEST(read_data, an_answer_that_does_not_say_whether_a_card_is_paired_is_held) {
    for (const auto* data :
         {"",
          "<Paired>perhaps</Paired>",
          "<Paired/>",
          R"(<Paired xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>)"}) {
        const auto r = read(command_type::get_pairing_status_for_card, data);

        EXPECT_EQ(r.outcome, outcome::hold) << data;
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER") << data;
    }
}

TEST(read_data, an_xpath_may_compute_a_boolean) {
    EXPECT_EQ(read(command_type::get_pairing_status_for_pairing_module, "<Card>7</Card>").result,
              value(value::object{{"paired", true}, {"smartcards", value::list{"7"}}}));
    EXPECT_EQ(read(command_type::get_pairing_status_for_pairing_module, "").result,
              value(value::object{{"paired", false}, {"smartcards", value::list{}}}));
}

TEST(read_data, an_xpath_may_find_an_attribute) {
    const auto text = replaced(binding_text(), "at=\"//Box\"", "at=\"//Box/@id\"");

    EXPECT_EQ(
        read(command_type::get_pairing_status_for_card, "<Paired>1</Paired><Box id=\"01\"/>", text).result,
        value(value::object{{"paired", true}, {"stbs", value::list{"01"}}}));
}

TEST(read_data, an_element_that_is_nil_is_absent) {
    const auto r =
        read(command_type::get_active_subscriptions,
             "<Subscription><Service>1</Service>"
             "<Days xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/></Subscription>");

    EXPECT_EQ(r.result,
              value(value::object{{"subscriptions", value::list{value::object{{"service_ca_id", "1"}}}}}));
}

TEST(read_data, data_is_read_from_a_success_only) {
    const auto r = compiled(binding_text())
                       .interpret(samples::bare(command_type::get_pairing_status_for_card),
                                  {1},
                                  status_answer("BUSY", "<Paired>1</Paired>"))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::retry);
    EXPECT_TRUE(r.result.is_null());
}

TEST(read_data, a_list_that_is_too_long_is_unreadable_and_never_read_in_part) {
    const auto boxes = [](int count, std::string_view box) {
        std::string data = "<Paired>1</Paired>";
        for (int i = 0; i < count; ++i)
            data += box;
        return read(command_type::get_pairing_status_for_card, data);
    };

    EXPECT_EQ(boxes(9'999, "<Box>1</Box>").outcome, outcome::success);
    for (const auto& r :
         {boxes(10'000, "<Box>1</Box>"), boxes(3, "<Box>" + std::string(100'000, '7') + "</Box>")}) {
        EXPECT_EQ(r.outcome, outcome::hold);
        EXPECT_EQ(r.status_code, "OK");
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER");
        EXPECT_EQ(r.error_description, "the answer holds more data than 10000 values or 262144 bytes");
        EXPECT_TRUE(r.result.is_null());
    }
}

TEST(read_data, an_answer_that_is_only_a_part_is_held) {
    const auto read_page = [](std::string_view more, std::string_view at = "//More") {
        return read(command_type::get_active_subscriptions,
                    more,
                    replaced(binding_text(),
                             "<reply status=\"//Status\" message=\"//Text\" reference=\"//Ref\">\n<list "
                             "name=\"subscriptions\"",
                             "<reply more=\"" + std::string(at) +
                                 "\" status=\"//Status\" message=\"//Text\" reference=\"//Ref\">\n<list "
                                 "name=\"subscriptions\""));
    };

    for (const auto* more :
         {"<More>true</More>", "<More>1</More>", "<More>page-2</More>", "<More> 17 </More>"}) {
        const auto r = read_page(more);
        EXPECT_EQ(r.outcome, outcome::hold) << more;
        EXPECT_EQ(r.error_code, "INCOMPLETE_ANSWER") << more;
        EXPECT_TRUE(r.result.is_null()) << more;
    }
    for (const auto* more : {"", "<More/>", "<More>false</More>", "<More>0</More>", "<More>NO</More>"})
        EXPECT_EQ(read_page(more).outcome, outcome::success) << more;
    EXPECT_EQ(read_page("<Of>2</Of>", "//Of &gt; 1").error_code, "INCOMPLETE_ANSWER");
    EXPECT_EQ(read_page("<Of>1</Of>", "//Of &gt; 1").outcome, outcome::success);
}

} // namespace
} // namespace contego
