#include "http/retry_after.hpp"

#include <gtest/gtest.h>

namespace contego::http {
namespace {

using std::chrono::seconds;

// This is 30 s before the example of the HTTP standard, Sun, 06 Nov 1994 08:49:37 GMT.
const auto now = std::chrono::system_clock::time_point(seconds(784'111'747));

TEST(retry_after, takes_seconds) {
    EXPECT_EQ(parse_retry_after("120", now), seconds(120));
    EXPECT_EQ(parse_retry_after("0", now), seconds(0));
}

TEST(retry_after, counts_all_three_forms_of_a_date_from_now) {
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), seconds(30));
    EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", now), seconds(30));
    EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:37 1994", now), seconds(30));
}

TEST(retry_after, is_zero_for_a_date_that_has_passed) {
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), seconds(0));
}

TEST(retry_after, is_never_more_than_a_year) {
    EXPECT_EQ(parse_retry_after("99999999999999999999", now), std::chrono::days(365));
    EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), std::chrono::days(365));
}

TEST(retry_after, accepts_every_number_and_every_date) {
    const auto far = std::chrono::system_clock::time_point(seconds(9'000'000'000));
    for (const auto* text : {"1000000000000",
                             "999999999",
                             "1000000000",
                             "2147483648",
                             "9223372036854775807",
                             "18446744073709551616",
                             "00000000000000000000000000000012",
                             "Fri, 31 Dec 9999 23:59:59 GMT",
                             "Sat, 01 Jan 0000 00:00:00 GMT",
                             "Thu, 01 Jan 1970 00:00:00 GMT",
                             "Tue, 19 Jan 2038 03:14:08 GMT",
                             "Sun, 31 Feb 2027 00:00:00 GMT",
                             "Sunday, 06-Nov-99 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 9999"})
        for (const auto at : {std::chrono::system_clock::time_point{}, now, far}) {
            const auto wait = parse_retry_after(text, at);

            ASSERT_TRUE(wait.has_value()) << text;
            EXPECT_GE(*wait, seconds(0)) << text;
            EXPECT_LE(*wait, std::chrono::days(365)) << text;
        }
}

TEST(retry_after, is_nothing_for_malformed_numbers_and_dates) {
    for (const auto& text : {std::string("-9223372036854775808"),
                             std::string("+1"),
                             std::string("1e9"),
                             std::string("0x10"),
                             std::string("1,000"),
                             std::string("Fri, 31 Dec 99999 23:59:59 GMT"),
                             std::string("Fri, 31 Dec -999 23:59:59 GMT"),
                             std::string("Fri, 32 Dec 2027 23:59:59 GMT"),
                             std::string("Fri, 31 Dez 2027 23:59:59 GMT"),
                             std::string("Fri, 31 Dec 2027 25:59:59 GMT"),
                             std::string("1\0", 2),
                             std::string(100'000, 'x'),
                             std::string(100'000, ' ') + "GMT"})
        EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text.substr(0, 50);
}

TEST(retry_after, is_nothing_for_any_other_text) {
    for (const auto* text :
         {"", "-1", "1.5", "soon", "12 s", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1"})
        EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

} // namespace
} // namespace contego::http
