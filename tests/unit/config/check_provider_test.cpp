#include "config/check_provider.hpp"
#include "config/load_binding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

} // namespace
} // namespace contego::daemon
