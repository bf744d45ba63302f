#include "queue_fixture.hpp"

#include <gmock/gmock.h>

#include <future>
#include <string>
#include <vector>

namespace contego::testing {
namespace {

using ::testing::HasSubstr;

/// Rows that a superuser changed after the gate of the INSERT.
class any_row : public queue_fixture {
protected:
    void change(std::int64_t id, const std::string& columns) {
        sql("UPDATE contego.request_open SET " + columns + " WHERE id = " + std::to_string(id));
    }

    /// 2.5 KB in the database that take more than 1 GB as text.
    static constexpr const char* a_bomb = "parameters = jsonb_build_object('smartcard_ca_id', '1', 'n',"
                                          " (SELECT jsonb_agg(1e131071) FROM generate_series(1, 9000)))";
    static constexpr const char* too_deep =
        "parameters = (repeat('{\"pin\":', 900) || '1' || repeat('}', 900))::jsonb";
    static constexpr const char* too_large =
        "parameters = jsonb_build_object('smartcard_ca_id', '1', 'm', repeat('x', 2000000))";

    std::string trouble_of(daemon_hands& daemon) {
        try {
            daemon.claim();
            return {};
        } catch (const std::exception& e) {
            return e.what();
        }
    }

    daemon_hands daemon_{database_};
};

/// A trigger of the site makes the claim of one row fail. It stands for any cause of such a failure.
class poisoned : public any_row {
protected:
    poisoned() {
        sql("CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.process_id = 'bad' AND NEW.progress = 'IN_FLIGHT' THEN RAISE EXCEPTION 'no' USING "
            "ERRCODE = '22000'; END IF;"
            " RETURN NEW; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON contego.request_open FOR EACH ROW EXECUTE FUNCTION "
            "public.refuse()");
    }
};

TEST_F(poisoned, row_is_held_and_the_others_flow) {
    const auto bad = insert_for_card("1", ", process_id", ", 'bad'");
    const auto good = insert_for_card("2");

    EXPECT_THAT(trouble_of(daemon_), HasSubstr("request " + std::to_string(bad)));

    EXPECT_EQ(daemon_.claim(), ids{good});
    EXPECT_EQ(column(bad, "concat_ws('|', progress, error_code)"), "HELD|UNREADABLE_ROW");
    EXPECT_THAT(column(bad, "error_description"), HasSubstr("no (SQLSTATE 22000)"));
}

TEST_F(poisoned, row_that_has_become_due_is_held_too) {
    const auto bad =
        insert_for_card("1", ", process_id, scheduled_date", ", 'bad', now() + interval '1 hour'");
    change(bad, "scheduled_date = now(), due_date = now()");
    const auto good = insert_for_card("2");

    EXPECT_NE(trouble_of(daemon_), "");

    EXPECT_EQ(daemon_.claim(), ids{good});
    EXPECT_EQ(progress(bad), "HELD");
}

TEST_F(any_row, whose_number_a_person_has_changed_does_not_wait_for_itself) {
    const auto id = insert_for_card("1");
    change(id, "sequence_number = 9223372036854775807");

    EXPECT_EQ(daemon_.claim(), ids{id});
}

TEST_F(any_row, that_waits_for_a_number_that_nobody_has_is_woken) {
    const auto id = insert_for_card("1");
    change(id, "progress = 'BLOCKED', blocked_by = -1");

    daemon_.keep_house();

    EXPECT_EQ(daemon_.claim(), ids{id});
}

TEST_F(any_row, that_is_a_gigabyte_as_text_is_claimed_without_its_parameters) {
    for (const auto* columns : {a_bomb, too_deep}) {
        const auto id = insert_for_card("1");
        change(id, columns);

        ASSERT_EQ(daemon_.claim(), ids{id}) << columns;

        EXPECT_NE(daemon_.latest.requests.at(0).unreadable, "");
        daemon_.end(id, disposition::reject);
    }
}

TEST_F(any_row, that_is_larger_than_an_insert_may_be_is_claimed_without_its_parameters) {
    const auto id = insert_for_card("1");
    change(id, too_large);

    ASSERT_EQ(daemon_.claim(), ids{id});

    EXPECT_THAT(daemon_.latest.requests.at(0).unreadable, HasSubstr("exceed the limits of an INSERT"));
}

TEST_F(any_row, whose_lane_stands_there_twice_does_not_wait_for_itself) {
    const auto id = insert_for_card("1");
    change(id, "lanes = '{card:1,card:1,NULL,NULL}'");

    EXPECT_EQ(daemon_.claim(), ids{id});
}

TEST_F(any_row, can_be_ended_by_cancel_and_by_close) {
    for (const auto* verb : {"cancel", "close"})
        for (const auto* columns :
             {a_bomb, too_deep, too_large, "lanes = '{NULL}'", "attempts = 2147483647"}) {
            const auto id = insert_for_card("1");
            change(id, columns);

            const auto refused = one("SELECT coalesce(refused, '') FROM contego." + std::string(verb) + "(" +
                                     std::to_string(id) + ", 'no good')");

            EXPECT_EQ(refused, "") << verb << ' ' << columns;
            EXPECT_NE(column(id, "life_cycle_state"), "PENDING") << verb << ' ' << columns;
            EXPECT_NO_THROW(sql("SELECT * FROM contego.request_status WHERE id = " + std::to_string(id)));
        }
}

TEST_F(any_row, is_recorded_though_its_parameters_cannot_be_masked) {
    for (const auto* columns : {a_bomb, too_deep, too_large}) {
        const auto id = insert_for_card("1");
        ASSERT_EQ(daemon_.claim(), ids{id});
        change(id, columns);

        daemon_.end(id, disposition::reject);

        EXPECT_EQ(progress(id), "REJECTED") << columns;
        EXPECT_THAT(column(id, "parameters"), ::testing::Not(HasSubstr("\"pin\": 1")));
    }
}

TEST_F(any_row, brings_no_more_bytes_than_a_claim_may_have) {
    for (int i = 1; i <= 4; ++i)
        insert(R"({"m": ")" + std::string(900'000, 'x') + "\"}");

