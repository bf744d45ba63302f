#include "queue_fixture.hpp"

namespace contego::testing {
namespace {

class record : public queue_fixture {
protected:
    record() : daemon_(database_) {}

    /// Claims a new request and returns the record of its first command.
    flat_command claimed_command(const std::string& parameters = R"({"smartcard_ca_id":"1"})") {
        insert(parameters);
        daemon_.claim();
        const auto& r = daemon_.latest.requests.at(0);
        flat_command c;
        c.request_id = r.id;
        c.fence = r.fence;
        c.sequence = 1;
        c.type = command_type::add_subscriptions;
        c.parameters = {{"smartcard_ca_id", "1"}};
        c.request = "<Envelope/>";
        c.response = "<Answer/>";
        c.reference_number = "ref-1";
        c.status_code = "OK";
        c.outcome = outcome::success;
        c.result = value::object{{"paired", true}};
        c.sent = std::chrono::steady_clock::now() - std::chrono::seconds(10);
        c.duration = std::chrono::milliseconds(1500);
        return c;
    }

    static flat_verdict verdict_on(const flat_command& c, disposition d) {
        flat_verdict v;
        v.request_id = c.request_id;
        v.fence = c.fence;
        v.disposition = d;
        v.first_sent = c.sent;
        return v;
    }

    static flat_verdict failed_verdict_on(const flat_command& c, disposition d) {
        auto v = verdict_on(c, d);
        if (d != disposition::complete) v.error_code = "TEST";
        return v;
    }

    std::string command(const flat_command& c, const std::string& columns) {
        return one("SELECT " + columns +
                   " FROM contego.command WHERE request_id = " + std::to_string(c.request_id));
    }

