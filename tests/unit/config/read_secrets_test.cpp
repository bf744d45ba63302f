#include "config/read_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(read_secrets, takes_the_rest_of_a_line_unchanged) {
    const auto read = read_secrets("# of the CAS\n\nKEY=a=b c \nother-1= xyz#\r\nLAST_ONE=päss");

    EXPECT_THAT(read.mistakes, IsEmpty());
    EXPECT_THAT(read.values,
                ElementsAre(Pair("KEY", "a=b c "), Pair("LAST_ONE", "päss"), Pair("other-1", " xyz#")));
}

TEST(read_secrets, an_empty_file_has_none) {
    EXPECT_THAT(read_secrets("").values, IsEmpty());
    EXPECT_THAT(read_secrets("").mistakes, IsEmpty());
}

TEST(read_secrets, mistakes_name_the_line_and_show_nothing_of_it) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"hush-4711", "must have the form NAME=VALUE"},
        {"hush.4711=abcd", "the name before = must have letters, digits, - and _ only"},
        {"=hush-4711", "the name before = must have letters, digits, - and _ only"},
        {"aHVzaC00NzEx=", "the value must have 4 to 1000 bytes"},
        {"KEY=abc", "the value must have 4 to 1000 bytes"},
        {"KEY=" + std::string(1001, 'x'), "the value must have 4 to 1000 bytes"},
        {"FIRST=hush-4711", "the same name is on an earlier line"},
        {"KEY=hush\t4711", "the value must be UTF-8 without control characters"},
        {"KEY=hush\x01", "the value must be UTF-8 without control characters"},
        {"KEY=hush\xff", "the value must be UTF-8 without control characters"},
    };
    for (const auto& [line, why] : cases)
        EXPECT_THAT(read_secrets("FIRST=first\n" + line + "\n").mistakes, ElementsAre("line 2: " + why))
            << line;
}

} // namespace
} // namespace contego::daemon
