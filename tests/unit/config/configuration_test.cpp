#include "config/read_configuration.hpp"
#include "config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace contego::daemon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using mistakes = std::vector<std::string>;

const environment no_variables;

constexpr const char* smallest = R"({
    // where
    "database": {"connection": "host=/run/postgresql dbname=crm"},
    "providers": {"default": {"endpoint": "https://cas.example"}} /* that is all */
})";

configuration good(std::string_view text, const environment& variables = no_variables) {
    auto read = read_configuration(text, "/etc/contegod", variables);
    EXPECT_EQ(read.mistakes, mistakes{});
    return read.result;
}

mistakes wrong(std::string_view text, const environment& variables = no_variables) {
    return read_configuration(text, "/etc/contegod", variables).mistakes;
}

TEST(configuration, of_the_fewest_keys_has_the_documented_defaults) {
    const auto c = good(smallest);

    EXPECT_EQ(c.name, "contegod");
    EXPECT_EQ(c.database.lease, std::chrono::seconds(10));
    const auto& p = c.providers.at("default");
    EXPECT_TRUE(p.effective);
    EXPECT_EQ(p.line.provider, "default");
    EXPECT_EQ(p.line.in_flight, 64U);
    EXPECT_EQ(p.endpoint.connections, 64U);
    EXPECT_TRUE(p.endpoint.tls.verify);
    EXPECT_EQ(c.admin.address, "127.0.0.1");
    EXPECT_EQ(c.admin.port, 9464);
}

TEST(configuration, reports_all_mistakes_at_once) {
    const auto all = wrong(R"({
        "database": {"lease_ms": 1},
        "providers": {"default": {"in_flight": "many", "colour": "red", "retry": {"first_delay_ms": 5000, "longest_delay_ms": 10}}},
        "log": {"format": "xml"}, "extra": 1})");

    EXPECT_THAT(all, Contains(HasSubstr("database.connection: is required")));
    EXPECT_THAT(
        all, Contains(HasSubstr("database.lease_ms: must be a whole number from 3000 to 3600000 (was 1)")));
    EXPECT_THAT(all,
                Contains(HasSubstr(
                    "providers.default.in_flight: must be a whole number from 1 to 1000 (was \"many\")")));
    EXPECT_THAT(all, Contains(HasSubstr("providers.default.colour: unknown key")));
    EXPECT_THAT(all, Contains(HasSubstr("providers.default.endpoint: is required")));
    EXPECT_THAT(
        all,
        Contains(HasSubstr("providers.default.retry.longest_delay_ms: must not be below first_delay_ms")));
    EXPECT_THAT(all, Contains(HasSubstr("log.format: must be one of: text, json (was \"xml\")")));
    EXPECT_THAT(all, Contains(HasSubstr("extra: unknown key")));
}

TEST(configuration, that_is_no_json_says_where) {
    EXPECT_THAT(wrong("{\n \"database\": ,}"), Contains(HasSubstr("line 2")));
}

TEST(configuration, without_a_provider_is_wrong) {
    EXPECT_THAT(wrong(R"({"database": {"connection": "x"}})"), Contains(HasSubstr("providers: must be")));
}

TEST(configuration, is_overridden_by_the_environment) {
    const environment variables{{"CONTEGOD_PROVIDERS_DEFAULT_IN_FLIGHT", "3"},
                                {"CONTEGOD_DATABASE_CONNECTION", "host=other"}};

    const auto c = good(smallest, variables);

    EXPECT_EQ(c.providers.at("default").line.in_flight, 3U);
    EXPECT_EQ(c.database.connection, "host=other");
}

TEST(configuration, names_the_variable_that_is_wrong) {
    const environment variables{{"CONTEGOD_ADMIN_PORT", "high"}};

    EXPECT_THAT(wrong(smallest, variables), Contains(HasSubstr("CONTEGOD_ADMIN_PORT: must be")));
}

TEST(configuration, looks_for_files_beside_itself) {
    const auto c = good(R"({"database": {"connection": "x"},
        "providers": {"default": {"endpoint": "https://cas.example", "binding": "site.xml"}}})");

    EXPECT_EQ(c.providers.at("default").binding, "/etc/contegod/site.xml");
}

TEST(configuration, reports_a_secret_that_cannot_be_read) {
    EXPECT_THAT(wrong(R"({"database": {"connection": "x", "password_file": "none"},
                         "providers": {"default": {"endpoint": "https://cas.example"}}})"),
                Contains(HasSubstr("database.password_file: the file that this key names cannot be read")));
}

TEST(configuration, is_documented_as_the_program_says) {
    std::ifstream in(CONTEGO_SOURCE_DIR "/docs/configuration.md");
    std::ostringstream page;
    page << in.rdbuf();

    EXPECT_EQ(page.str(), describe_settings()) << "run: contegod check --keys > docs/configuration.md";
}

} // namespace
} // namespace contego::daemon
