#include "queue/examination.hpp"
#include "queue/sqlstate.hpp"
#include "queue_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace contego::queue {

inline std::ostream& operator<<(std::ostream& out, const catalog_entry& e) {
    return out << e.kind << ' ' << e.name << ' ' << e.definition;
}

} // namespace contego::queue

namespace contego::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class examination : public queue_fixture {
protected:
    queue::catalog_drift drift() {
        return queue::compare(queue::parse_catalog(queue::embedded_catalog()), looks_.catalog());
    }

    queue::table_figures table(const std::string& name) {
        for (const auto& t : looks_.vacuum().tables)
            if (t.name == name) return t;
        ADD_FAILURE() << "there is no table " << name;
        return {};
    }

    std::vector<std::string> missing_rights(const std::string& login) {
        std::vector<std::string> all;
        for (const auto& r : queue::examination(as(login)).rights())
            if (!r.granted) all.push_back(r.what + " ON " + r.on);
        return all;
    }

    [[nodiscard]] queue::database_options as(const std::string& login) const {
        return {database_.connection_string + " user=" + login, "contego test"};
    }

    /// A login, of the whole cluster, that only has these roles.
    void make_login(const std::string& name, const std::string& roles) {
        sql("DROP ROLE IF EXISTS " + name);
        sql("CREATE ROLE " + name + " LOGIN IN ROLE " + roles);
    }

    queue::examination looks_{database_};
};

TEST_F(examination, finds_the_schema_as_this_release_makes_it) {
    const auto found = drift();

    EXPECT_THAT(found.missing, IsEmpty()) << "run script/catalog and commit sql/catalog.txt";
    EXPECT_THAT(found.changed, IsEmpty()) << "run script/catalog and commit sql/catalog.txt";
    EXPECT_EQ(looks_.catalog().size(), queue::parse_catalog(queue::embedded_catalog()).size())
        << "run script/catalog and commit sql/catalog.txt";
}

TEST_F(examination, finds_what_was_taken_away) {
    sql("DROP INDEX contego.request_open_due");
    sql("ALTER TABLE contego.request DROP CONSTRAINT action_is_given");
    sql("DROP FUNCTION contego.next_due");
    sql("DROP TRIGGER enter_subjects ON contego.request");
    sql("ALTER TABLE contego.former_attempt DROP COLUMN exchange CASCADE");

    const auto missing = drift().missing;

    const auto has = [&](const std::string& kind, const std::string& name) {
        return std::ranges::any_of(missing, [&](const auto& e) { return e.kind == kind && e.name == name; });
    };
    EXPECT_TRUE(has("index", "request_open.request_open_due"));
    EXPECT_TRUE(has("constraint", "request.action_is_given"));
    EXPECT_TRUE(has("function", "next_due(of_provider text)"));
    EXPECT_TRUE(has("trigger", "request.enter_subjects"));
    EXPECT_TRUE(has("column", "former_attempt.exchange"));
    EXPECT_TRUE(has("view", "attempt"));
}

TEST_F(examination, finds_what_was_made_in_another_way) {
    sql("ALTER FUNCTION contego.next_due SECURITY INVOKER");
    sql("ALTER TABLE contego.lane ALTER request_id DROP NOT NULL");
    sql("DROP INDEX contego.request_open_due");
    sql("CREATE INDEX request_open_due ON contego.request_open (due_date)");

    EXPECT_THAT(drift().changed,
                ElementsAre(Field(&queue::catalog_entry::name, "lane.request_id"),
                            Field(&queue::catalog_entry::name, "next_due(of_provider text)"),
                            Field(&queue::catalog_entry::name, "request_open.request_open_due")));
}

TEST_F(examination, tells_of_a_trigger_that_is_switched_off) {
    sql("ALTER TABLE contego.request DISABLE TRIGGER enter_lanes");

    EXPECT_THAT(drift().changed, ElementsAre(Field(&queue::catalog_entry::name, "request.enter_lanes")));
}

TEST_F(examination, takes_nothing_of_a_site_for_drift) {
    sql("CREATE INDEX of_the_site ON contego.request_finished (subscription)");
    sql("SELECT contego.open_feed()");

    const auto found = drift();

    EXPECT_THAT(found.missing, IsEmpty());
    EXPECT_THAT(found.changed, IsEmpty());
}

TEST_F(examination, finds_the_rights_that_the_daemon_has_and_no_other) {
    make_login("examined_daemon", "contego_daemon");

    EXPECT_THAT(missing_rights("examined_daemon"), IsEmpty());

    const auto granted =
        one("SELECT string_agg('FUNCTION contego.' || proname, ' ' ORDER BY proname) FROM pg_proc"
            " WHERE pronamespace = 'contego'::regnamespace"
            " AND has_function_privilege('contego_daemon', oid, 'EXECUTE')");
    std::vector<std::string> needed;
    for (const auto& r : looks_.rights())
        if (r.what == "EXECUTE") needed.push_back(r.on);
    std::ranges::sort(needed);
    std::string text;
    for (const auto& n : needed)
        text += (text.empty() ? "" : " ") + n;
    EXPECT_EQ(text, granted) << "the daemon needs a function that the examination does not know";
}

TEST_F(examination, finds_a_right_that_was_revoked) {
    make_login("examined_daemon", "contego_daemon");
    sql("REVOKE EXECUTE ON FUNCTION contego.claim FROM contego_daemon");
    sql("REVOKE SELECT ON contego.migration FROM contego_daemon");

    EXPECT_THAT(missing_rights("examined_daemon"),
                ElementsAre("EXECUTE ON FUNCTION contego.claim", "SELECT ON contego.migration"));
}

TEST_F(examination, is_possible_with_the_rights_of_the_daemon_alone) {
    make_login("examined_daemon", "contego_daemon");
    queue::examination looks(as("examined_daemon"));
    insert_for_card("1");

    EXPECT_EQ(looks.server().login, "examined_daemon");
    EXPECT_EQ(looks.backlog().at(0).due, 1);
    EXPECT_EQ(looks.stuck().blocked_lanes, 0);
    EXPECT_THAT(looks.daemons(), IsEmpty());
    EXPECT_EQ(looks.catalog().size(), looks_.catalog().size());
    EXPECT_NO_THROW({
        static_cast<void>(looks.clock());
        static_cast<void>(looks.durability());
        static_cast<void>(looks.connections());
        static_cast<void>(looks.vacuum());
        static_cast<void>(looks.horizon());
        static_cast<void>(looks.invalid_indexes());
    });
}

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
    session_.disconnect();
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
