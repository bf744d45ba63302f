#include "database/pqxx.hpp"
#include "database/sqlstate.hpp"
#include "queue/wakeup.hpp"
#include "queue_fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <memory>
#include <thread>

namespace contego::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Stops a session of the server, as a broken disk would, or a network that drops all packets.
class frozen {
public:
    explicit frozen(int pid) : pid_(pid) { ::kill(pid_, SIGSTOP); }

    frozen(const frozen&) = delete;
    frozen& operator=(const frozen&) = delete;

    ~frozen() { ::kill(pid_, SIGCONT); }

private:
    int pid_;
};

class database_away : public queue_fixture {
protected:
    database_away() {
        watched_.overseer = std::make_shared<queue::watchdog>();
        watched_.answer_timeout = std::chrono::seconds(1);
    }

    /// Returns the process of the session whose latest statement is like this one.
    int session_of(const std::string& statement) {
        return std::stoi(one("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                             " AND pid <> pg_backend_pid() AND query LIKE '" +
                             statement + "'"));
    }

    void wait_for_the_end_of(int pid) {
        while (one("SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(pid)) != "0")
            std::this_thread::yield();
    }

    queue::database_options watched_ = database_;
};

constexpr queue::statement who_am_i{"who_am_i", "SELECT pg_backend_pid()"};

TEST_F(database_away, a_call_without_an_answer_is_given_up_and_the_next_goes_another_way) {
    queue::connection c(watched_);
    const auto pid = c->call(who_am_i)[0][0].as<int>();
    const frozen server(pid);

    EXPECT_THAT([&] { c->call(who_am_i); },
                ThrowsMessage<std::runtime_error>(HasSubstr("who_am_i: no answer within 1000 ms")));

    EXPECT_NE(c->call(who_am_i)[0][0].as<int>(), pid);
}

TEST_F(database_away, a_claim_that_arrives_after_it_was_given_up_takes_nothing) {
    daemon_hands daemon(watched_);
    ASSERT_EQ(daemon.claim(), ids{});
    const auto pid = session_of("COMMIT");
    const auto id = insert_for_card("1");
    {
        const frozen server(pid);
        EXPECT_ANY_THROW(daemon.claim());
    }
    wait_for_the_end_of(pid);

    EXPECT_EQ(progress(id), "QUEUED");
    EXPECT_EQ(daemon.claim(), ids{id});
}

TEST_F(database_away, a_claim_whose_daemon_vanished_does_not_keep_the_others_waiting_for_long) {
    const daemon_hands daemon(database_);
    pqxx::connection vanished(database_.connection_string);
    pqxx::work claiming(vanished);
    claiming.exec("SELECT FROM contego.claim(" + std::to_string(daemon.membership.daemon_id()) +
                  ", 'default', 1)");

    EXPECT_EQ(claiming.exec("SHOW idle_in_transaction_session_timeout")[0][0].as<std::string>(), "1s");
    claiming.commit();

    pqxx::work after(vanished);
    EXPECT_EQ(after.exec("SHOW idle_in_transaction_session_timeout")[0][0].as<std::string>(), "0");
}

TEST_F(database_away, a_connection_that_brought_nothing_for_long_is_tried) {
    queue::wakeup ear(watched_, milliseconds(0));
    EXPECT_NE(ear.wait(milliseconds(0)), queue::heard::nothing);
    EXPECT_NE(ear.wait(milliseconds(60'000)), queue::heard::nothing)
        << "libpqxx does not show a notification that came with the answer";
    const frozen server(session_of(""));

    EXPECT_ANY_THROW(static_cast<void>(ear.wait(milliseconds(60'000))));

    EXPECT_NE(ear.wait(milliseconds(0)), queue::heard::nothing) << "it listens again";
}

/// The database refuses rows of contego.command, as each test says.
class refusing : public database_away {
protected:
    refusing() : daemon_(database_) {}

    void refuse_with(const std::string& cases) {
        sql("CREATE OR REPLACE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " +
            cases +
            " RETURN NEW; END $$; CREATE TRIGGER refuse BEFORE INSERT ON contego.command"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()");
    }

    static std::string raise(const std::string& sqlstate, std::int64_t id) {
        return "IF NEW.request_id = " + std::to_string(id) + " THEN RAISE EXCEPTION 'no' USING ERRCODE = '" +
               sqlstate + "'; END IF;";
    }

    void forgive() { sql("DROP TRIGGER refuse ON contego.command"); }

    /// The outcomes of the latest claim: every command succeeded.
    flat_batch outcomes() {
        flat_batch batch;
        for (const auto& r : daemon_.latest.requests) {
            flat_command c;
            c.request_id = r.id;
            c.fence = r.fence;
            c.sequence = 1;
            c.type = command_type::add_subscriptions;
            c.outcome = outcome::success;
            batch.commands.push_back(c);
            flat_verdict v;
            v.request_id = r.id;
            v.fence = r.fence;
            v.disposition = disposition::complete;
            batch.verdicts.push_back(v);
        }
        return batch;
    }

    record_answer record() { return daemon_.record(outcomes()); }

    std::string sqlstate_of_record() {
        try {
            static_cast<void>(record());
        } catch (const queue::server_error& e) {
            return e.sqlstate();
        }
        return "none";
    }

    daemon_hands daemon_;
};

TEST_F(refusing, for_want_of_space_is_no_fault_of_the_row) {
    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon_.claim(), ids{id});
    refuse_with(raise("53100", id));

    EXPECT_EQ(sqlstate_of_record(), "53100");
    forgive();

    EXPECT_EQ(record().failed, ids{});
    EXPECT_EQ(progress(id), "DONE");
}

TEST_F(refusing, one_row_leaves_the_others_their_outcome) {
    const auto bad = insert_for_card("1");
    const auto good = insert_for_card("2");
    ASSERT_EQ(daemon_.claim(), (ids{bad, good}));
    refuse_with(raise("22P02", bad));

    const auto answer = record();

    EXPECT_EQ(answer.failed, ids{bad});
    EXPECT_THAT(answer.failure, HasSubstr("(SQLSTATE 22P02)"));
    EXPECT_EQ(progress(good), "DONE");
    EXPECT_EQ(progress(bad), "IN_FLIGHT");
}

TEST_F(refusing, one_row_while_space_is_wanting_blames_no_other) {
    const auto bad = insert_for_card("1");
    const auto good = insert_for_card("2");
    ASSERT_EQ(daemon_.claim(), (ids{bad, good}));
    refuse_with(raise("22P02", bad) + raise("53100", good));

    EXPECT_EQ(sqlstate_of_record(), "53100");
    forgive();

    EXPECT_EQ(record().failed, ids{});
    EXPECT_EQ(progress(good), "DONE");
    EXPECT_EQ(progress(bad), "DONE");
}

TEST_F(refusing, for_want_of_rights_is_the_sites_mistake) {
    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon_.claim(), ids{id});
    const auto stranger = one("SELECT 'stranger_' || pg_backend_pid()");
    sql("CREATE ROLE " + stranger + " LOGIN");
    auto as_stranger = database_;
    as_stranger.connection_string += " user=" + stranger;

    EXPECT_THAT(
        [&] {
            static_cast<void>(
                queue::make_outcome_store(queue::make_recording_pool(as_stranger, 1), daemon_.membership)
                    ->record(grouped(outcomes())));
        },
        ThrowsMessage<queue::server_error>(
            ::testing::AllOf(HasSubstr("(SQLSTATE 42501)"), HasSubstr("HINT:"))));
    EXPECT_EQ(progress(id), "IN_FLIGHT");
}

TEST_F(refusing, since_it_is_read_only_makes_it_look_for_another_server) {
    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon_.claim(), ids{id});
    const auto name = one("SELECT current_database()");
    sql("ALTER DATABASE " + name + " SET default_transaction_read_only = on");

    EXPECT_EQ(sqlstate_of_record(), "25006");
    sql("ALTER DATABASE " + name + " RESET default_transaction_read_only");

    EXPECT_EQ(record().failed, ids{}) << "the read-only session is not used again";
    EXPECT_EQ(progress(id), "DONE");
}

} // namespace
} // namespace contego::testing
