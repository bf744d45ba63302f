#include "http/retry_after.hpp"

#include <gtest/gtest.h>

namespace contego::http {
namespace {

using std::chrono::seconds;

// Sun, 06 Nov 1994 08:49:37 GMT, the example of the HTTP standard, is 30 s after this.
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

TEST(retry_after, is_nothing_for_any_other_text) {
    for (const auto* text :
         {"", "-1", "1.5", "soon", "12 s", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1"})
        EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

} // namespace
} // namespace contego::http
