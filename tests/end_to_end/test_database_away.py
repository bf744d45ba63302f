"""PostgreSQL becomes unreachable in every way: the daemon keeps running, loses no request and repeats no command that must not be repeated.
It does not spin meanwhile, and recovers by itself."""

import os
import re
import signal
import time

import pytest

from gate import Gate
from load import Load, cpu_seconds, is_ready_again, stays_calm
from programs import wait_for


@pytest.fixture
def load(database, simulator):
    simulator.break_with({"do": {"latency_ms": 50}})
    made = Load(database, simulator)
    made.insert()
    yield made
    simulator.mend()


def trouble_lines(daemon):
    return [line for line in daemon.log().splitlines() if "the database does not answer" in line]


def test_it_restarts_under_load(cluster, load, launch):
    daemon = launch(load.providers())
    load.started()

    cluster.stop()
    wait_for(lambda: daemon.get("/readyz")[0] == 503)
    stays_calm(daemon, 3)
    cluster.start()

    load.check()
    load.is_quick_again()
    is_ready_again(daemon)
    assert len(trouble_lines(daemon)) <= 6, "one line for each stage is enough"
    wait_for(lambda: 'the database answers again after_s=' in daemon.log(), what=daemon.log)
    assert daemon.terminate() == 0


def total(daemon, metric, label=""):
    """Returns the sum of the values of a metric that have this label."""
    lines = daemon.get("/metrics")[1].splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(metric) and label in line)


def living(database):
    return [row["id"] for row in database.query("SELECT id FROM contego.daemon WHERE lease_until > now() ORDER BY id")]


def test_it_is_away_for_longer_than_a_lease(cluster, database, load, launch):
    """No daemon can renew its lease. So none is taken for dead: each goes on under its number, and keeps its requests and their answers."""
    load.insert(600)
    daemons = [launch(load.providers()) for _ in range(3)]
    numbers = living(database)
    load.started()
    wait_for(lambda: database.query(
        "SELECT 1 FROM contego.request WHERE provider = %s AND progress = 'IN_FLIGHT' HAVING count(DISTINCT claimed_by) = 3", load.provider))

    cluster.stop()
    time.sleep(5)  # a lease lasts 3 seconds
    cluster.start()

    load.check()
    assert database.count("provider = %s AND progress = 'HELD'", load.provider) == 0
    wait_for(lambda: living(database) == numbers, what=lambda: (living(database), numbers))
    for daemon in daemons:
        assert total(daemon, "contego_stale_outcomes_total") == 0
        assert total(daemon, "contego_requests_decided_total", 'disposition="release"') == 0, "given back"
        assert "taken over" not in daemon.log()
    load.is_quick_again()


def test_the_renewal_after_an_outage_is_reported_at_once(cluster, database, launch, providers):
    """The daemon is ready as soon as its lease is renewed, not a third of a lease later."""
    def lease_until():
        return database.query("SELECT max(lease_until) AS latest FROM contego.daemon")[0]["latest"]

    daemon = launch(providers, database={"connection": database.connection, "lease_ms": 9000})
    before = lease_until()
    cluster.stop()
    wait_for(lambda: 'stage="lease"' in daemon.log(), what=daemon.log)
    cluster.start()

    wait_for(lambda: lease_until() > before)

    wait_for(lambda: re.search(r'the database answers again .*stage="lease"', daemon.log()), 1.5, daemon.log)


def test_all_its_sessions_are_ended_again_and_again(database, load, launch):
    daemon = launch(load.providers())
    load.started()

    end = time.monotonic() + 3
    while time.monotonic() < end:
        database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        time.sleep(0.1)

    load.check()
    load.is_quick_again()
    is_ready_again(daemon)
    assert daemon.terminate() == 0


