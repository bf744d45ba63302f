"""What daemons cost while nothing happens, and what they cost each other when they claim for one provider."""

import itertools
import json
import pathlib
import shutil
import tempfile
import time

import pytest

from database import Cluster
from neighbours import open_transaction
from programs import wait_for

CARDS = (f"01700{n:06}" for n in itertools.count())
LISTEN_ONLY = 3_600_000  # an interval of polls that no test waits for

# Statements of the daemons as the server received them, also BEGIN and COMMIT.
STATEMENTS = """
    SELECT coalesce(substring(s.query FROM 'contego\\.(\\w+)\\('), left(s.query, 30)) AS kind, sum(s.calls)::integer AS calls
    FROM pg_stat_statements AS s
    JOIN pg_database AS d ON d.oid = s.dbid AND d.datname = current_database()
    WHERE s.toplevel AND s.query NOT LIKE '%%pg_stat_%%'
    GROUP BY 1 ORDER BY 2 DESC"""


@pytest.fixture(scope="module")
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = Cluster(folder, "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track=top", "max_connections=300")
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture
def database(cluster, folder):
    """A database for each test, so that no test counts the statements of another."""
    made = cluster.new_database(folder)
    made.query("CREATE EXTENSION pg_stat_statements")
    yield made
    made.close()


@pytest.fixture
def configure(database, folder):
    """Writes a configuration with default settings."""
    def write(providers, **sections):
        configuration = database.configuration({})
        configuration["database"] = {"connection": database.connection}
        configuration["providers"] = providers
        file = folder / f"scale-{time.monotonic_ns()}.json"
        file.write_text(json.dumps({**configuration, **sections}))
        return file

    return write


def of(url, *names, **given):
    return {name: {"endpoint": url, **given} for name in names}


def add(database, **columns):
    return database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"}, **columns)


def calls_in(database, seconds):
    """Returns the statements of the daemons in a span of time, by kind. The first seconds of a daemon are left out."""
    time.sleep(5)
    database.query("SELECT pg_stat_statements_reset()")
    time.sleep(seconds)
    return {row["kind"]: row["calls"] for row in database.query(STATEMENTS)}


def waiting_sessions(database):
    return [row["query"] for row in database.query(
        "SELECT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")]


# Idle daemons.

@pytest.mark.parametrize("count, providers", [(1, 1), (1, 20), (4, 1)])
def test_an_idle_daemon_makes_less_than_a_statement_a_second(database, simulator, launch, count, providers):
    names = ["default", *(f"cas-{n}" for n in range(1, providers))]
    for _ in range(count):
        launch(of(simulator.url, *names))

    calls = calls_in(database, 20)

    assert sum(calls.values()) < 20 * count, calls
    assert not {"claim", "try_claim", "rescue", "number_finished"} & set(calls), calls
    assert calls["renew_lease"] >= 5 * count


def test_an_open_feed_costs_an_idle_daemon_nothing(database, simulator, launch):
    database.query("SELECT contego.open_feed()")
    launch(of(simulator.url, "default"))

    assert "number_finished" not in calls_in(database, 3)


def test_one_daemon_at_a_time_sweeps(database, simulator, launch):
    first = add(database)
    database.query("SELECT contego.hold(%s, 'tried')", first)
    card = database.request(first)["parameters"]["smartcard_ca_id"]
    blocked = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "2"})
    for _ in range(4):
        launch(of(simulator.url, "default"), database={"connection": database.connection, "lease_ms": 3000})
    database.in_progress(blocked, "BLOCKED")

    calls = calls_in(database, 12)

    assert 6 <= calls["rescue"] <= 13, "a turn of a second each: 12 turns"
    assert calls["renew_lease"] >= 4 * 10


# Claims.

# If three daemons tried for long, an unlucky one would at last wait in line, as it must.
@pytest.mark.parametrize("count, times", [(1, 5), (3, 1)])
def test_a_claim_that_is_turned_away_does_not_wait_and_misses_nothing(database, simulator, launch, count, times):
    """The only hint comes while another session has the lock."""
    for _ in range(count):
        launch(of(simulator.url, "default", poll_interval_ms=LISTEN_ONLY))
    add_and_finish(database)
    for _ in range(times):
        with open_transaction(database.connection, "SELECT contego.take_lock('claim', 'default')") as other:
            request = add(database)
            tried = time.monotonic() + 0.3
            while time.monotonic() < tried:
                assert not waiting_sessions(database)
            other.rollback()
            database.finished(request, timeout=1)


