#include "config/settings.hpp"
#include "json/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace contego::daemon {
namespace {

template <typename Visitor>
void for_each_section(const Visitor& visit) {
    visit("", top_settings());
    visit("database", database_settings());
    visit("providers.default", provider_settings());
    visit("providers.default.tls", tls_settings());
    visit("providers.default.breaker", breaker_settings());
    visit("providers.default.retry", retry_settings());
    visit("log", log_settings());
    visit("admin", admin_settings());
}

/// Returns the member of a document with that path, or nullptr.
const value* member_at(const value& document, std::string_view path) {
    const auto* at = &document;
    while (at != nullptr && !path.empty()) {
        const auto dot = std::min(path.find('.'), path.size());
        at = at->find(path.substr(0, dot));
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return at;
}

value example() {
    std::ifstream in(CONTEGO_SOURCE_DIR "/config/contegod.example.json");
    std::ostringstream text;
    text << in.rdbuf();
    return json::parse(text.str(), json::author::person);
}

TEST(settings, have_defaults_that_their_own_rules_allow) {
    for_each_section([]<typename Section>(const std::string& path, const settings<Section>& all) {
        for (const auto& s : all) {
            Section section;
            if (s.fallback == "required") continue;
            EXPECT_EQ(s.store(section, json::parse(s.fallback)), std::nullopt) << path << '.' << s.name;
        }
    });
}

TEST(settings, of_the_example_have_their_defaults) {
    const auto document = example();
    std::vector<std::string> different;
    std::size_t compared = 0;
    for_each_section([&](const std::string& path, const auto& all) {
        for (const auto& s : all) {
            const auto key = (path.empty() ? "" : path + ".") + std::string(s.name);
            const auto* given = member_at(document, key);
            if (given == nullptr || s.fallback == "required") continue;
            ++compared;
            if (json::write(*given) != s.fallback) different.push_back(key);
        }
    });

    // A site reads its log by program.
    EXPECT_THAT(different, ::testing::ElementsAre("log.format"));
    EXPECT_GT(compared, 10U);
}

// The libraries of both know nothing of each other, and the configuration gives the guard the value of the
// line.
TEST(settings, have_the_same_default_for_the_guard_and_the_line) {
    EXPECT_EQ(provider_configuration{}.guard.in_flight, provider_configuration{}.line.in_flight);
    EXPECT_EQ(provider_configuration{}.endpoint.connections, provider_configuration{}.line.in_flight);
}

} // namespace
} // namespace contego::daemon
