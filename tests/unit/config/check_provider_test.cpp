#include "config/check_provider.hpp"
#include "config/load_binding.hpp"
#include "config/read_configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

// What `contegod check` says about a provider's binding file.
namespace contego::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string changed(std::string_view from, std::string_view to) {
    std::string text(default_binding());
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

class check_provider : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }

    provider_configuration with(const std::string& text) {
        provider_configuration p;
        p.endpoint.url = "http://cas.example";
        p.binding = folder_ / "site.xml";
        std::ofstream(p.binding) << text;
        return p;
    }

    std::string name() { return (folder_ / "site.xml").string(); }

private:
    const std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) / "check_provider";
};

TEST_F(check_provider, has_no_remarks_on_the_default_binding) {
    EXPECT_THAT(remarks_on({}), IsEmpty());
}

TEST_F(check_provider, names_the_parameters_without_a_place) {
    EXPECT_THAT(remarks_on(with(changed(R"(ignores="communication_queue_number")", ""))),
                ElementsAre("the binding has no place for communication_queue_number in "
                            "SEND_MAIL_MESSAGE_TO_CLIENT, SEND_BARK_MESSAGE_TO_CLIENT, "
                            "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT; a request that gives it is rejected with "
                            "VALIDATION_ERROR, unless the attribute ignores names it"));
}

TEST_F(check_provider, names_a_secret_that_has_no_value) {
    auto p = with(changed("{command.id}", "{secret.KEY}"));
    p.secrets = {{"OTHER", "hush"}};

    const auto line =
        std::ranges::count(changed("{command.id}", "@").substr(0, changed("{command.id}", "@").find('@')),
                           '\n') +
        1;
    EXPECT_THAT(
        mistakes_in(p),
        ElementsAre(name() + ":" + std::to_string(line) +
                    ": {secret.KEY} has no value; add a line KEY=VALUE to the file that secrets_file of "
                    "the provider names"));
    p.secrets = {{"KEY", "hush"}};
    EXPECT_THAT(mistakes_in(p), IsEmpty());
}

TEST_F(check_provider, gives_the_binding_the_secrets_of_the_provider) {
    auto p = with(changed("{command.id}", "{secret.KEY}"));
    p.secrets = {{"KEY", "hush"}};

    const auto loaded = load_binding(p);

    command c;
    c.type = command_type::add_subscriptions;
    EXPECT_THAT(std::get<binding>(loaded).prepare(c, {1}).wire.body,
                ::testing::HasSubstr("SequenceNumber>hush<"));
}

TEST_F(check_provider, refuses_a_secret_that_no_header_can_carry) {
    auto p = with(changed("<outcomes>", R"(<header name="X-Key" value="{secret.KEY}"/><outcomes>)"));

    p.secrets = {{"KEY", "h\xC3\xBCsh"}};
    EXPECT_THAT(mistakes_in(p),
                ElementsAre(::testing::EndsWith(
                    ": {secret.KEY} is sent in an HTTP header, so its value must be printable ASCII")));
    p.secrets = {{"KEY", "hush hush"}};
    EXPECT_THAT(mistakes_in(p), IsEmpty());
}

TEST_F(check_provider, refuses_two_kinds_of_authorization) {
    auto p = with(changed("<outcomes>", R"(<header name="authorization" value="Bearer abc"/><outcomes>)"));
    EXPECT_THAT(mistakes_in(p), IsEmpty());

    p.endpoint.user = "crm";
    EXPECT_THAT(mistakes_in(p),
                ElementsAre(name() +
                            ": the binding sends a header Authorization, so the provider must have no user"));
}

TEST_F(check_provider, remarks_on_a_password_in_the_file) {
    EXPECT_THAT(
        remarks_on(with(changed("{command.id}<",
                                "{command.id}<!-- --><p:Password xmlns:p=\"urn:p\">hush</p:Password><"))),
        ElementsAre(::testing::HasSubstr("the password in p:Password is written in the file")));
}

TEST_F(check_provider, reads_the_secrets_of_the_configuration) {
    std::ofstream(std::filesystem::path(name()).parent_path() / "secrets") << "KEY=hush-4711\nno\n";

    const auto read = read_configuration(
        R"({"database": {"connection": "dbname=x"}, "providers": {"a": {"endpoint": "http://c", "secrets_file": "secrets"}}})",
        std::filesystem::path(name()).parent_path(),
        {});

    EXPECT_THAT(read.mistakes,
                ElementsAre("providers.a.secrets_file: line 2: must have the form NAME=VALUE"));
    EXPECT_THAT(read.result.providers.at("a").secrets, ElementsAre(::testing::Pair("KEY", "hush-4711")));
}

} // namespace
} // namespace contego::daemon