def test_claims_that_are_turned_away_for_long_wait_in_line(database, simulator, launch):
    launch(of(simulator.url, "default", poll_interval_ms=LISTEN_ONLY))
    add_and_finish(database)
    with open_transaction(database.connection, "SELECT contego.take_lock('claim', 'default')"):
        request = add(database)
        wait_for(lambda: len(waiting_sessions(database)) == 1, 4)
    database.finished(request, timeout=1)


def test_a_lone_request_is_claimed_at_once_by_one_of_many(database, simulator, launch):
    for _ in range(6):
        launch(of(simulator.url, "default", poll_interval_ms=LISTEN_ONLY))
    add_and_finish(database)
    took = []
    for _ in range(20):
        request = add(database)
        database.finished(request)
        took.append(database.query("SELECT extract(epoch FROM executed_date - created_date)::float AS s FROM contego.request WHERE id = %s",
                                   request)[0]["s"])

    assert sorted(took)[10] < 0.05, took


def add_and_finish(database):
    """When this returns, the daemons have claimed once."""
    database.finished(add(database))


# Connections.

def connections(database):
    return database.query("SELECT count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'contegod%%' AND datname = current_database()"
                          " AND backend_type = 'client backend'")[0]["n"]


def test_providers_share_connections(database, simulator, launch):
    names = ["default", *(f"cas-{n}" for n in range(1, 20))]
    launch(of(simulator.url, *names))
    for _ in range(3):
        for request in [add(database, provider=name) for name in names]:
            database.finished(request)

    wait_for(lambda: connections(database) <= 6 + 2 * 3, 30)  # calls of a busy machine may open some more for a while


def test_providers_whose_claims_wait_for_a_lock_delay_no_other(database, simulator, launch):
    names = ["default", *(f"cas-{n}" for n in range(1, 10))]
    launch(of(simulator.url, *names), database={"connection": database.connection, "shared_connections": 1})
    for name in names:
        database.finished(add(database, provider=name))
    stuck, others = names[:4], names[4:]
    with open_transaction(database.connection, *(f"SELECT contego.take_lock('claim', '{name}')" for name in stuck)) as session:
        waiting = [add(database, provider=name) for name in stuck]
        wait_for(lambda: len(waiting_sessions(database)) == len(stuck), 10)
        for request in [add(database, provider=name) for name in others]:
            database.finished(request, timeout=3)
        session.rollback()
        for request in waiting:
            database.finished(request)

    wait_for(lambda: connections(database) <= 6 + 2 * 1, 30)


# Requests that are due at a time.

@pytest.mark.parametrize("priority", ["REGULAR", "EXPRESS"])
def test_a_request_that_becomes_due_in_a_quiet_time_is_sent_at_once(database, simulator, launch, priority):
    launch(of(simulator.url, "default", poll_interval_ms=LISTEN_ONLY))
    add_and_finish(database)
    request = database.query(
        "INSERT INTO contego.request (action, parameters, priority, scheduled_date) VALUES ('ADD_SUBSCRIPTIONS', %s, %s, now() + interval '4 s')"
        " RETURNING id", '{"smartcard_ca_id": "%s", "service_ca_id": "1"}' % next(CARDS), priority)[0]["id"]

    row = database.finished(request)

    assert 0 <= (row["executed_date"] - row["scheduled_date"]).total_seconds() < 0.1


def test_a_request_of_a_silent_login_is_found_by_polling_when_it_is_due(database, simulator, launch):
    launch(of(simulator.url, "default"))
    add_and_finish(database)
    silent = [database.query(
        "SET contego.notify = off; INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('ADD_SUBSCRIPTIONS', %s,"
        " now() + %s * interval '1 s') RETURNING id", '{"smartcard_ca_id": "%s", "service_ca_id": "1"}' % next(CARDS), seconds)[0]["id"]
        for seconds in (0, 8)]

    now, later = (database.finished(one) for one in silent)

    assert (now["executed_date"] - now["scheduled_date"]).total_seconds() < 3.2
    assert (later["executed_date"] - later["scheduled_date"]).total_seconds() < 0.1


# The feed.

def test_ends_get_their_positions_within_half_a_second(database, simulator, launch):
    database.query("SELECT contego.open_feed()")
    launch(of(simulator.url, "default", poll_interval_ms=LISTEN_ONLY))
    add_and_finish(database)
    for end in ("daemon", "person") * 3:
        request = add(database, **({} if end == "daemon" else {"scheduled_date": "2100-01-01"}))
        if end == "person":
            database.query("SELECT contego.cancel(%s, 'tried')", request)
        ended = database.finished(request)["finished_date"]
        wait_for(lambda: database.query("SELECT position FROM contego.feed WHERE request_id = %s", request), 3)
        numbered = database.query("SELECT clock_timestamp() AS now")[0]["now"]
        assert (numbered - ended).total_seconds() < 0.7, end
