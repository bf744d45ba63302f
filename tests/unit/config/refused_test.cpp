#include "config/load_binding.hpp"
#include "config/read_configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

// Mistakes that a person makes in the configuration or in its environment variables are refused.
namespace contego::daemon {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> refused(std::string_view text, const environment& variables = {}) {
    return read_configuration(text, "/etc/contegod", variables).mistakes;
}

std::string with_database(const std::string& members) {
    return R"({"database": {)" + members +
           R"(}, "providers": {"default": {"endpoint": "https://cas.example"}}})";
}

std::string with_providers(const std::string& members) {
    return R"({"database": {"connection": "dbname=x"}, "providers": {)" + members + "}}";
}

std::string with_admin(const std::string& address) {
    return R"({"database": {"connection": "dbname=x"}, "providers": {"default": {"endpoint": "https://c"}},
               "admin": {"address": ")" +
           address + "\"}}";
}

TEST(refused, is_a_key_that_stands_twice_with_its_line) {
    constexpr const char* what = "a key appears twice in the same object";
    for (const auto& [text, line] :
         {std::pair{R"({"name": "a", "name": "b"})", "line 1: "},
          std::pair{"{\n\"name\": \"a\",\n\"log\": {},\n\"name\":\n\"b\"}", "line 4: "},
          std::pair{"{\"database\": {\n\"lease_ms\": 1,\n\"lease_ms\": 1}}", "line 3: "},
          std::pair{"{\"providers\": {\"a\": {},\n\n\"a\": {}}}", "line 3: "},
          std::pair{"{// name\n\"name\": \"a\", /* \n */ \"name\": 1}", "line 3: "}})
        EXPECT_THAT(refused(text), ElementsAre(HasSubstr(line + std::string(what)))) << text;
    EXPECT_THAT(refused(with_providers(R"("a": {"endpoint": "https://x"}, "b": {"endpoint": "https://x"})")),
                ElementsAre());
}

TEST(refused, is_text_behind_a_nul) {
    const auto good = with_database(R"("connection": "dbname=x")");
    for (const auto& text : {good + '\0', good + '\0' + "{", std::string(1, '\0') + good})
        EXPECT_THAT(refused(text), ElementsAre(HasSubstr("line 1: the text contains a NUL byte")))
            << text.size();
    EXPECT_THAT(refused(with_database(R"("connection": "dbname=x\u0000y")")),
                Contains(HasSubstr("database.connection: must not contain a NUL character")));
}

TEST(refused, is_a_password_in_a_connection) {
    for (const std::string connection : {"host=db password=Hush-4711",
                                         "password='Hush-4711' dbname=x",
                                         "postgresql://u:Hush-4711@db/crm",
                                         "postgresql://db/crm?password=Hush-4711"})
        for (const std::string key : {"connection", "listen_connection"}) {
            const auto other = key == "connection" ? "" : R"("connection": "dbname=x", )";
            const auto all = refused(with_database(other + ('"' + key) + "\": \"" + connection + '"'));

            EXPECT_THAT(all,
                        ElementsAre(AllOf(HasSubstr("database." + key + ": must not hold a password"),
                                          HasSubstr("database.password_file"),
                                          Not(HasSubstr("Hush")))))
                << connection;
        }
    EXPECT_THAT(refused(with_database(R"("connection": "dbname=x password=")")), ElementsAre());
}

TEST(refused, is_a_misspelt_variable) {
    const auto good = with_database(R"("connection": "dbname=x")");
    for (const auto& [name, near] : {
             std::pair{"CONTEGOD_DATABASE_CONECTION", "CONTEGOD_DATABASE_CONNECTION"},
             std::pair{"CONTEGOD_DATABASE_LEASE", "CONTEGOD_DATABASE_LEASE_MS"},
             std::pair{"CONTEGOD_PROVIDERS_DEFAULT_INFLIGHT", "CONTEGOD_PROVIDERS_DEFAULT_IN_FLIGHT"},
             std::pair{"CONTEGOD_PROVIDER_DEFAULT_ENDPOINT", "CONTEGOD_PROVIDERS_DEFAULT_ENDPOINT"},
             std::pair{"CONTEGOD_LOGLEVEL", "CONTEGOD_LOG_LEVEL"},
         })
        EXPECT_THAT(refused(good, {{name, "Hush-4711"}}),
                    ElementsAre(std::string(name) +
                                ": no key of the configuration has this environment variable\n"
                                "HINT: did you mean " +
                                near + "?"));
}

/// Variables that a container platform sets for a service named contegod.
TEST(refused, is_no_variable_of_somebody_else) {
    for (const auto* name : {"CONTEGOD_PORT",
                             "CONTEGOD_PORT_9464_TCP",
                             "CONTEGOD_PORT_9464_TCP_ADDR",
                             "CONTEGOD_PORT_9464_TCP_PORT",
                             "CONTEGOD_PORT_9464_TCP_PROTO",
                             "CONTEGOD_SERVICE_HOST",
                             "CONTEGOD_SERVICE_PORT",
                             "CONTEGOD_SERVICE_PORT_ADMIN",
                             "CONTEGOD_SOMETHING_ELSE_ALTOGETHER"})
        EXPECT_THAT(refused(with_database(R"("connection": "dbname=x")"), {{name, "1"}}), ElementsAre())
            << name;
}

TEST(refused, are_names_of_providers_that_share_their_variables) {
    for (const auto& [one, other] :
         {std::pair{"cas", "CAS"}, std::pair{"Cas", "cAS"}, std::pair{"a-b", "a_b"}, std::pair{"a.b", "A-B"}})
        EXPECT_THAT(refused(with_providers('"' + std::string(one) + R"(": {"endpoint": "https://x"}, ")" +
                                           other + R"(": {"endpoint": "https://y"})")),
                    ElementsAre(HasSubstr("have the same environment variables")))
            << one;
}

TEST(refused, is_a_name_of_a_provider_with_a_control_character) {
    for (const std::string name :
         {"a\\nb", "a\\u001b[31m", "\\u0000", "\\u007f", "\\u0085", "a\\tb", "\\u009b"})
        EXPECT_THAT(refused(with_providers('"' + name + R"(": {"endpoint": "https://x"})")),
                    ElementsAre("providers: a provider's name has no control characters"))
            << name;
    EXPECT_THAT(refused(with_providers(R"("Nörd\u00a0Süd": {"endpoint": "https://x"})")), ElementsAre());
}

TEST(refused, is_an_admin_address_that_is_no_ip_address) {
    for (const auto* address :
         {"localhost", "", "127.0.0.1:9464", "127.1", "[::1]", "0.0.0.0/0", "::1\\u0000"})
        EXPECT_THAT(refused(with_admin(address)),
                    ElementsAre(HasSubstr("admin.address: must be an IP address")))
            << address;
    for (const auto* address : {"127.0.0.1", "0.0.0.0", "::1", "::"})
        EXPECT_THAT(refused(with_admin(address)), ElementsAre()) << address;
}

class refused_file : public ::testing::Test {
protected:
    refused_file() {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_ / "directory");
        ::mkfifo((folder_ / "fifo").c_str(), 0600);
        std::ofstream(folder_ / "large") << std::string((16U << 20U) + 1, 'x');
        std::ofstream(folder_ / "good") << "secret\n";
        std::filesystem::create_symlink("good", folder_ / "link");
    }

    std::vector<std::string> reading(const std::string& members) {
        return read_configuration(
                   with_providers(R"("a": {"endpoint": "https://x", )" + members + "}"), folder_, {})
            .mistakes;
    }

    const std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) / "refused";
    const std::vector<std::pair<std::string, std::string>> wrong_{
        {"directory", "must be a regular file"},
        {"fifo", "must be a regular file"},
        {"/dev/zero", "must be a regular file"},
        {"/dev/null", "must be a regular file"},
        {"large", "must not be larger than 16 MiB"}};
};

TEST_F(refused_file, is_one_that_never_ends_or_is_no_file) {
    for (const auto& [file, why] : wrong_) {
        EXPECT_THAT(reading("\"password_file\": \"" + file + '"'),
                    ElementsAre(AllOf(HasSubstr("providers.a.password_file: "), HasSubstr(why))))
            << file;
        for (const std::string key : {"ca_file", "certificate_file", "key_file"})
            EXPECT_THAT(reading("\"tls\": {\"" + key + "\": \"" + file + "\"}"),
                        ElementsAre(AllOf(HasSubstr("providers.a.tls." + key + ": "), HasSubstr(why))))
                << file;
        const auto loaded = load_binding(folder_ / file);
        ASSERT_TRUE(std::holds_alternative<std::vector<std::string>>(loaded)) << file;
        EXPECT_THAT(std::get<1>(loaded), ElementsAre(HasSubstr(why)));
        EXPECT_THAT(read_configuration_file(folder_ / file, {}).mistakes, ElementsAre(HasSubstr(why)));
    }
}

TEST_F(refused_file, is_not_one_that_is_linked_to) {
    for (const auto* file : {"good", "link"})
        EXPECT_THAT(reading(std::string("\"password_file\": \"") + file + '"'), ElementsAre());
}

} // namespace
} // namespace contego::daemon
