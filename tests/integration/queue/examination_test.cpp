#include "database/sqlstate.hpp"
#include "examination_fixture.hpp"

#include <cmath>

namespace contego::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(examination, sees_a_server_whose_clock_is_its_hosts) {
    const auto clock = looks_.clock();

    EXPECT_LE(std::abs(clock.ahead), clock.error + 0.001);
    EXPECT_GE(looks_.server().version_number, 150'000);
    EXPECT_FALSE(looks_.server().in_recovery);
    EXPECT_EQ(looks_.durability().fsync, "off");
}

TEST_F(examination, sees_that_a_login_may_write_nothing) {
    make_login("examined_reader", "contego_daemon");
    sql("ALTER ROLE examined_reader SET default_transaction_read_only = on");
    sql("ALTER ROLE examined_reader SET synchronous_commit = off");
    queue::examination looks(as("examined_reader"));

    EXPECT_TRUE(looks.server().read_only);
    EXPECT_EQ(looks.durability().synchronous_commit, "off");
}

TEST_F(examination, counts_connections_by_server_database_and_login) {
    make_login("examined_few", "contego_daemon");
    sql("ALTER ROLE examined_few CONNECTION LIMIT 3");
    queue::examination looks(as("examined_few"));

    const auto rooms = looks.connections();

    ASSERT_EQ(rooms.size(), 2U);
    EXPECT_EQ(rooms[0].limit, "the server");
    EXPECT_EQ(rooms[0].most, 47);
    EXPECT_GE(rooms[0].used, 2);
    EXPECT_EQ(rooms[1].limit, "the login");
    EXPECT_EQ(rooms[1].most, 3);
    EXPECT_EQ(rooms[1].used, 1);
}

TEST_F(examination, sees_how_each_table_is_vacuumed) {
    EXPECT_TRUE(table("lane").autovacuum);
    EXPECT_EQ(table("lane").vacuum_at, 10'000);
    EXPECT_EQ(table("request_open").vacuum_at, 5'000);

    sql("ALTER TABLE contego.lane SET (autovacuum_enabled = off, autovacuum_vacuum_threshold = 7)");

    EXPECT_FALSE(table("lane").autovacuum);
    EXPECT_EQ(table("lane").vacuum_at, 7);
}

TEST_F(examination, sees_dead_rows_and_whether_statistics_were_gathered) {
    sql("ALTER TABLE contego.lane SET (autovacuum_enabled = off)");
    sql("INSERT INTO contego.lane SELECT 'x', n::text, n, n FROM generate_series(1, 1000) AS n");
    sql("UPDATE contego.lane SET request_id = 0");
    sql("SELECT pg_stat_force_next_flush()");

    const auto before = table("lane");
    pqxx::connection other(database_.connection_string);
    pqxx::nontransaction(other).exec("ANALYZE contego.lane");

    EXPECT_EQ(before.live, 1'000);
    EXPECT_EQ(before.dead, 1'000);
    EXPECT_FALSE(before.analyzed);
    EXPECT_EQ(before.vacuumed, std::nullopt);
    EXPECT_TRUE(table("lane").analyzed);
}

TEST_F(examination, sees_who_holds_a_transaction_open_and_since_when) {
    EXPECT_THAT(looks_.horizon(), IsEmpty());
    pqxx::connection other(database_.connection_string + " application_name=forgotten");
    pqxx::work held(other);
    held.exec("SELECT pg_current_xact_id()");

    const auto holders = looks_.horizon();

    ASSERT_EQ(holders.size(), 1U);
    EXPECT_EQ(holders[0].kind, "session");
    EXPECT_EQ(holders[0].name, std::to_string(other.backendpid()));
    EXPECT_THAT(holders[0].who, HasSubstr("postgres, forgotten"));
    EXPECT_EQ(holders[0].state, "idle in transaction");
    ASSERT_TRUE(holders[0].age.has_value());
    EXPECT_GE(*holders[0].age, 0);
}

TEST_F(examination, sees_the_notifications_that_wait_and_the_oldest_transaction) {
    pqxx::connection other(database_.connection_string + " application_name=forgotten");
    pqxx::work held(other);
    held.exec("SELECT 1");

    auto seen = looks_.notifications();
    while (seen.process.empty()) // transactions shorter than a second are not reported
        seen = looks_.notifications();

    EXPECT_GE(seen.usage, 0);
    EXPECT_LT(seen.usage, 0.01);
    EXPECT_EQ(seen.process, std::to_string(other.backendpid()));
    EXPECT_THAT(seen.who, HasSubstr("postgres, forgotten"));
    EXPECT_TRUE(seen.age.has_value());
}

TEST_F(examination, sees_an_index_that_is_not_used) {
    EXPECT_THAT(looks_.invalid_indexes(), IsEmpty());
    sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'contego.request_open_due'::regclass");

    EXPECT_THAT(looks_.invalid_indexes(), ElementsAre("request_open_due"));
}

TEST_F(examination, sees_daemons_and_what_they_left) {
    const auto id = insert_for_card("1");
    insert_for_card("1");
    daemon_hands daemon(database_);
    EXPECT_EQ(daemon.claim(), ids{id});
    sql("UPDATE contego.request_open SET claimed_date = now() - interval '2 minutes' WHERE progress = "
        "'IN_FLIGHT'");

    const auto alive = looks_.daemons();
    const auto stuck = looks_.stuck();
    sql("UPDATE contego.daemon SET lease_until = '-infinity'");
    const auto dead = looks_.daemons();

    ASSERT_EQ(alive.size(), 1U);
    EXPECT_GT(alive[0].lease_left, 200);
    EXPECT_EQ(stuck.in_flight_long, 1);
    EXPECT_EQ(stuck.in_flight_orphans, 0);
    EXPECT_EQ(stuck.blocked_lanes, 1);
    EXPECT_LT(dead.at(0).lease_left, 0);
    EXPECT_EQ(looks_.stuck().in_flight_orphans, 1);
}

TEST_F(examination, ends_in_time_and_changes_nothing) {
    pqxx::connection other(database_.connection_string);
    pqxx::work locking(other);
    locking.exec("LOCK TABLE contego.daemon IN ACCESS EXCLUSIVE MODE");
    queue::examination looks(database_, std::chrono::milliseconds(50));

    EXPECT_THROW(static_cast<void>(looks.daemons()), queue::server_error);
    EXPECT_EQ(looks.server().login, "postgres") << "the connection is still good";
}

} // namespace
} // namespace contego::testing
