#include "database/sqlstate.hpp"
#include "schema/checksum.hpp"
#include "schema/migrations.hpp"
#include "support/private_cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <algorithm>
#include <atomic>
#include <thread>

namespace contego::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class migrations : public ::testing::Test {
protected:
    /// Applies `known` to the database.
    queue::migrations::result apply(const queue::schema_text& known) {
        return queue::migrations(database_, known).apply();
    }

    std::string one(const std::string& statement) {
        pqxx::connection c(database_.connection_string);
        pqxx::nontransaction tx(c);
        return tx.exec(statement)[0][0].c_str();
    }

    void sql(const std::string& statement) {
        pqxx::connection c(database_.connection_string);
        pqxx::nontransaction(c).exec(statement);
    }

    std::string mismatch() { return queue::migrations(database_).mismatch().value_or(""); }

    static queue::definition& named(queue::schema_text& in, const std::string& name) {
        return *std::ranges::find(in.definitions, name, &queue::definition::name);
    }

    queue::database_options database_ = private_cluster::instance().fresh_database();
    queue::schema_text changed_ = queue::embedded_schema(); ///< a test changes it
};

TEST_F(migrations, are_numbered_from_one_without_gaps) {
    int expected = 0;
    for (const auto& m : queue::embedded_schema().migrations)
        EXPECT_EQ(m.version, ++expected);
    EXPECT_GT(expected, 0);
}

TEST_F(migrations, make_the_schema_once) {
    queue::migrations schema(database_);
    EXPECT_THAT(mismatch(), HasSubstr("at version 0"));
    EXPECT_FALSE(schema.status().front().applied_date.has_value());
    EXPECT_EQ(schema.outdated().size(), queue::embedded_schema().definitions.size());

    const auto first = schema.apply();
    EXPECT_EQ(first.applied.migrations.size(), queue::embedded_schema().migrations.size());
    EXPECT_EQ(first.applied.definitions.size(), queue::embedded_schema().definitions.size());
    const auto second = schema.apply();
    EXPECT_THAT(second.applied.migrations, IsEmpty());
    EXPECT_THAT(second.applied.definitions, IsEmpty());

    EXPECT_EQ(mismatch(), "");
    EXPECT_TRUE(schema.status().front().applied_date.has_value());
    EXPECT_EQ(one("SELECT sha256 FROM contego.definition WHERE kind = 'function' AND name = 'claim'"),
              queue::checksum(named(changed_, "claim").sql));
}

TEST_F(migrations, of_two_at_once_are_applied_once) {
    std::atomic<std::size_t> applied = 0;
    const auto migrate = [&] { applied += apply(queue::embedded_schema()).applied.migrations.size(); };

    {
        const std::jthread a(migrate);
        const std::jthread b(migrate);
    }

    EXPECT_EQ(applied, queue::embedded_schema().migrations.size());
}

TEST_F(migrations, apply_a_function_again_whose_text_changed_and_no_other) {
    ASSERT_EQ(apply(queue::embedded_schema()).refusal, std::nullopt);
    named(changed_, "leave_fleet").sql += "COMMENT ON FUNCTION contego.leave_fleet IS 'changed';\n";
    queue::migrations newer(database_, changed_);
    EXPECT_THAT(newer.mismatch().value_or(""),
                AllOf(HasSubstr("leave_fleet\n"), HasSubstr("contegod migrate")));
    EXPECT_THAT(newer.outdated(), ElementsAre(Field(&queue::definition::name, "leave_fleet")));

    const auto done = newer.apply();

    EXPECT_THAT(done.applied.migrations, IsEmpty());
    EXPECT_THAT(done.applied.definitions, ElementsAre(Field(&queue::definition::name, "leave_fleet")));
    EXPECT_EQ(one("SELECT obj_description('contego.leave_fleet'::regproc)"), "changed");
    EXPECT_EQ(newer.mismatch(), std::nullopt);
    EXPECT_THAT(mismatch(), HasSubstr("leave_fleet"))
        << "an older program would run with the functions of a newer one";
}

TEST_F(migrations, make_a_view_again_that_a_migration_dropped) {
    ASSERT_EQ(apply(queue::embedded_schema()).refusal, std::nullopt);
    const int next = changed_.migrations.back().version + 1;
    changed_.migrations.push_back({next, "other_attempts", "DROP VIEW contego.attempt CASCADE", next});

    const auto done = apply(changed_);

    EXPECT_THAT(done.applied.migrations, ElementsAre(Field(&queue::migration::version, next)));
    EXPECT_THAT(
        done.applied.definitions,
        ElementsAre(Field(&queue::definition::name, "attempt"), Field(&queue::definition::name, "timeline")));
    EXPECT_EQ(one("SELECT count(*) FROM contego.timeline"), "0");
}

TEST_F(migrations, with_a_broken_function_leave_nothing_behind) {
    named(changed_, "leave_fleet").sql = "SELECT contego.no_such_function()";

    try {
        static_cast<void>(apply(changed_));
        ADD_FAILURE() << "no exception was thrown";
    } catch (const queue::server_error& e) {
        EXPECT_THAT(
            e.what(),
            HasSubstr("sql/functions/leave_fleet.sql: function contego.no_such_function() does not exist"));
    }

    EXPECT_EQ(one("SELECT count(*) FROM pg_namespace WHERE nspname = 'contego'"), "0");
    EXPECT_EQ(apply(queue::embedded_schema()).refusal, std::nullopt);
}