    daemon_hands daemon_;
};

TEST_F(record, stores_the_command_and_completes_the_request) {
    const auto c = claimed_command();
    auto v = verdict_on(c, disposition::complete);
    v.reference_number = "ref-1";
    v.result = value::object{{"paired", true}};

    const auto answer = daemon_.record({{c}, {v}});

    EXPECT_TRUE(answer.stale.empty());
    EXPECT_EQ(column(c.request_id,
                     "concat_ws(' ', life_cycle_state, progress, reference_number, result, error_code)"),
              "COMPLETED DONE ref-1 {\"paired\": true}");
    EXPECT_EQ(command(c,
                      "concat_ws('|', sequence, type, request, response, reference_number, status_code, "
                      "outcome, attempts, duration_ms)"),
              "1|ADD_SUBSCRIPTIONS|<Envelope/>|<Answer/>|ref-1|OK|success|1|1500");
    EXPECT_EQ(column(c.request_id, "round(extract(epoch FROM finished_date - executed_date))"), "10");
    EXPECT_EQ(command(c, "round(extract(epoch FROM recorded_date - sent_date))"), "10");
}

TEST_F(record, stores_text_as_it_is_and_nothing_where_there_is_none) {
    const std::string hard = "{\"a\",NULL}\\ 'x'\n\t\r\xC3\xA4\xE2\x82\xAC\xF0\x9F\x93\xBA";
    auto c = claimed_command();
    c.request = hard;
    c.response.clear();
    c.error_description = hard;
    c.parameters = {{"text", hard}, {"list", value::list{1, 2.5, true, value()}}};
    c.result = value();

    daemon_.record({{c}, {}});

    EXPECT_EQ(command(c, "request"), hard);
    EXPECT_EQ(command(c, "error_description"), hard);
    EXPECT_EQ(command(c, "parameters ->> 'text'"), hard);
    EXPECT_EQ(command(c, "parameters -> 'list'"), "[1, 2.5, true, null]");
    EXPECT_EQ(command(c, "concat_ws('|', response IS NULL, error_code IS NULL, result IS NULL)"), "t|t|t");
}

TEST_F(record, tells_the_rows_of_a_batch_apart) {
    flat_batch batch;
    for (int card = 1; card <= 40; ++card)
        insert("{\"smartcard_ca_id\":\"" + std::to_string(card) + "\"}");
    daemon_.claim();
    for (const auto& r : daemon_.latest.requests) {
        for (const int sequence : {1, 2}) {
            flat_command c;
            c.request_id = r.id;
            c.fence = r.fence;
            c.sequence = sequence;
            c.request = std::to_string(r.id) + " " + std::to_string(sequence);
            if (sequence == 2) c.outcome = outcome::success;
            batch.commands.push_back(c);
        }
        flat_verdict v;
        v.request_id = r.id;
        v.fence = r.fence;
        v.disposition = r.id % 2 == 0 ? disposition::complete : disposition::reject;
        if (r.id % 2 == 1) v.error_code = "NO " + std::to_string(r.id);
        batch.verdicts.push_back(v);
    }

    daemon_.record(batch);

    EXPECT_EQ(one("SELECT count(*) FROM contego.command WHERE request = request_id || ' ' || sequence"
                  " AND outcome = CASE sequence WHEN 1 THEN 'skipped' ELSE 'success' END"),
              "80");
    EXPECT_EQ(one("SELECT count(*) FROM contego.request WHERE progress = CASE id % 2 WHEN 0 THEN 'DONE' ELSE "
                  "'REJECTED' END"
                  " AND error_code IS NOT DISTINCT FROM CASE id % 2 WHEN 1 THEN 'NO ' || id END"),
              "40");
}

TEST_F(record, keeps_the_code_and_the_sentence_of_a_rejection) {
    const auto c = claimed_command();
    auto v = verdict_on(c, disposition::reject);
    v.error_code = "CLIENT_NOT_FOUND";
    v.error_description = "no such client";

    daemon_.record({{c}, {v}});

    EXPECT_EQ(
        column(c.request_id, "concat_ws('|', life_cycle_state, progress, error_code, error_description)"),
        "REJECTED|REJECTED|CLIENT_NOT_FOUND|no such client");
}

TEST_F(record, of_a_skipped_command_counts_no_attempt) {
    auto c = claimed_command();
    c.outcome.reset();

    daemon_.record({{c}, {}});

    EXPECT_EQ(command(c, "concat_ws('|', outcome, attempts, sent_date)"), "skipped|0");
    EXPECT_EQ(progress(c.request_id), "IN_FLIGHT");
}

TEST_F(record, of_a_second_attempt_replaces_the_first_and_counts_it) {
    auto c = claimed_command();
    c.outcome = outcome::retry;
    auto v = verdict_on(c, disposition::retry);
    daemon_.record({{c}, {v}});
    daemon_.claim();
    c.fence = daemon_.latest.requests.at(0).fence;
    c.outcome = outcome::success;
    c.response = "<Second/>";

    daemon_.record({{c}, {verdict_on(c, disposition::complete)}});

    EXPECT_EQ(command(c, "concat_ws('|', outcome, attempts, response)"), "success|2|<Second/>");
    EXPECT_EQ(column(c.request_id, "attempts"), "1");
}

TEST_F(record, writes_nothing_for_a_claim_that_is_no_longer_ours) {
    const auto c = claimed_command();
    sql("UPDATE contego.request SET fence = fence + 1 WHERE id = " + std::to_string(c.request_id));

    const auto answer = daemon_.record({{c}, {verdict_on(c, disposition::complete)}});

    EXPECT_EQ(answer.stale, ids{c.request_id});
    EXPECT_EQ(progress(c.request_id), "IN_FLIGHT");
    EXPECT_EQ(one("SELECT count(*) FROM contego.command"), "0");
}

TEST_F(record, tells_two_claims_on_one_request_apart_in_one_batch) {
    const auto former = claimed_command();
    sql("UPDATE contego.request SET progress = 'QUEUED', claimed_by = NULL WHERE id = " +
        std::to_string(former.request_id));
    daemon_.claim();
    auto latest = former;
    latest.fence = daemon_.latest.requests.at(0).fence;
    latest.response = "<Latest/>";
    const auto rejected = [&] {
        auto v = verdict_on(former, disposition::reject);
        v.error_code = "FORMER";
        return v;
    }();

    const auto answer =
        daemon_.record({{former, latest}, {rejected, verdict_on(latest, disposition::complete)}});

    EXPECT_EQ(answer.stale, ids{former.request_id});
    EXPECT_EQ(column(latest.request_id, "concat_ws('|', life_cycle_state, error_code)"), "COMPLETED");
    EXPECT_EQ(command(latest, "concat_ws('|', response, attempts)"), "<Latest/>|1");
}

TEST_F(record, lets_each_outcome_in_once_and_knows_its_own_again) {
    for (const auto d : {disposition::complete, disposition::reject, disposition::retry, disposition::hold}) {
        const auto c = claimed_command();
        const flat_batch batch{{c}, {failed_verdict_on(c, d)}};
        daemon_.record(batch);

        const auto again = daemon_.record(batch); // the commit succeeded, but its answer was lost

        EXPECT_TRUE(again.stale.empty()) << name_of(d);
        EXPECT_EQ(command(c, "attempts"), "1") << name_of(d);
        sql("SELECT contego.cancel(" + std::to_string(c.request_id) + ")"); // frees the card
    }
}

TEST_F(record, knows_its_own_outcome_again_after_another_claim) {
    const auto c = claimed_command();
    const flat_batch batch{{c}, {verdict_on(c, disposition::retry)}};
    daemon_.record(batch);
    sql("UPDATE contego.request_open SET due_date = now()");
    daemon_.claim();
    auto later = c;
    later.fence = daemon_.latest.requests.at(0).fence;
    daemon_.record({{later}, {verdict_on(later, disposition::retry)}});

    EXPECT_TRUE(daemon_.record(batch).stale.empty());
    EXPECT_EQ(command(c, "attempts"), "2");
}

TEST_F(record, takes_what_a_person_did_for_no_outcome_of_its_own) {
    for (const auto d : {disposition::complete, disposition::reject, disposition::retry, disposition::hold}) {
        const auto c = claimed_command();
        sql("UPDATE contego.request_open SET progress = 'QUEUED', claimed_by = NULL WHERE id = " +
            std::to_string(c.request_id));
        sql("SELECT contego.cancel(" + std::to_string(c.request_id) + ")");

        EXPECT_EQ(daemon_.record({{c}, {failed_verdict_on(c, d)}}).stale, ids{c.request_id}) << name_of(d);
    }
}

TEST_F(record, knows_a_verdict_without_commands_again) {
    const auto c = claimed_command();
    const flat_batch released{{}, {verdict_on(c, disposition::release)}};
    daemon_.record(released);

    EXPECT_TRUE(daemon_.record(released).stale.empty());
    sql("UPDATE contego.request_open SET fence = fence + 1");
    EXPECT_EQ(daemon_.record(released).stale, ids{c.request_id});
}

TEST_F(record, lets_a_bad_row_fail_alone) {
    auto bad = claimed_command();
    const auto good = claimed_command(R"({"smartcard_ca_id":"2"})");
    bad.result = value::object{{"text", std::string("a\0b", 3)}};

    const auto answer = daemon_.record(
        {{bad, good}, {verdict_on(bad, disposition::complete), verdict_on(good, disposition::complete)}});

    EXPECT_EQ(answer.failed, ids{bad.request_id});
    EXPECT_NE(answer.failure, "");
    EXPECT_EQ(progress(bad.request_id), "IN_FLIGHT");
    EXPECT_EQ(progress(good.request_id), "DONE");
}

TEST_F(record, hides_the_pin_when_the_request_ends) {
    const auto c = claimed_command(R"({"smartcard_ca_id":"1","new_pin":"4711","deep":[{"new_pin":"4712"}]})");
    EXPECT_EQ(column(c.request_id, "parameters->>'new_pin'"), "4711");

    daemon_.record({{c}, {verdict_on(c, disposition::complete)}});

    EXPECT_EQ(column(c.request_id, "parameters"),
              R"({"deep": [{"new_pin": "****"}], "new_pin": "****", "smartcard_ca_id": "1"})");
}

TEST_F(record, hides_a_pin_under_a_misspelt_name_too_and_nothing_else) {
    const auto c =
        claimed_command(R"({"smartcard_ca_id":"1","newPin":"4711","NEW_PIN":4712,"message":"your PIN",)"
                        R"("pairing":"9","deep":[[{"new_pin_code":["4713"]}],"pin",null]})");

    daemon_.record({{c}, {verdict_on(c, disposition::complete)}});

    EXPECT_EQ(column(c.request_id, "parameters"),
              R"({"deep": [[{"new_pin_code": "****"}], "pin", null], "newPin": "****", "NEW_PIN": "****", )"
              R"("message": "your PIN", "pairing": "9", "smartcard_ca_id": "1"})");
}

TEST_F(record, of_a_release_makes_it_claimable_at_once_and_burns_no_attempt) {
    const auto c = claimed_command();

    daemon_.record({{}, {verdict_on(c, disposition::release)}});

    EXPECT_EQ(daemon_.claim(), ids{c.request_id});
    EXPECT_EQ(daemon_.latest.requests.at(0).attempts, 0);
}

TEST_F(record, hands_finished_commands_to_the_next_claim) {
    auto first = claimed_command();
    auto second = first;
    second.sequence = 2;
    second.outcome = outcome::retry;
    daemon_.record({{first, second}, {verdict_on(first, disposition::release)}});

    daemon_.claim();

    const std::vector<finished_command> expected{{1, value::object{{"paired", true}}, "ref-1"}};
    EXPECT_EQ(daemon_.latest.requests.at(0).finished, expected);
}

TEST_F(record, throws_where_the_database_is_away_and_works_when_it_is_back) {
    const auto c = claimed_command();
    static_cast<void>(daemon_.record({})); // opens the connection
    {
        const closed_database away(database_);

        EXPECT_ANY_THROW(static_cast<void>(daemon_.record({{c}, {verdict_on(c, disposition::complete)}})));
    }

    daemon_.record({{c}, {verdict_on(c, disposition::complete)}});
    EXPECT_EQ(progress(c.request_id), "DONE");
}

TEST_F(record, keeps_every_attempt_in_the_order_of_its_number) {
    auto c = claimed_command();
    c.outcome = outcome::retry;
    c.got = exchange_state::sent_no_answer;
    c.response.clear();
    for (const auto* const why : {"TRANSPORT_TIMEOUT", "TRANSPORT_CLOSED"}) {
        c.error_code = why;
        ASSERT_TRUE(daemon_.record({{c}, {verdict_on(c, disposition::retry)}}).stale.empty());
        sql("UPDATE contego.request SET due_date = now()");
        daemon_.claim();
        c.fence = daemon_.latest.requests.at(0).fence;
    }
    c.outcome = outcome::success;
    c.got = exchange_state::answered;
    c.error_code.clear();

    ASSERT_TRUE(daemon_.record({{c}, {verdict_on(c, disposition::complete)}}).stale.empty());

    using rows = std::vector<std::vector<std::string>>;
    EXPECT_EQ(sql("SELECT attempt, exchange, outcome, error_code FROM contego.attempt ORDER BY attempt"),
              (rows{{"1", "sent_no_answer", "retry", "TRANSPORT_TIMEOUT"},
                    {"2", "sent_no_answer", "retry", "TRANSPORT_CLOSED"},
                    {"3", "answered", "success", ""}}));
    EXPECT_EQ(one("SELECT count(DISTINCT fence) FROM contego.attempt"), "3");
}

TEST_F(record, ends_the_commands_of_a_request_with_it_whenever_they_were_written) {
    const auto first = claimed_command();
    auto second = first;
    second.sequence = 2;
    ASSERT_TRUE(daemon_.record({{first}, {}}).stale.empty());
    EXPECT_EQ(one("SELECT count(*) FROM contego.command WHERE finished_date IS NULL"), "1");

    ASSERT_TRUE(daemon_.record({{second}, {verdict_on(second, disposition::complete)}}).stale.empty());

    EXPECT_EQ(one("SELECT count(*) FROM contego.command AS c JOIN contego.request AS r ON r.id = c.request_id"
                  " WHERE c.finished_date = r.finished_date"),
              "2");
}

TEST_F(record, an_outage_is_no_attempt_of_the_request) {
    const auto c = claimed_command();
    auto v = verdict_on(c, disposition::retry);
    v.counts = false;

    ASSERT_TRUE(daemon_.record({{c}, {v}}).stale.empty());

    EXPECT_EQ(column(c.request_id, "concat_ws(' ', progress, attempts)"), "RETRYING 0");
}

TEST_F(record, a_doubt_is_still_one_when_the_request_comes_back) {
    const auto c = claimed_command();
    auto v = verdict_on(c, disposition::retry);
    v.maybe_sent = true;
    ASSERT_TRUE(daemon_.record({{c}, {v}}).stale.empty());
    sql("UPDATE contego.request SET due_date = now()");

    daemon_.claim();

    EXPECT_TRUE(daemon_.latest.requests.at(0).maybe_sent);
}

TEST_F(record, says_where_a_command_was_read_back) {
    auto c = claimed_command();
    c.read_back = true;

    ASSERT_TRUE(daemon_.record({{c}, {verdict_on(c, disposition::complete)}}).stale.empty());

    EXPECT_EQ(command(c, "exchange"), "read_back");
}

} // namespace
} // namespace contego::testing
