#include "sample.hpp"
#include "shipped.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <filesystem>
#include <set>

namespace contego {
namespace {

using samples::full_command;
using samples::shipped;
using samples::shipped_commands;
using samples::shipped_text;
using samples::text_of;

const std::filesystem::path source_dir = CONTEGO_SOURCE_DIR;

TEST(default_binding, compiles) {
    EXPECT_THAT(samples::mistakes_in(shipped_text()), testing::IsEmpty());
}

// A site's binding may have a command that the shipped one lacks. Such a command is named here.
TEST(default_binding, lacks_no_command) {
    std::set<command_type> lacking(command_types.begin(), command_types.end());
    for (const auto type : shipped_commands())
        lacking.erase(type);

    EXPECT_THAT(lacking, testing::IsEmpty());
}

TEST(default_binding, renders_all_commands_as_xml_with_their_ids) {
    const auto& b = shipped();
    for (const auto type : shipped_commands()) {
        const auto c = full_command(type);
        const auto e = b.prepare(c, {4049}).wire;
        pugi::xml_document document;

        ASSERT_TRUE(document.load_string(e.body.c_str())) << e.body;

        const auto* const id = c.parameters.contains("stb_ca_id") ? "0012345678" : "01900080207";
        EXPECT_THAT(e.body, testing::HasSubstr(">" + std::string(id) + "<"));
        EXPECT_THAT(e.body, testing::Not(testing::ContainsRegex("urn:contego|[{}]")));
        EXPECT_THAT(e.path, testing::StartsWith("/"));
    }
}

TEST(default_binding, renders_commands_without_their_optional_parameters) {
    const auto& b = shipped();
    for (const auto type : shipped_commands()) {
        auto c = full_command(type);
        for (const auto* name : {"start_date", "end_date", "start_indication", "display_date", "smartcards"})
            if (type != command_type::create_pairing) c.parameters.erase(name);
        pugi::xml_document document;

        ASSERT_TRUE(document.load_string(b.prepare(c, {4049}).wire.body.c_str()));
        EXPECT_TRUE(document.select_nodes("//*[local-name() = 'Body']//*[not(node())]").empty())
            << name_of(type);
    }
}

// The class 4xx must not include the statuses that say that nothing was done.
TEST(default_binding, tries_again_if_the_http_status_says_that_nothing_was_done) {
    for (const int status : {401, 403, 408, 429, 503})
        for (const auto type : shipped_commands())
            EXPECT_EQ(
                shipped().interpret(samples::bare(type), {1}, samples::answered("", status)).answer.outcome,
                outcome::retry)
                << status << " for " << name_of(type);
}

// Returns the names in a binding: the elements and namespaces of its envelopes.
std::set<std::string> wire_names() {
    pugi::xml_document document;
    if (!document.load_string(shipped_text().c_str())) return {};
    std::set<std::string> names;
    for (const auto& found : document.select_nodes("//request/*//*")) {
        const std::string name = found.node().name();
        names.insert(name.substr(name.find(':') + 1));
    }
    for (const auto& found : document.select_nodes("//request/*"))
        for (const auto a : found.node().attributes())
            names.insert(a.value());
    for (const auto* soap : {"Header", "Body", "http://schemas.xmlsoap.org/soap/envelope/"})
        names.erase(soap);
    return names;
}

TEST(default_binding, our_code_contains_no_wire_name) {
    const auto names = wire_names();
    ASSERT_GT(names.size(), 20U);
    for (const auto& file : std::filesystem::directory_iterator(source_dir / "src" / "binding")) {
        const auto code = text_of(file.path());
        EXPECT_THAT(code, testing::Not(testing::HasSubstr("conax"))) << file.path();
        for (const auto& name : names)
            EXPECT_EQ(code.find(name), std::string::npos) << name << " in " << file.path();
    }
}

} // namespace
} // namespace contego
