#include <contego/violation.hpp>

#include <gtest/gtest.h>

namespace contego {
namespace {

TEST(describe, nothing_wrong_is_no_text) {
    EXPECT_EQ(describe({}), "");
}

TEST(describe, a_violation_is_one_line) {
    EXPECT_EQ(describe({{"smartcard_ca_id", "7", "must be text"}}), "smartcard_ca_id: must be text (was 7)");
}

TEST(describe, violations_stay_in_their_order_a_line_each) {
    EXPECT_EQ(describe({{"b", "nothing", "is mandatory"}, {"a", "1", "is not known here"}}),
              "b: is mandatory (was nothing)\na: is not known here (was 1)");
}

} // namespace
} // namespace contego
