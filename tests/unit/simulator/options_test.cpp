#include "simulator/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace contego::simulator {
namespace {

using testing::HasSubstr;

std::variant<options, ended> read(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "contego-sim");
    return read_options(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

class options_test : public testing::Test {
protected:
    void TearDown() override { std::filesystem::remove(file_); }

    const char* file(const std::string& content) {
        std::ofstream(file_) << content;
        return file_.c_str();
    }

    /// Returns the text on standard error for a refused command line.
    static std::string refusal(const std::vector<const char*>& arguments) {
        testing::internal::CaptureStderr();
        const auto result = read(arguments);
        const auto said = testing::internal::GetCapturedStderr();
        const auto* e = std::get_if<ended>(&result);
        EXPECT_TRUE(e != nullptr && e->code != 0);
        return said;
    }

    const std::string file_ =
        (std::filesystem::temp_directory_path() / ("options_test." + std::to_string(::getpid()))).string();
};

TEST_F(options_test, without_arguments_it_listens_on_any_free_port_of_this_machine) {
    const auto o = std::get<options>(read({}));

    EXPECT_EQ(o.server.address, "127.0.0.1");
    EXPECT_EQ(o.server.port, 0);
    EXPECT_EQ(o.server.threads, 1U);
    EXPECT_FALSE(o.service.user);
    EXPECT_TRUE(o.fault_document.is_null());
}

TEST_F(options_test, an_address_is_read_with_its_port) {
    const auto v6 = std::get<options>(read({"--listen", "[::1]:8080"}));

    EXPECT_EQ(v6.server.address, "::1");
    EXPECT_EQ(v6.server.port, 8080);
}

TEST_F(options_test, an_address_without_a_proper_port_is_refused) {
    for (const auto* text : {"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:http", "127.0.0.1:80x"})
        EXPECT_THAT(refusal({"--listen", text}), HasSubstr("must be ADDRESS:PORT")) << text;
}

TEST_F(options_test, the_password_is_the_first_line_of_its_file) {
    const auto o = std::get<options>(read({"--user", "crm", "--password-file", file("secret\nmore\n")}));

    EXPECT_EQ(o.service.user, "crm");
    EXPECT_EQ(o.service.password, "secret");
}

TEST_F(options_test, a_user_needs_a_password_and_a_certificate_needs_a_key) {
    EXPECT_THAT(refusal({"--user", "crm"}), HasSubstr("--password-file"));
    EXPECT_THAT(refusal({"--tls-certificate", "c.pem"}), HasSubstr("--tls-key"));
    EXPECT_THAT(refusal({"--client-ca", "ca.pem"}), HasSubstr("--tls-certificate"));
}

TEST_F(options_test, only_a_stub_has_a_latency_option) {
    const auto o = std::get<options>(read({"--stub", "--stub-latency", "20"}));

    EXPECT_EQ(o.server.stub_latency, std::chrono::milliseconds(20));
    EXPECT_THAT(refusal({"--stub-latency", "20"}), HasSubstr("--stub"));
}

TEST_F(options_test, a_range_of_cards_replaces_the_default) {
    const auto o = std::get<options>(read({"--cards", "0700-0799"}));

    EXPECT_TRUE(holds(o.population.cards, "0750"));
    EXPECT_FALSE(holds(o.population.cards, "01000000000"));
}

TEST_F(options_test, population_and_faults_come_from_files_with_comments) {
    const auto* name = file("// everybody\n{\"cards\": [\"1-5\"]}");
    EXPECT_TRUE(holds(std::get<options>(read({"--population", name})).population.cards, "3"));

    const auto faulty = std::get<options>(read({"--faults", file("[]"), "--seed", "9"}));
    EXPECT_EQ(faulty.fault_document, value(value::list()));
    EXPECT_EQ(faulty.service.seed, 9U);
}

TEST_F(options_test, a_file_that_cannot_be_read_is_named) {
    EXPECT_THAT(refusal({"--faults", "/nowhere/at/all"}), HasSubstr("/nowhere/at/all"));
    EXPECT_THAT(refusal({"--population", file("{")}), HasSubstr(file_));
}

TEST_F(options_test, help_and_version_end_well) {
    testing::internal::CaptureStdout();
    const auto help = read({"--help"});
    const auto version = read({"--version"});
    const auto said = testing::internal::GetCapturedStdout();

    EXPECT_EQ(std::get<ended>(help).code, 0);
    EXPECT_EQ(std::get<ended>(version).code, 0);
    EXPECT_THAT(said, HasSubstr("--journal"));
    EXPECT_THAT(said, HasSubstr("contego-sim 1.2.3"));
}

TEST_F(options_test, an_unknown_option_is_refused) {
    EXPECT_THAT(refusal({"--explode"}), HasSubstr("--explode"));
}

} // namespace
} // namespace contego::simulator
