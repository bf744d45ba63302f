#include "config/exposed_files.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace contego::daemon {
namespace {

namespace fs = std::filesystem;

fs::path file_with(unsigned mode) {
    const auto file = fs::path(::testing::TempDir()) / "exposed_files_secret";
    std::ofstream(file) << "KEY=hush\n";
    fs::permissions(file, static_cast<fs::perms>(mode));
    return file;
}

std::vector<std::string> said_of(const fs::path& secrets) {
    configuration c;
    c.providers["cas"].secrets_file = secrets;
    return exposed_files(c);
}

TEST(exposed_files, are_those_that_the_group_may_write_or_others_may_use) {
    for (const unsigned mode : {0644U, 0660U, 0601U, 0642U, 0650U}) {
        const auto file = file_with(mode);
        const auto said = said_of(file);
        ASSERT_EQ(said.size(), 1U) << mode;
        EXPECT_TRUE(said[0].starts_with("providers.cas.secrets_file: other users may read or change " +
                                        file.string() + " (mode 06"))
            << said[0];
        EXPECT_TRUE(said[0].ends_with("\nHINT: chmod 0640 " + file.string())) << said[0];
    }
}

TEST(exposed_files, are_no_private_files_and_no_absent_ones) {
    for (const unsigned mode : {0600U, 0640U, 0400U, 0440U})
        EXPECT_TRUE(said_of(file_with(mode)).empty()) << mode;
    EXPECT_TRUE(said_of({}).empty());
    EXPECT_TRUE(said_of("/nowhere").empty());
}

TEST(exposed_files, may_be_of_every_key_that_names_a_secret) {
    const auto file = file_with(0644);
    configuration c;
    c.database.password_file = file;
    auto& p = c.providers["cas"];
    p.password_file = p.secrets_file = p.endpoint.tls.key_file = file;

    EXPECT_EQ(exposed_files(c).size(), 4U);
}

} // namespace
} // namespace contego::daemon
