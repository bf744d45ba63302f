"""Real daemons create the months of finished requests ahead and drop old months, while requests go on."""

import os
import time

import pytest

from database import Database
from programs import wait_for

OLD = int(os.environ.get("CONTEGO_OLD_MONTH", 20_000))  # requests in the month that is dropped
RETENTION = {"CONTEGOD_DATABASE_RETENTION_MONTHS": "2"}
FORGET_AHEAD = """
DO $$
DECLARE
    ahead date;
BEGIN
    FOR ahead IN SELECT month FROM contego.month WHERE month > contego.month_of(now()) LOOP
        EXECUTE format('DROP TABLE contego.%%I, contego.%%I', 'request_finished' || to_char(ahead, '_YYYY_MM'),
                       'command_finished' || to_char(ahead, '_YYYY_MM'));
        DELETE FROM contego.month WHERE month = ahead;
    END LOOP;
END
$$"""


def fill(database, months_ago, count):
    """Inserts finished requests of an old month, with numbers below the CRM's. Returns the month."""
    moment = f"now() - interval '{months_ago} months'"
    database.query(f"SELECT contego.make_month({moment})")
    month = database.query(f"SELECT to_char(contego.month_of({moment}), 'YYYY-MM') AS month")[0]["month"]
    for whole in "request_finished", "command_finished":  # autovacuum has long finished an old month, and delays no drop
        database.query(f"ALTER TABLE contego.{whole}_{month.replace('-', '_')} SET (autovacuum_enabled = false)")
    database.query(
        "INSERT INTO contego.request_finished (id, owned_by, action, parameters, life_cycle_state, progress, lanes, finished_date, idempotency_key) "
        "OVERRIDING SYSTEM VALUE SELECT nextval('contego.request_id_seq'), 'crm', 'ADD_SUBSCRIPTIONS', '{}', 'COMPLETED', 'DONE', "
        f"ARRAY['card:' || n], {moment}, 'month-{months_ago}-' || n FROM generate_series(1, %s) AS n", count)
    database.query(
        "INSERT INTO contego.command (request_id, sequence, type, parameters, outcome, attempts, fence, finished_date) "
        "SELECT id, 1, action, '{}', 'success', 1, 1, finished_date FROM contego.request_finished WHERE idempotency_key LIKE %s",
        f"month-{months_ago}-%")
    database.query(
        "INSERT INTO contego.idempotency (provider, idempotency_key, owned_by, request_id) SELECT provider, idempotency_key, owned_by, id FROM contego.request_finished WHERE idempotency_key LIKE %s",
        f"month-{months_ago}-%")
    return month


def months(database):
    """Reads the table, not the view: a query for the size of a month keeps the month from being dropped."""
    return [row["month"] for row in database.query("SELECT to_char(month, 'YYYY-MM') AS month FROM contego.month ORDER BY month")]


@pytest.fixture(scope="module")
def modest(database):
    """Returns the environment of a daemon whose login has only the privileges of a daemon."""
    database.query("CREATE ROLE months_daemon LOGIN IN ROLE contego_daemon")
    yield {"CONTEGOD_DATABASE_CONNECTION": database.connection.replace("user=postgres", "user=months_daemon")}
    database.query("DROP ROLE months_daemon")


def test_a_daemon_makes_the_months_that_are_missing(database, launch, modest):
    there = months(database)
    database.query(FORGET_AHEAD)

    daemon = launch(environment=modest)
    wait_for(lambda: months(database) == there, what=daemon.log)
    wait_for(lambda: daemon.log().count("month of finished requests made") == 2, what=daemon.log)

    assert f'month of finished requests made month="{there[-1]}"' in daemon.log()


def test_without_a_number_of_months_everything_is_kept(database, launch, modest):
    kept = fill(database, 40, 1)
    database.query(FORGET_AHEAD)

    daemon = launch(environment=modest)
    wait_for(lambda: len(months(database)) == 4, what=daemon.log)
    assert daemon.terminate() == 0

    assert kept in months(database)
    assert "dropped" not in daemon.log()


def test_one_of_several_daemons_drops_an_old_month_and_nobody_is_kept_waiting(database, launch, modest):
    old, young = fill(database, 5, OLD), fill(database, 2, 1)
    open_one = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": "01000000001", "service_ca_id": "1111"}, provider="nobody")
    database.query("UPDATE contego.request_open SET created_date = '2001-01-01' WHERE id = %s", open_one)

    daemons = [launch(environment={**modest, **RETENTION}) for _ in range(2)]
    longest, sent, give_up = 0, [], time.monotonic() + 100
    while old in months(database):
        began = time.monotonic()
        sent.append(database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": f"0100{len(sent):07}", "service_ca_id": "1111"}))
        database.request(sent[0])
        longest = max(longest, time.monotonic() - began)
        assert began < give_up, [one.log() for one in daemons]  # a drop that had to wait is tried again after a minute
    for one in sent:
        database.finished(one, 60)
    wait_for(lambda: sum(one.log().count(f'month of finished requests dropped month="{old}"') for one in daemons) == 1)

    print(f"{len(sent)} requests inserted and one read after each; the longest took {longest * 1000:.0f} ms")
    assert longest < 1
    assert young in months(database)
    assert database.request(open_one)["progress"] == "QUEUED"
    left = database.query("SELECT idempotency_key FROM contego.idempotency WHERE idempotency_key LIKE 'month-%%'")
    assert [row["idempotency_key"] for row in left] == ["month-2-1"]


def test_a_reader_keeps_a_month_from_going_and_the_line_from_nothing(database, launch, modest):
    old = fill(database, 6, 1)
    reader = Database(database.connection)
    reader.query("BEGIN")
    reader.query("SELECT count(*) FROM contego.request")

    daemon = launch(environment={**modest, **RETENTION})
    wait_for(lambda: database.query("SELECT state FROM contego.months WHERE to_char(month, 'YYYY-MM') = %s", old)[0]["state"]
             == "is being dropped", what=daemon.log)
    one = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": "01000000001", "service_ca_id": "1111"})
    assert database.finished(one)["life_cycle_state"] == "COMPLETED"
    assert old in months(database)
    daemon.terminate()
    reader.close()

    again = launch(environment={**modest, **RETENTION})
    wait_for(lambda: old not in months(database), what=again.log)
