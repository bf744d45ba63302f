#include "schema/embedded_migrations.hpp"
#include "schema/migrations.hpp"
#include "support/private_cluster.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace contego::testing {
namespace {

const auto ignore = [](const queue::migration& /*step*/) {};

TEST(migrations, are_numbered_from_one_without_gaps) {
    int expected = 0;
    for (const auto& m : queue::embedded_migrations())
        EXPECT_EQ(m.version, ++expected);
    EXPECT_GT(expected, 0);
}

TEST(migrations, make_the_schema_once) {
    const auto database = private_cluster::instance().fresh_database();
    queue::migrations schema(database);
    EXPECT_TRUE(schema.mismatch().has_value());
    EXPECT_FALSE(schema.status().front().applied_date.has_value());

    EXPECT_EQ(schema.apply(ignore), static_cast<int>(queue::embedded_migrations().size()));
    EXPECT_EQ(schema.apply(ignore), 0);

    EXPECT_FALSE(schema.mismatch().has_value());
    EXPECT_TRUE(schema.status().front().applied_date.has_value());
}

TEST(migrations, of_two_at_once_are_applied_once) {
    const auto database = private_cluster::instance().fresh_database();
    std::atomic<int> applied = 0;
    const auto migrate = [&] { applied += queue::migrations(database).apply(ignore); };

    {
        const std::jthread a(migrate);
        const std::jthread b(migrate);
    }

    EXPECT_EQ(applied, static_cast<int>(queue::embedded_migrations().size()));
}

TEST(migrations, accept_a_schema_newer_than_they_are) {
    const auto database = private_cluster::instance().fresh_schema();
    pqxx::connection c(database.connection_string);
    pqxx::work tx(c);
    tx.exec("INSERT INTO contego.migration (version, name) VALUES (999, 'from_the_future')");
    tx.commit();
    queue::migrations schema(database);

    EXPECT_FALSE(schema.mismatch().has_value());
    EXPECT_EQ(schema.status().back().step.name, "from_the_future");
}

TEST(schema, says_of_every_column_of_a_request_what_it_is) {
    const auto database = private_cluster::instance().fresh_schema();
    pqxx::connection c(database.connection_string);
    pqxx::work tx(c);

    const auto silent = tx.exec("SELECT attname FROM pg_attribute"
                                " WHERE attrelid = 'contego.request'::regclass AND attnum > 0"
                                " AND col_description(attrelid, attnum) IS NULL");

    for (const auto& row : silent)
        ADD_FAILURE() << "contego.request." << row[0].c_str() << " has no comment";
}

} // namespace
} // namespace contego::testing
