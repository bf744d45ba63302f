#include "config/read_configuration.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace contego::daemon {
namespace {

/// Each configuration below has this password in it, as text or as the number 47114711.
constexpr const char* planted_text = "Hush-4711";

constexpr const char* frame_begin = R"({"database": )";
constexpr const char* frame_end = R"(, "providers": {"default": {"endpoint": "https://cas.example"}}})";

const std::vector<std::string> of_the_database{
    // no JSON, near the password
    R"({"connection": "host=db password=Hush-4711)",
    R"({"connection": "host=db password=Hush-4711
        "})",
    R"({"connection": "host=db password='Hush-4711\x'"})",
    R"({"connection": host=db password=Hush-4711})",
    R"({"connection": 'password=Hush-4711'})",
    R"({"connection": "password=Hush-4711" "listen": true})",
    R"({"connection": "host=db", Hush-4711})",
    R"({"connection": "host=db", "x": 47114711e47114711})",
    "{\"connection\": \"password=Hush-4711 \xff\"}",
    "{\"connection\": \"password=Hush-4711 \t\"}",
    // of another kind
    R"({"connection": ["host=db password=Hush-4711"]})",
    R"({"connection": {"password": "Hush-4711"}})",
    R"({"connection": {"host=db password=Hush-4711": 1}})",
    R"({"connection": 47114711})",
    R"({"connection": "dbname=x", "listen_connection": 47114711})",
    R"({"connection": "dbname=x", "password_file": 47114711})",
    R"({"connection": "dbname=x", "password_file": ["Hush-4711"]})",
    R"("host=db password=Hush-4711")",
    R"(["host=db password=Hush-4711"])",
    // under another key, or under none
    R"({"connection": "dbname=x", "lease_ms": "host=db password=Hush-4711"})",
    R"({"connection": "dbname=x", "lease_ms": "Hush-4711"})",
    R"({"connection": "dbname=x", "listen": "Hush-4711"})",
    R"({"connection": "dbname=x", "listen": {"Hush-4711": 1}})",
    R"({"connection": "dbname=x", "password": "Hush-4711"})",
    R"({"host=db password=Hush-4711": "connection"})",
    // in the place of the file
    R"({"connection": "dbname=x", "password_file": "Hush-4711"})",
    // connection strings that libpq cannot read, or reads in another way than the person meant
    R"({"connection": "Hush-4711"})",
    R"({"connection": "host=db password=my Hush-4711"})",
    R"({"connection": "host=db password='Hush-4711"})",
    R"({"connection": "host=db Hush-4711=password"})",
    R"({"connection": "host=db password=a\"b Hush-4711 c\"d"})",
    R"({"connection": "postgresql://u:p%Hush-4711@db/crm"})",
    R"({"connection": "postgresql://u:p/Hush-4711@db/crm"})",
    R"({"connection": "postgresql://u:p@Hush-4711@db/crm"})",
    R"({"connection": "postgresql://db/crm?Hush-4711"})",
    R"({"connection": "postgresql://db/crm?password=Hush-4711=x"})",
    R"({"connection": "postgresql://u:Hush-4711@[::1/crm"})",
    R"({"connection": "jdbc:postgresql://u:Hush-4711@db/crm"})",
    R"({"connection": "dbname=x", "listen_connection": "postgresql://u:p@Hush-4711@db/crm"})",
};

/// All mistakes that are reported of a configuration, before and after libpq checked it.
std::vector<std::string> said_of(const std::string& text, const environment& variables) {
    const auto read = read_configuration(text, "/etc/contegod", variables);
    auto all = read.mistakes;
    for (const auto& m : mistakes_in(read.result.database))
        all.push_back(m);
    return all;
}

void expect_hushed(const std::vector<std::string>& all, const std::string& of) {
    EXPECT_FALSE(all.empty()) << "it is wrong, and nothing is said: " << of;
    for (const auto& m : all) {
        EXPECT_EQ(m.find("Hush"), std::string::npos) << m << "\nsaid of " << of;
        EXPECT_EQ(m.find("4711"), std::string::npos) << m << "\nsaid of " << of;
    }
}

