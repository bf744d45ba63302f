#include "support/scripted_server.hpp"
#include "unit/binding/sample.hpp"
#include "unit/conformance/conformance.hpp"
#include "unit/http/client_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>

// Every answer of the table comes from a real server, byte for byte, over a real connection. It is read by
// the endpoint client and interpreted by a binding, for a repeat-safe command and for another one.

namespace contego::conformance {

std::string
http(std::string_view body, std::string_view status, std::string_view content_type, std::string_view more) {
    return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(content_type) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(more) + "\r\n" +
           std::string(body);
}

std::string status(std::string_view status) {
    return samples::soap_1_1("<r:A xmlns:r=\"urn:r\"><r:Status>" + std::string(status) + "</r:Status></r:A>");
}

namespace {

std::vector<conformance_case> table() {
    std::vector<conformance_case> all;
    for (auto group : {faults, envelopes, statuses, character_sets, framing})
        std::ranges::move(group(), std::back_inserter(all));
    return all;
}

test::script script_of(const conformance_case& c) {
    test::script all{test::read_request()};
    if (!c.bytes.empty()) all.push_back(test::write(c.bytes));
    all.push_back(c.then == ending::keeps    ? test::repeat()
                  : c.then == ending::closes ? test::close()
                                             : test::reset());
    return all;
}

class conformance : public testing::TestWithParam<conformance_case> {
protected:
    /// Sends one command on a connection of its own, as commands are sent that are not repeat-safe.
    reply answer_for(command_type type) {
        static const auto wire = samples::compiled(samples::binding_text());
        test::scripted_server server({script_of(GetParam())});
        http::client_fixture client(server);
        const auto x = client.send();
        return wire.interpret(samples::bare(type), {1}, x).answer;
    }
};

TEST_P(conformance, an_answer_means_what_the_standard_says) {
    const auto& expected = GetParam().expected;

    const auto safe = answer_for(command_type::add_subscriptions);
    const auto unsafe = answer_for(command_type::send_bark_message_to_client);

    EXPECT_EQ(safe.outcome, expected.safe) << GetParam().source << ": " << safe.error_description;
    EXPECT_EQ(safe.error_code, expected.safe_code) << GetParam().source << ": " << safe.error_description;
    EXPECT_EQ(unsafe.outcome, expected.unsafe) << GetParam().source << ": " << unsafe.error_description;
    EXPECT_EQ(unsafe.error_code, expected.unsafe_code)
        << GetParam().source << ": " << unsafe.error_description;
}

class kept_connection : public testing::TestWithParam<conformance_case> {};

TEST_P(kept_connection, is_used_again_only_if_nothing_was_odd) {
    test::scripted_server server({script_of(GetParam())});
    http::client_fixture client(server);

    static_cast<void>(client.send());
    static_cast<void>(client.send());

    EXPECT_EQ(server.record().connections, GetParam().reused ? 1U : 2U);
}

TEST(conformance_table, has_two_hundred_cases_and_a_source_for_each) {
    std::set<std::string> names;
    for (const auto& c : table()) {
        EXPECT_NE(c.source, "") << c.name;
        EXPECT_TRUE(names.insert(c.name).second) << c.name << " twice";
    }
    EXPECT_GE(names.size(), 200U);
}

std::vector<conformance_case> kept() {
    auto all = table();
    std::erase_if(all, [](const auto& c) { return c.then != ending::keeps; });
    return all;
}

const auto named = [](const auto& c) { return c.param.name; };

INSTANTIATE_TEST_SUITE_P(of_answers, conformance, testing::ValuesIn(table()), named);
INSTANTIATE_TEST_SUITE_P(after, kept_connection, testing::ValuesIn(kept()), named);

} // namespace
} // namespace contego::conformance
