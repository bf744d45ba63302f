#include "examination_fixture.hpp"

#include <algorithm>

namespace contego::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

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
    sql("DROP FUNCTION contego.leave_fleet");
    sql("DROP TRIGGER enter_subjects ON contego.request");
    sql("ALTER TABLE contego.former_attempt DROP COLUMN exchange CASCADE");

    const auto missing = drift().missing;

    const auto has = [&](const std::string& kind, const std::string& name) {
        return std::ranges::any_of(missing, [&](const auto& e) { return e.kind == kind && e.name == name; });
    };
    EXPECT_TRUE(has("index", "request_open.request_open_due"));
    EXPECT_TRUE(has("constraint", "request.action_is_given"));
    EXPECT_TRUE(has("function", "leave_fleet(of_daemon bigint)"));
    EXPECT_TRUE(has("trigger", "request.enter_subjects"));
    EXPECT_TRUE(has("column", "former_attempt.exchange"));
    EXPECT_TRUE(has("view", "attempt"));
}

TEST_F(examination, finds_what_was_made_in_another_way) {
    sql("ALTER FUNCTION contego.leave_fleet SECURITY INVOKER");
    sql("ALTER TABLE contego.lane ALTER request_id DROP NOT NULL");
    sql("DROP INDEX contego.request_open_due");
    sql("CREATE INDEX request_open_due ON contego.request_open (due_date)");

    EXPECT_THAT(drift().changed,
                ElementsAre(Field(&queue::catalog_entry::name, "lane.request_id"),
                            Field(&queue::catalog_entry::name, "leave_fleet(of_daemon bigint)"),
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

} // namespace
} // namespace contego::testing