const environment no_variables;

TEST(secrets, of_the_database_stand_in_no_error) {
    for (const auto& section : of_the_database) {
        const auto text = frame_begin + section + frame_end;
        expect_hushed(said_of(text, no_variables), text);
    }
}

TEST(secrets, of_a_provider_stand_in_no_error) {
    for (const std::string member : {R"("user": ["Hush-4711"])",
                                     R"("user": 47114711)",
                                     R"("password_file": "Hush-4711")",
                                     R"("password_file": 47114711)",
                                     R"("password": "Hush-4711")",
                                     R"("endpoint": {"https://u:Hush-4711@cas": 1})",
                                     R"("standby_endpoints": "https://u:Hush-4711@cas")",
                                     R"("standby_endpoints": [47114711])",
                                     R"("in_flight": "https://u:Hush-4711@cas")",
                                     R"("tls": "Hush-4711")",
                                     R"("tls": {"minimum_version": "Hush-4711"})"}) {
        const auto text =
            R"({"database": {"connection": "dbname=x"}, "providers": {"default": {)" + member + "}}}";
        expect_hushed(said_of(text, no_variables), text);
    }
}

TEST(secrets, of_the_environment_stand_in_no_error) {
    const std::string good = std::string(frame_begin) + R"({"connection": "dbname=x"})" + frame_end;
    for (const std::string name : {"CONTEGOD_DATABASE_CONNECTION",
                                   "CONTEGOD_DATABASE_LISTEN_CONNECTION",
                                   "CONTEGOD_DATABASE_PASSWORD_FILE",
                                   "CONTEGOD_DATABASE_LEASE_MS",
                                   "CONTEGOD_DATABASE_LISTEN",
                                   "CONTEGOD_PROVIDERS_DEFAULT_PASSWORD_FILE",
                                   "CONTEGOD_PROVIDERS_DEFAULT_STANDBY_ENDPOINTS",
                                   "CONTEGOD_LOG_LEVEL",
                                   "CONTEGOD_ADMIN_PORT"})
        for (const std::string planted : {planted_text, "p@x:my Hush-4711 {["}) {
            const environment variables{{name, planted}};
            expect_hushed(said_of(good, variables), name + " = " + planted);
        }
}

TEST(secrets, that_stand_in_their_file_go_to_no_other_keyword) {
    const auto folder = ::testing::TempDir();
    std::ofstream(folder + "database.password") << "it's \\ mine\n";
    for (const std::string connection : {"host=db dbname=", "host=db dbname = ", "dbname=x  "}) {
        const auto read = read_configuration(R"({"database": {"connection": ")" + connection +
                                                 R"(", "password_file": "database.password"},
                                                 "providers": {"default": {"endpoint": "https://cas.example"}}})",
                                             folder,
                                             no_variables);

        EXPECT_TRUE(read.result.database.connection.starts_with(R"(password='it\'s \\ mine' )"))
            << read.result.database.connection;
        EXPECT_EQ(mistakes_in(read.result.database), std::vector<std::string>{});
    }
}

TEST(mistakes, that_are_no_secret_show_the_value) {
    const auto all = said_of(R"({"database": {"connection": "dbname=x", "lease_ms": 1},
                                 "providers": {"default": {"endpoint": "https://cas.example"}},
                                 "log": {"level": "loud"}})",
                             no_variables);

    EXPECT_EQ(
        all,
        (std::vector<std::string>{"database.lease_ms: must be a whole number from 3000 to 3600000 (was 1)",
                                  "log.level: must be one of: debug, info, warning, error (was \"loud\")"}));
}

TEST(mistakes, include_a_provider_named_as_all_that_are_unknown) {
    const auto* text = R"json({"database": {"connection": "dbname=x"},
                               "providers": {"(unknown)": {"endpoint": "https://cas.example"}}})json";

    EXPECT_EQ(said_of(text, no_variables).size(), 1U);
}

} // namespace
} // namespace contego::daemon
