#include "json/json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace contego::json {
namespace {

std::string complaint(std::string_view text, author by = author::program) {
    try {
        static_cast<void>(parse(text, by));
    } catch (const parse_error& e) {
        return e.what();
    }
    return "";
}

TEST(json, parse_success_keeps_every_kind) {
    const auto v =
        parse(R"({"n": null, "b": true, "i": -7, "r": 1.5, "s": "01", "l": [1, []], "o": {"x": {}}})");

    EXPECT_EQ(v,
              (value::object{{"n", {}},
                             {"b", true},
                             {"i", -7},
                             {"r", 1.5},
                             {"s", "01"},
                             {"l", value::list{1, value::list{}}},
                             {"o", value::object{{"x", value::object{}}}}}));
}

TEST(json, parse_empty_is_an_error) {
    EXPECT_NE(complaint(""), "");
    EXPECT_NE(complaint("  \n"), "");
}

TEST(json, parse_malformed_names_line_and_column) {
    const auto what = complaint("{\n  \"a\": 1,\n}");

    EXPECT_NE(what.find("line 3"), std::string::npos) << what;
    EXPECT_NE(what.find("column 1"), std::string::npos) << what;
    EXPECT_NE(complaint("{'a': 1}"), "");
    EXPECT_NE(complaint("{} {}"), "");
    EXPECT_NE(complaint("[01]"), "");
}

TEST(json, a_document_may_be_any_value) {
    EXPECT_EQ(parse("7"), value(7));
    EXPECT_EQ(parse("\"x\""), value("x"));
    EXPECT_TRUE(parse("null").is_null());
}

TEST(json, comments_are_white_space_only_for_a_person) {
    const auto* text = "{ // why\n \"a\": /* what */ 1 }";

    EXPECT_EQ(parse(text, author::person), (value::object{{"a", 1}}));
    EXPECT_NE(complaint(text), "");
}

TEST(json, integers_are_exact_to_64_bits_and_reals_beyond) {
    EXPECT_EQ(parse("9223372036854775807"), value(INT64_MAX));
    EXPECT_EQ(parse("-9223372036854775808"), value(INT64_MIN));
    EXPECT_EQ(parse("9223372036854775808"), value(9223372036854775808.0));
    EXPECT_EQ(parse("18446744073709551615"), value(18446744073709551615.0));
    EXPECT_EQ(parse("123456789012345678901234567890"), value(123456789012345678901234567890.0));
}

TEST(json, a_whole_number_with_a_fraction_stays_a_real) {
    EXPECT_EQ(parse("20.0"), value(20.0));
}

TEST(json, a_number_too_large_for_a_real_is_an_error) {
    EXPECT_NE(complaint("1e999"), "");
}

std::string nested(std::size_t levels, std::string_view open, std::string_view close) {
    std::string text;
    for (std::size_t i = 0; i < levels; ++i)
        text += open;
    text += "1";
    for (std::size_t i = 0; i < levels; ++i)
        text += close;
    return text;
}

TEST(json, thirty_two_levels_are_read) {
    EXPECT_EQ(complaint(nested(32, "[", "]")), "");
    EXPECT_EQ(complaint(nested(32, "{\"a\":", "}")), "");
    EXPECT_EQ(complaint(nested(16, "[{\"a\":", "}]")), "");
}

TEST(json, deeper_nesting_is_an_error_that_names_the_limit) {
    for (const std::size_t levels : {33U, 34U, 900U, 25'000U, 1'000'000U})
        for (const auto& text : {nested(levels, "[", "]"),
                                 nested(levels, "{\"a\":", "}"),
                                 nested(levels, "[{\"a\":", "}]"),
                                 std::string(levels, '['),
                                 "[" + nested(31, "[", "]") + "," + nested(levels, "[", "]") + "]"})
            EXPECT_EQ(complaint(text), "lists and objects must be nested at most 32 levels deep") << levels;
}

TEST(json, lists_and_objects_beside_each_other_are_not_levels) {
    std::string text = "[0";
    for (int i = 0; i < 10'000; ++i)
        text += ",[],{}";

    EXPECT_EQ(complaint(text + "]"), "");
}

TEST(json, no_complaint_quotes_the_text) {
    for (const auto* text : {"{\"new_pin\": \"4711",
                             "{\"new_pin\": 4711x}",
                             "{\"new_pin\": \"4711\" x}",
                             "{\"new_pin\": \"4711\\q\"}",
                             "{\"new_pin\": \"4711\xE9\"}",
                             "{\"new_pin\": 47110000e4711}",
                             "{\"new_pin\": 04711}",
                             "{\"new_pin\": \"4711\"} 4711",
                             "{\"new_pin\": '4711'}",
                             "{4711: 1}"}) {
        const auto what = complaint(text);
        EXPECT_NE(what, "") << text;
        EXPECT_EQ(what.find("4711"), std::string::npos) << what;
    }
}

TEST(json, of_members_with_the_same_name_the_last_one_counts) {
    EXPECT_EQ(parse(R"({"a": 1, "b": 2, "a": [3]})"), (value::object{{"a", value::list{3}}, {"b", 2}}));
}

TEST(json, bytes_that_are_not_utf_8_are_an_error_when_read) {
    EXPECT_NE(complaint("\"caf\xE9\""), "");
}

TEST(json, bytes_that_are_not_utf_8_are_replaced_when_written) {
    EXPECT_EQ(write("caf\xE9!"), "\"caf\xEF\xBF\xBD!\"");
    EXPECT_EQ(write_indented("\xFF"), "\"\xEF\xBF\xBD\"");
}

TEST(json, escapes_are_read_and_written) {
    EXPECT_EQ(parse(R"("a\u0041\n\u20ac\ud83d\ude00")"), value("aA\n\xE2\x82\xAC\xF0\x9F\x98\x80"));
    EXPECT_EQ(write("\"\\\n\x01\xE2\x82\xAC"), "\"\\\"\\\\\\n\\u0001\xE2\x82\xAC\"");
}

TEST(json, writes_a_value_alone_as_it_writes_it_in_a_list) {
    for (int byte = 0; byte < 256; ++byte) {
        const value text = std::string("a") + static_cast<char>(byte) + "z";
        EXPECT_EQ("[" + write(text) + "]", write(value::list{text})) << byte;
    }
    for (const auto n : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0}})
        EXPECT_EQ("[" + write(n) + "]", write(value::list{n}));
    EXPECT_EQ(write(""), "\"\"");
}

TEST(json, write_is_compact_and_sorted_by_name) {
    EXPECT_EQ(write(value::object{{"b", value::list{1, "x"}}, {"a", {}}, {"c", 1.5}}),
              R"({"a":null,"b":[1,"x"],"c":1.5})");
    EXPECT_EQ(write(value::object{}), "{}");
    EXPECT_EQ(write(value::list{}), "[]");
}

TEST(json, write_indented_is_for_people) {
    EXPECT_EQ(write_indented(value::object{{"a", value::list{1}}}), "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST(json, a_written_value_is_read_as_the_same_value) {
    const value v = value::object{{"big", INT64_MIN},
                                  {"real", 0.1},
                                  {"whole", 3.0},
                                  {"text", "\xC3\xA9"},
                                  {"deep", value::list{value::object{{"x", value::list{false}}}}}};

    EXPECT_EQ(parse(write(v)), v);
    EXPECT_EQ(parse(write_indented(v)), v);
}

} // namespace
} // namespace contego::json