TEST_F(migrations, with_a_broken_function_undo_all) {
    ASSERT_EQ(apply(queue::embedded_schema()).refusal, std::nullopt);
    const int next = changed_.migrations.back().version + 1;
    changed_.migrations.push_back({next, "extra", "CREATE TABLE contego.extra (n integer)", next});
    named(changed_, "claim").sql += "COMMENT ON FUNCTION contego.claim IS 'changed';\n";
    named(changed_, "leave_fleet").sql = "SELECT contego.no_such_function()";

    EXPECT_THROW(static_cast<void>(apply(changed_)), queue::server_error);

    EXPECT_EQ(one("SELECT to_regclass('contego.extra') IS NULL"), "t");
    EXPECT_EQ(one("SELECT obj_description('contego.claim'::regproc) <> 'changed'"), "t");
    EXPECT_EQ(mismatch(), "");
}

TEST_F(migrations, refuse_one_that_was_changed_after_it_was_applied) {
    ASSERT_EQ(apply(queue::embedded_schema()).refusal, std::nullopt);
    auto& tables = changed_.migrations.front();
    const auto before = queue::checksum(tables.sql).substr(0, 12);
    tables.sql += "CREATE TABLE contego.extra (n integer);\n";
    const auto after = queue::checksum(tables.sql).substr(0, 12);

    const auto refusal = apply(changed_).refusal.value_or("");

    EXPECT_THAT(refusal,
                AllOf(HasSubstr("migration 1 (" + tables.name + ") was changed"),
                      HasSubstr(before),
                      HasSubstr(after),
                      HasSubstr("\nHINT: ")));
    EXPECT_EQ(queue::migrations(database_, changed_).mismatch(), refusal) << "serve starts on it";
    EXPECT_EQ(one("SELECT to_regclass('contego.extra') IS NULL"), "t");
}

TEST_F(migrations, refuse_a_schema_newer_than_they_know) {
    const int next = changed_.migrations.back().version + 1;
    changed_.migrations.push_back({next, "from_the_future", "CREATE TABLE contego.extra (n integer)", next});
    ASSERT_EQ(apply(changed_).refusal, std::nullopt);

    EXPECT_THAT(mismatch(),
                AllOf(HasSubstr("the schema is at version " + std::to_string(next)), HasSubstr("\nHINT: ")));
    EXPECT_EQ(apply(queue::embedded_schema()).refusal.value_or(""), mismatch());
}

TEST_F(migrations, accept_a_newer_schema_that_says_so_and_leave_its_functions_alone) {
    const int known = changed_.migrations.back().version;
    changed_.migrations.push_back(
        {known + 1, "from_the_future", "CREATE TABLE contego.extra (n integer)", known});
    named(changed_, "claim").sql += "COMMENT ON FUNCTION contego.claim IS 'newer';\n";
    ASSERT_EQ(apply(changed_).refusal, std::nullopt);

    EXPECT_EQ(mismatch(), "");
    const auto done = apply(queue::embedded_schema());

    EXPECT_EQ(done.refusal, std::nullopt);
    EXPECT_THAT(done.applied.definitions, IsEmpty());
    EXPECT_EQ(one("SELECT obj_description('contego.claim'::regproc)"), "newer");
    EXPECT_EQ(queue::migrations(database_).status().back().one.name, "from_the_future");
}

TEST_F(migrations, apply_a_function_again_that_somebody_dropped) {
    ASSERT_EQ(apply(queue::embedded_schema()).refusal, std::nullopt);
    sql("DROP FUNCTION contego.leave_fleet");

    EXPECT_THAT(mismatch(), HasSubstr("leave_fleet"));
    EXPECT_EQ(apply(queue::embedded_schema()).applied.definitions.size(), 1U);
    EXPECT_EQ(mismatch(), "");
}

TEST_F(migrations, can_apply_every_function_and_view_again) {
    ASSERT_EQ(apply(queue::embedded_schema()).refusal, std::nullopt);
    for (auto& one : changed_.definitions)
        one.sql += "-- changed\n";

    EXPECT_EQ(apply(changed_).applied.definitions.size(), changed_.definitions.size());

    EXPECT_EQ(one("SELECT tgenabled FROM pg_trigger WHERE tgname = 'accept_request'"), "A");
}

TEST(schema, says_of_every_column_what_it_is) {
    const auto database = private_cluster::instance().fresh_schema();
    pqxx::connection c(database.connection_string);
    pqxx::work tx(c);

    const auto silent =
        tx.exec("SELECT c.relname || '.' || a.attname FROM pg_class AS c"
                " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                " WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind IN ('r', 'p', 'v')"
                " AND col_description(c.oid, a.attnum) IS NULL");

    for (const auto& row : silent)
        ADD_FAILURE() << "contego." << row[0].c_str() << " has no comment";
}

} // namespace
} // namespace contego::testing