    EXPECT_EQ(daemon_.claim(), (ids{1, 2}));
    EXPECT_TRUE(daemon_.latest.more);
    EXPECT_EQ(daemon_.claim(), (ids{3, 4}));
}

TEST_F(any_row, of_many_bytes_is_claimed_alone_when_it_is_more_than_a_claim_may_have) {
    const auto id = insert(R"({"m": ")" + std::string(900'000, 'x') + "\"}");

    const auto rows = sql("SELECT id, more FROM contego.claim(" +
                          std::to_string(daemon_.membership.daemon_id()) + ", 'default', 10, 1000)");

    EXPECT_EQ(rows.at(0).at(0), std::to_string(id));
}

TEST_F(any_row, of_a_priority_that_nobody_knows_does_not_overtake_express) {
    const auto odd = insert_for_card("1", ", priority", ", 'AAA'");
    const auto regular = insert_for_card("2");
    const auto express = insert_for_card("3", ", priority", ", 'EXPRESS'");

    EXPECT_EQ(daemon_.claim(), (ids{express, odd, regular}));
}

TEST_F(any_row, that_another_session_keeps_locked_is_postponed_and_the_others_are_written) {
    const auto stuck = insert_for_card("1");
    const auto other = insert_for_card("2");
    ASSERT_EQ(daemon_.claim(), (ids{stuck, other}));
    flat_batch batch;
    for (const auto& r : daemon_.latest.requests) {
        flat_verdict v;
        v.request_id = r.id;
        v.fence = r.fence;
        v.disposition = disposition::complete;
        batch.verdicts.push_back(v);
    }
    pqxx::connection someone(database_.connection_string);
    {
        pqxx::work holds(someone);
        holds.exec("SELECT FROM contego.request_open WHERE id = " + std::to_string(stuck) + " FOR UPDATE");

        const auto answer = daemon_.record(batch);

        EXPECT_EQ(answer.postponed, ids{stuck});
        EXPECT_EQ(progress(other), "DONE");
    }
    const auto answer = daemon_.record(batch);
    EXPECT_EQ(answer.postponed, ids{});
    EXPECT_EQ(progress(stuck), "DONE");
}

