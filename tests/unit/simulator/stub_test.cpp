#include "simulator/stub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace contego::simulator {
namespace {

using testing::HasSubstr;

std::string reference_in(std::string_view bytes) {
    constexpr std::string_view mark = "<ct:ReferenceNumber>";
    return std::string(bytes.substr(bytes.find(mark) + mark.size(), 36));
}

TEST(stub, every_path_is_answered_with_ok) {
    stub s(1);

    for (const auto& a : areas()) {
        const std::string bytes(s.answer(a.path));
        EXPECT_THAT(bytes, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
        EXPECT_THAT(bytes, HasSubstr("<ct:StatusCode>OK</ct:StatusCode>"));
        EXPECT_THAT(bytes, HasSubstr(a.xml_namespace));
    }
}

TEST(stub, the_path_of_the_pairings_reports_no_pairing) {
    stub s(1);

    EXPECT_THAT(std::string(s.answer("/ca-server/webservices/caclient/pairing")),
                HasSubstr("<ct:Paired>false</ct:Paired>"));
}

TEST(stub, no_two_references_are_the_same_on_one_connection_or_on_two) {
    stub one(1);
    stub two(2);
    std::set<std::string> references;

    for (int n = 0; n < 300; ++n) {
        references.insert(reference_in(one.answer("/a")));
        references.insert(reference_in(two.answer("/a")));
    }

    EXPECT_EQ(references.size(), 600U);
}

} // namespace
} // namespace contego::simulator
