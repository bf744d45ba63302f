"""PostgreSQL goes away in every way it can: the daemon stays, loses nothing, repeats nothing that must not be repeated, does not
spin meanwhile, and is back by itself."""

import collections
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import psycopg2
import pytest

from database import Cluster
from gate import Gate
from programs import Daemon, Simulator, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(8000))
NAMES = (f"away-{n}" for n in itertools.count(1))
MOST = 120


class Load:
    """Requests of one provider: half of them safe to repeat, half not."""

    def __init__(self, database, simulator):
        self.database = database
        self.simulator = simulator
        self.provider = next(NAMES)
        self.ids = []

    def providers(self):
        return {self.provider: {"endpoint": self.simulator.url, "in_flight": 8}}

    def insert(self, count=MOST):
        for n in range(count):
            card = next(CARDS)
            if n % 2:
                self._add("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1111"})
            else:
                self._add("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": card, "message": "Hello"})

    def _add(self, action, parameters):
        self.ids.append(self.database.insert(action, parameters, provider=self.provider))

    def completed(self):
        return self.database.count("provider = %s AND life_cycle_state = 'COMPLETED'", self.provider)

    def started(self):
        return wait_for(lambda: self.completed() >= 5)

    def check(self, timeout=30):
        """Everything came to an end, and nothing was done twice."""
        wait_for(self._ended, timeout, lambda: self.database.pending(self.provider))
        held = self.database.query("SELECT id, error_code FROM contego.request WHERE provider = %s AND progress = 'HELD'", self.provider)
        assert all(row["error_code"] == "IN_DOUBT" for row in held), held
        assert self.completed() + len(held) == len(self.ids)
        messages = [e for e in self.simulator.journal() if e["effect"] and e["command"] == "SEND_BARK_MESSAGE_TO_CLIENT"]
        sent = collections.Counter(str(e["sequence_number"]) for e in messages)
        assert all(sent[str(one)] <= 1 for one in self.ids), "a message was sent twice"

    def _ended(self):
        return not self.database.count("provider = %s AND life_cycle_state = 'PENDING' AND progress <> 'HELD'", self.provider)

    def is_quick_again(self, within=15):
        """New requests are soon done as fast as ever; an attempt to connect that nobody answers may last 5 seconds."""
        deadline = time.monotonic() + within
        while self._seconds_for_two(within) > 2:
            assert time.monotonic() < deadline, "it has not recovered"

    def _seconds_for_two(self, within):
        began = time.monotonic()
        self.insert(2)
        wait_for(self._ended, within)
        return time.monotonic() - began


@pytest.fixture
def load(database, simulator):
    simulator.break_with({"do": {"latency_ms": 50}})
    made = Load(database, simulator)
    made.insert()
    yield made
    simulator.mend()


def cpu_seconds(daemon):
    fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stays_calm(daemon, seconds=2.0):
    """Watches the daemon for a while in which there is nothing that it could do."""
    before = cpu_seconds(daemon)
    time.sleep(seconds)
    assert cpu_seconds(daemon) - before < 0.1 * seconds, "it spins"
    assert daemon.process.poll() is None, daemon.log()


def trouble_lines(daemon):
    return [line for line in daemon.log().splitlines() if "the database does not answer" in line]