TEST_F(any_row, whose_outcome_takes_too_long_is_held_and_the_others_are_written) {
    sql("CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF OLD.process_id = 'slow' THEN PERFORM pg_sleep(60); END IF; RETURN OLD; END $$;"
        "CREATE TRIGGER dawdle BEFORE DELETE ON contego.request_open FOR EACH ROW EXECUTE FUNCTION "
        "public.dawdle()");
    const auto slow = insert_for_card("1", ", process_id", ", 'slow'");
    const auto quick = insert_for_card("2");
    auto options = database_;
    options.overseer = std::make_shared<queue::watchdog>();
    options.answer_timeout = std::chrono::milliseconds(500);
    const auto store = queue::make_outcome_store(queue::make_recording_pool(options, 1), daemon_.membership);
    ASSERT_EQ(daemon_.claim(), (ids{slow, quick}));
    flat_batch batch;
    for (const auto& r : daemon_.latest.requests) {
        flat_verdict v;
        v.request_id = r.id;
        v.fence = r.fence;
        v.disposition = disposition::complete;
        batch.verdicts.push_back(v);
    }

    store->record(grouped(batch));
    sql("DROP FUNCTION public.dawdle CASCADE");

    EXPECT_EQ(progress(quick), "DONE");
    EXPECT_EQ(column(slow, "concat_ws('|', progress, error_code)"), "HELD|RECORD_REFUSED");
    EXPECT_THAT(column(slow, "error_description"), HasSubstr("57014"));
}

TEST_F(any_row, is_counted_once_when_its_commands_are_written_again_after_a_lost_answer) {
    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon_.claim(), ids{id});
    flat_command c;
    c.request_id = id;
    c.fence = daemon_.latest.requests.at(0).fence;
    c.sequence = 1;
    c.type = command_type::add_subscriptions;
    c.outcome = outcome::success;
    c.got = exchange_state::answered;
    c.sent = std::chrono::steady_clock::now();

    daemon_.record({{c}, {}});
    daemon_.record({{c}, {}});
    daemon_.end(id, disposition::complete);

    EXPECT_EQ(one("SELECT attempts FROM contego.command WHERE request_id = " + std::to_string(id)), "1");
    EXPECT_EQ(one("SELECT count(*) FROM contego.former_attempt"), "0");
}

TEST_F(any_row, stays_maybe_sent_when_it_is_held_with_a_doubt) {
    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon_.claim(), ids{id});
    flat_verdict v;
    v.request_id = id;
    v.fence = daemon_.latest.requests.at(0).fence;
    v.disposition = disposition::hold;
    v.error_code = "TEST";
    v.maybe_sent = true;

    daemon_.record({{}, {v}});

    EXPECT_EQ(column(id, "maybe_sent"), "t");
}

TEST_F(any_row, may_be_held_by_nobody_who_is_not_named) {
    sql("INSERT INTO contego.lock (purpose, provider) VALUES ('claim', 'default')");
    insert_for_card("1");
    pqxx::connection someone(database_.connection_string + " application_name=forgotten");
    pqxx::work holds(someone);
    holds.exec("SELECT contego.take_lock('claim', 'default')");

    for (int times = 0; times < 20; ++times)
        daemon_.claim(); // is turned away; the next one waits in line
    const auto trouble = trouble_of(daemon_);

    EXPECT_THAT(trouble, HasSubstr("in contego.take_lock"));
    EXPECT_THAT(trouble, HasSubstr("application forgotten"));
    EXPECT_THAT(trouble, HasSubstr("holds the lock claim of provider default"));
}

TEST_F(any_row, is_claimed_whatever_advisory_locks_somebody_takes) {
    const auto id = insert_for_card("1");
    pqxx::connection someone(database_.connection_string);
    pqxx::work holds(someone);
    for (const auto* name :
         {"contego.claim", "contego.share", "contego.feed", "contego.months", "contego.migrate"})
        holds.exec("SELECT pg_advisory_xact_lock(hashtext('" + std::string(name) +
                   "'), n) FROM unnest(ARRAY[0, 1, 2,"
                   " hashtext('default')]) AS n");

    EXPECT_EQ(daemon_.claim(), ids{id});
    EXPECT_NO_THROW(daemon_.keep_house());
    EXPECT_NO_THROW(
        sql("SELECT * FROM contego.take_share(" + std::to_string(daemon_.membership.daemon_id()) +
            ", 'default', 10, 10, 0, 0); SELECT contego.make_months(); SELECT contego.drop_month(1)"));
}

} // namespace
} // namespace contego::testing
