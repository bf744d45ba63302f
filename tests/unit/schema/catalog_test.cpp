#include "schema/catalog.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace contego::queue {

// GoogleTest prints an entry with this in a failure.
inline std::ostream& operator<<(std::ostream& out, const catalog_entry& e) {
    return out << e.kind << ' ' << e.name << ' ' << e.definition;
}

namespace {

using entries = std::vector<catalog_entry>;

const entries table{{"column", "lane.lane", "text not null"},
                    {"index", "lane.lane_pkey", "btree (lane)"},
                    {"table", "lane", ""}};

TEST(catalog, is_read_a_line_an_entry_and_may_have_empty_definitions) {
    EXPECT_EQ(parse_catalog(
                  "column\tlane.lane\ttext not null\nindex\tlane.lane_pkey\tbtree (lane)\ntable\tlane\t\n"),
              table);
    EXPECT_EQ(parse_catalog(""), entries{});
}

TEST(catalog, of_this_release_is_in_the_binary) {
    EXPECT_GT(parse_catalog(embedded_catalog()).size(), 400U);
}

TEST(catalog, that_is_the_same_or_more_has_no_drift) {
    auto more = table;
    more.push_back({"index", "lane.of_the_site", "btree (request_id)"});

    const auto drift = compare(table, more);

    EXPECT_EQ(drift.missing, entries{});
    EXPECT_EQ(drift.changed, entries{});
}

TEST(catalog, names_what_is_missing_and_what_is_made_in_another_way) {
    const auto drift = compare(table, {{"column", "lane.lane", "text"}, {"table", "lane", ""}});

    EXPECT_EQ(drift.missing, entries{table[1]});
    EXPECT_EQ(drift.changed, entries{table[0]});
}

TEST(catalog, of_a_missing_table_names_the_table_alone) {
    EXPECT_EQ(compare(table, {}).missing, entries{table[2]});
}

TEST(catalog, takes_a_dot_in_the_arguments_of_a_function_for_no_table) {
    const entries function{{"function", "objection(o contego.request)", "0123"}};

    EXPECT_EQ(compare(function, {}).missing, function);
}

} // namespace
} // namespace contego::queue