def test_it_is_read_only_for_a_while(database, load, launch):
    """This happens after a switch-over, when the old primary has become a standby."""
    daemon = launch(load.providers())
    load.started()
    name = database.query("SELECT current_database() AS name")[0]["name"]

    database.query(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'contegod'")
    wait_for(lambda: "SQLSTATE 25006" in daemon.get("/readyz")[1], what=daemon.log)
    why = daemon.get("/readyz")[1]
    database.query("SET default_transaction_read_only = off")
    database.query(f"ALTER DATABASE {name} RESET default_transaction_read_only")

    assert "HINT" in why and "target_session_attrs=read-write" in why
    load.check()
    load.is_quick_again()


def test_a_mistake_of_the_site_is_named_and_waited_for(database, load, launch):
    daemon = launch(load.providers())
    load.started()

    database.query("ALTER FUNCTION contego.record RENAME TO mislaid")
    wait_for(lambda: "SQLSTATE 42883" in daemon.get("/readyz")[1], what=daemon.log)
    status, why = daemon.get("/readyz")
    stays_calm(daemon)
    database.query("ALTER FUNCTION contego.mislaid RENAME TO record")

    assert status == 503 and "SQLSTATE 42883" in why and "HINT" in why
    load.check()
    is_ready_again(daemon)


@pytest.fixture
def gate(cluster):
    made = Gate(cluster.folder / ".s.PGSQL.5432")
    yield made
    made.close()


@pytest.fixture
def through_the_gate(cluster, database, gate, launch):
    """Starts a daemon that reaches the database over TCP. It waits two seconds for an answer."""

    def start(load):
        connection = database.connection.replace(f"host={cluster.folder}", f"host=127.0.0.1 port={gate.port}")
        section = {"connection": connection, "lease_ms": 3000, "answer_timeout_ms": 2000}
        return launch(load.providers(), database=section)

    return start


OUTAGES = {
    "refuses": Gate.refuse,
    "cuts": Gate.reset,
    "stalls": Gate.stall,
    "leaves_them_half_open": Gate.go_deaf,
    "truncates": lambda gate: (gate.truncate(700), gate.reset()),
}


@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES.keys())
def test_the_network_between(outage, load, gate, through_the_gate):
    daemon = through_the_gate(load)
    load.started()

    outage(gate)
    stays_calm_or_works(daemon)
    gate.let_in()

    load.check()
    load.is_quick_again()
    is_ready_again(daemon)
    assert daemon.terminate() == 0


def stays_calm_or_works(daemon, seconds=3.0):
    """Waits longer than an answer may take. The daemon may be working again already."""
    before = cpu_seconds(daemon)
    time.sleep(seconds)
    assert cpu_seconds(daemon) - before < 0.3 * seconds, "it spins"
    assert daemon.process.poll() is None, daemon.log()


def stop_sessions_at_rest(database):
    """Stops idle sessions and returns their pids. A session that has begun to work may hold a lock that all others need, so it continues."""
    at_rest = "SELECT pid FROM pg_stat_activity WHERE application_name = 'contegod' AND wait_event = 'ClientRead'"
    stopped = []
    for row in database.query(at_rest):
        os.kill(row["pid"], signal.SIGSTOP)
        if database.query(f"{at_rest} AND pid = %s", row["pid"]):
            stopped.append(row["pid"])
        else:
            os.kill(row["pid"], signal.SIGCONT)
    return stopped


def test_a_session_of_it_stands_still(database, load, launch):
    """The server's process hangs, as on a broken disk: the daemon gives the call up and repeats it in another session."""
    section = {"connection": database.connection, "lease_ms": 3000, "answer_timeout_ms": 2000}
    daemon = launch(load.providers(), database=section)
    load.started()

    sessions = stop_sessions_at_rest(database)
    try:
        load.check()
    finally:
        for pid in sessions:
            os.kill(pid, signal.SIGCONT)

    assert sessions and "no answer within 2000 ms" in daemon.log()
    load.is_quick_again()
    load.check()


def test_a_daemon_that_was_killed_has_its_requests_back_at_once_when_it_is_started_again(database, load, launch):
    """The daemon does not wait for the lease of its former process."""
    section = {"connection": database.connection, "lease_ms": 60_000}
    killed = launch(load.providers(), database=section)
    load.started()
    killed.kill()
    left = database.count("provider = %s AND progress = 'IN_FLIGHT'", load.provider)

    began = time.monotonic()
    launch(load.providers(), database=section)
    wait_for(lambda: database.count("provider = %s AND progress = 'IN_FLIGHT' AND maybe_sent", load.provider), 5)
    waited = time.monotonic() - began

    assert left > 0
    assert waited < 2
    load.check()
