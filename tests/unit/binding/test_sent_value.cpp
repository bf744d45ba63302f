#include "sample.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace contego {
namespace {

using samples::binding_text;
using samples::body_of;
using samples::compiled;
using samples::full_command;
using samples::replaced;

struct sent_case {
    std::string_view name;
    sending when;
    std::string_view expected;
};

std::ostream& operator<<(std::ostream& out, const sent_case& c) {
    return out << c.name << " of request " << c.when.request_id;
}

sending of(std::int64_t request, int sequence, bool outside_plan = false) {
    return {.request_id = request, .sequence = sequence, .outside_plan = outside_plan};
}

sending with_bytes(std::uint8_t byte) {
    sending s;
    s.random.fill(byte);
    return s;
}

sending at(std::int64_t seconds) {
    sending s;
    s.now =
        std::chrono::system_clock::time_point(std::chrono::seconds(seconds)) + std::chrono::milliseconds(999);
    return s;
}

class sent_value : public testing::TestWithParam<sent_case> {};

TEST_P(sent_value, stands_in_a_text_and_in_an_attribute) {
    const auto& [name, when, expected] = GetParam();
    const auto placeholder = "{" + std::string(name) + "}";
    const auto text = replaced(binding_text(),
                               "<t:Id>{request.id}</t:Id>",
                               "<t:Id of=\"" + placeholder + "\">" + placeholder + "</t:Id>");

    const auto [wire, masked] = compiled(text).prepare(full_command(command_type::add_subscriptions), when);

    const auto value = std::string(expected);
    EXPECT_NE(wire.body.find("<t:Id of=\"" + value + "\">" + value + "</t:Id>"), std::string::npos)
        << body_of(wire.body);
    EXPECT_EQ(masked, wire.body);
}

constexpr auto last = std::numeric_limits<std::int64_t>::max();

INSTANTIATE_TEST_SUITE_P(
    values,
    sent_value,
    testing::Values(sent_case{"request.id", of(42, 3), "42"},
                    sent_case{"command.id", of(42, 1), "4200001"},
                    sent_case{"command.id", of(42, 10'000), "4210000"},
                    sent_case{"command.id", of(42, 1, true), "4250001"},
                    sent_case{"command.id", of(last, 10'000, true), "922337203685477580760000"},
                    sent_case{"message.id", with_bytes(0), "00000000-0000-4000-8000-000000000000"},
                    sent_case{"message.id", with_bytes(0xFF), "ffffffff-ffff-4fff-bfff-ffffffffffff"},
                    sent_case{"message.id", with_bytes(0x5A), "5a5a5a5a-5a5a-4a5a-9a5a-5a5a5a5a5a5a"},
                    sent_case{"message.number", with_bytes(0), "0"},
                    sent_case{"message.number", with_bytes(0xFF), "9223372036854775807"},
                    sent_case{"now", at(0), "1970-01-01T00:00:00Z"},
                    sent_case{"now", at(1'772'323'199), "2026-02-28T23:59:59Z"},
                    sent_case{"now", at(1'709'164'800), "2024-02-29T00:00:00Z"}));

} // namespace
} // namespace contego