def is_ready_again(daemon):
    wait_for(lambda: daemon.get("/readyz")[0] == 200, 10, lambda: daemon.get("/readyz"))


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
    assert len(trouble_lines(daemon)) <= 5, "one line for each stage is enough"
    wait_for(lambda: 'the database answers again after_s=' in daemon.log(), what=daemon.log)
    assert daemon.terminate() == 0


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
    """As after a switch-over, where the one that was written to has become a standby."""
    daemon = launch(load.providers())
    load.started()
    name = database.query("SELECT current_database() AS name")[0]["name"]

    database.query(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'contegod'")
    wait_for(lambda: "SQLSTATE 25006" in daemon.log() and "target_session_attrs=read-write" in daemon.log(), what=daemon.log)
    database.query("SET default_transaction_read_only = off")
    database.query(f"ALTER DATABASE {name} RESET default_transaction_read_only")

    load.check()
    load.is_quick_again()


def test_a_mistake_of_the_site_is_named_and_waited_for(database, load, launch):
    daemon = launch(load.providers())
    load.started()

    database.query("ALTER FUNCTION contego.record RENAME TO mislaid")
    wait_for(lambda: "SQLSTATE 42883" in daemon.log(), what=daemon.log)
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
    """Starts a daemon that reaches the database over TCP; it gives an answer two seconds."""

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
    """Longer than an answer may take; it may be at work already."""
    before = cpu_seconds(daemon)
    time.sleep(seconds)
    assert cpu_seconds(daemon) - before < 0.3 * seconds, "it spins"
    assert daemon.process.poll() is None, daemon.log()


def test_a_session_of_it_stands_still(database, load, launch):
    """The server's process hangs, as on a broken disk: the call is given up and made again elsewhere."""
    section = {"connection": database.connection, "lease_ms": 3000, "answer_timeout_ms": 2000}
    daemon = launch(load.providers(), database=section)
    load.started()

    sessions = database.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'contegod' AND wait_event = 'ClientRead'")
    for row in sessions:
        os.kill(row["pid"], signal.SIGSTOP)
    try:
        load.check()
    finally:
        for row in sessions:
            os.kill(row["pid"], signal.SIGCONT)

    assert sessions and "no answer within 2000 ms" in daemon.log()
    load.is_quick_again()
    load.check()


@pytest.fixture
def own_folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    made.chmod(0o755)  # the server may run as another user
    yield made
    shutil.rmtree(made)


@pytest.fixture
def own_simulator():
    """Its journal knows no requests of another cluster, which has the same numbers."""
    running = Simulator()
    running.break_with({"do": {"latency_ms": 50}})
    yield running
    running.stop()


def test_others_take_all_its_connections(own_folder, folder, own_simulator):
    cluster = Cluster(own_folder, "max_connections=15")
    database = cluster.new_database(folder)
    load = Load(database, own_simulator)
    load.insert()
    daemon = started(own_folder, database, load)
    load.started()

    eaters = []
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'contegod'")
    wait_for(lambda: eat(database.connection, eaters) or "too many clients" in daemon.log(), what=daemon.log)
    stays_calm(daemon)
    for one in eaters:
        one.close()

    load.check()
    load.is_quick_again()
    is_ready_again(daemon)
    assert daemon.terminate() == 0
    database.close()
    cluster.stop()


def eat(connection, eaters):
    """Takes connections until there are no more."""
    try:
        while True:
            eaters.append(psycopg2.connect(connection))
    except psycopg2.OperationalError:
        return False


def started(folder, database, load, **settings):
    """A daemon on a cluster of its own."""
    configuration = database.configuration(load.providers())
    configuration["database"].update(settings)
    file = folder / "contegod.json"
    file.write_text(json.dumps(configuration))
    return Daemon(file)


def test_a_standby_takes_over(own_folder, folder, own_simulator):
    """Nothing that was acknowledged is lost, since the standby had it before; the daemon finds the new primary by itself."""
    primary = Cluster(own_folder / "a")
    database = primary.new_database(folder)
    standby = Standby(own_folder / "b", primary)
    database.connection = database.connection.replace(
        f"host={primary.folder}", f"host={primary.folder},{standby.folder} target_session_attrs=read-write"
    )
    database.close()
    load = Load(database, own_simulator)
    load.insert()
    daemon = started(own_folder, database, load)
    load.started()

    primary.stop()
    standby.promote()

    load.check()
    load.is_quick_again()
    is_ready_again(daemon)
    assert daemon.terminate() == 0
    database.close()
    standby.stop()


class Standby(Cluster):
    """A copy that follows a primary, which waits for it at every commit."""

    def __init__(self, folder, primary):
        connection = psycopg2.connect(primary.connection)
        connection.autocommit = True
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)  # made by the server's user, where that is another one
        _as_owner("pg_basebackup", "-h", primary.folder, "-U", "postgres", "-D", folder / "data", "-R", "-c", "fast", "-N")
        super().__init__(folder)
        connection.cursor().execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        connection.cursor().execute("SELECT pg_reload_conf()")

        def follows():
            with connection.cursor() as cursor:
                cursor.execute("SELECT FROM pg_stat_replication WHERE sync_state = 'sync'")
                return cursor.rowcount

        wait_for(follows)
        connection.close()

    def promote(self):
        _as_owner("pg_ctl", "promote", "-w", "-D", self.folder / "data")


def _as_owner(program, *arguments):
    """A program of the server, run as who runs the server."""
    newest = max(pathlib.Path("/usr/lib/postgresql").iterdir(), key=lambda one: int(one.name))
    command = [str(newest / "bin" / program), *map(str, arguments)]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", "env", "-C", "/", *command]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_a_daemon_that_was_killed_has_its_requests_back_at_once_when_it_is_started_again(database, load, launch):
    """It does not wait for the lease of what it was before."""
    section = {"connection": database.connection, "lease_ms": 60_000}
    killed = launch(load.providers(), database=section)
    load.started()
    killed.kill()
    left = database.count("provider = %s AND progress = 'IN_FLIGHT'", load.provider)

    began = time.monotonic()
    launch(load.providers(), database=section)
    wait_for(lambda: database.count("provider = %s AND progress = 'IN_FLIGHT' AND interrupted", load.provider), 5)
    waited = time.monotonic() - began

    assert left > 0
    assert waited < 2
    load.check()
