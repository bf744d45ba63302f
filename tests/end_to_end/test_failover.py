"""A standby takes over; other sessions take every connection. Each test has clusters of its own."""

import json
import pathlib
import shutil
import tempfile

import psycopg2
import pytest

from black_hole import BlackHole
from database import Cluster
from load import Load, is_ready_again, stays_calm
from programs import Daemon, Simulator, wait_for
from standby import Standby


@pytest.fixture
def own_folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    made.chmod(0o755)  # the server may run as another user
    yield made
    shutil.rmtree(made)


@pytest.fixture
def own_simulator():
    """A simulator of its own: the requests of another cluster have the same numbers, and must not be in its journal."""
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

    def all_taken():
        """The daemon may reconnect faster than this test: its sessions are ended until it gets no new one."""
        database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'contegod'")
        eat(database.connection, eaters)
        return "too many clients" in daemon.get("/readyz")[1]

    wait_for(all_taken, what=daemon.log)
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
    """Opens connections until the server refuses more."""
    try:
        while True:
            eaters.append(psycopg2.connect(connection))
    except psycopg2.OperationalError:
        pass


def started(folder, database, load, **settings):
    """A daemon on a cluster of its own."""
    configuration = database.configuration(load.providers())
    configuration["database"].update(settings)
    file = folder / "contegod.json"
    file.write_text(json.dumps(configuration))
    return Daemon(file)


def test_a_standby_takes_over(own_folder, folder, own_simulator):
    """No acknowledged request is lost, since the standby had it before; the daemon finds the new primary by itself."""
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


def test_a_dead_host_is_named_first(own_folder, folder, own_simulator):
    """Once the other host has answered, no connection waits for the dead one."""
    cluster = Cluster(own_folder)
    database = cluster.new_database(folder)
    load = Load(database, own_simulator)
    dead = BlackHole()
    connection = database.connection.replace(f"host={cluster.folder}", f"host=127.0.0.1,{cluster.folder} port={dead.port},5432")
    daemon = started(own_folder, database, load, connection=connection)
    load.insert(2)
    load.check()
    is_ready_again(daemon)

    database.query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'contegod'")
    load.insert(2)
    tried = set()
    wait_for(lambda: tried.update(dead.attempts()) or load.completed() == 4, what=daemon.log)

    assert not tried, "it waits for the dead host again"
    load.is_quick_again()
    is_ready_again(daemon)
    assert daemon.terminate() == 0
    database.close()
    dead.close()
    cluster.stop()
