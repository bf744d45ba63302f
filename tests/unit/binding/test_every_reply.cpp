#include "every_reply.hpp"
#include "sample.hpp"
#include "shipped.hpp"

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <set>

namespace contego {
namespace {

using samples::full_command;
using samples::reply_case;
using samples::shipped;
using samples::shipped_commands;
using rows = std::set<std::string>;

class every_reply : public testing::TestWithParam<reply_case> {};

TEST_P(every_reply, is_read_as_documented) {
    const auto& p = GetParam();

    const auto r = shipped().interpret(full_command(p.type), {1}, p.answer).answer;

    EXPECT_EQ(r.outcome, p.is);
    EXPECT_EQ(r.error_code, p.error_code);
    EXPECT_EQ(r.status_code, p.status_code);
    EXPECT_EQ(r.error_description.empty(), p.is == outcome::success) << r.error_description;
    EXPECT_EQ(r.result, p.is == outcome::success ? samples::data_of(p.type) : value());
}

INSTANTIATE_TEST_SUITE_P(default_binding,
                         every_reply,
                         testing::ValuesIn(samples::every_reply_case()),
                         [](const auto& p) {
                             return std::string(name_of(p.param.type)) + '_' + p.param.name;
                         });

class every_command : public testing::TestWithParam<command_type> {};

TEST_P(every_command, keeps_status_message_and_reference_of_the_cas) {
    for (const auto* status : {"OK", "CLIENT_NOT_FOUND", "NEVER_HEARD_OF"}) {
        const auto r =
            shipped()
                .interpret(full_command(GetParam()),
                           {1},
                           samples::answered(samples::soap_1_1(samples::answer_to(GetParam(), status))))
                .answer;

        EXPECT_EQ(r.reference_number, "38a4254b") << status;
        EXPECT_EQ(r.message, "said so") << status;
    }
}

INSTANTIATE_TEST_SUITE_P(default_binding,
                         every_command,
                         testing::ValuesIn(shipped_commands()),
                         [](const auto& p) { return std::string(name_of(p.param)); });

/// Returns `code=outcome` of the elements that are found.
rows rows_at(pugi::xml_node from, const char* path, const char* key) {
    rows all;
    for (const auto& found : from.select_nodes(path))
        all.insert(std::string(found.node().attribute(key).value()) + '=' +
                   found.node().attribute("is").value());
    return all;
}

rows written(const std::vector<samples::status_row>& table) {
    rows all;
    for (const auto& [code, is] : table)
        all.insert(std::string(code) + '=' + std::string(name_of(is)));
    return all;
}

TEST(default_binding, has_exactly_the_common_rows_of_the_table) {
    pugi::xml_document file;
    ASSERT_TRUE(file.load_string(samples::shipped_text().c_str()));

    EXPECT_EQ(rows_at(file, "/binding/outcomes/status", "code"), written(samples::common_statuses()));
    EXPECT_EQ(rows_at(file, "/binding/outcomes/fault", "code"), written(samples::fault_rows()));
    EXPECT_EQ(rows_at(file, "/binding/outcomes/http", "status"), written(samples::http_rows()));
    EXPECT_EQ(rows_at(file, "/binding/outcomes/transport", "error"), rows{});
}

TEST(default_binding, has_exactly_the_rows_of_the_table_for_each_command) {
    pugi::xml_document file;
    ASSERT_TRUE(file.load_string(samples::shipped_text().c_str()));
    for (const auto type : shipped_commands()) {
        rows expected;
        for (const auto& own : samples::own_statuses())
            if (own.type == type) expected.insert(std::string(own.code) + '=' + std::string(name_of(own.is)));
        const auto command = "/binding/command[@code='" + std::string(name_of(type)) + "']";

        EXPECT_EQ(rows_at(file, (command + "/reply/status").c_str(), "code"), expected) << name_of(type);
        EXPECT_EQ(rows_at(file,
                          (command + "/reply/*[not(self::status or self::value or self::list)]").c_str(),
                          "code"),
                  rows{})
            << name_of(type);
    }
}

} // namespace
} // namespace contego
