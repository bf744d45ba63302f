"""The daemon behind PgBouncer in transaction mode: it has a session only for the length of a transaction."""

import itertools
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg2
import pytest

from doctor import findings_of
from programs import contegod, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(9000))
NAMES = (f"pooled-{n}" for n in itertools.count(1))
PORT = 6432  # the name of its socket, in a folder of its own


class PgBouncer:
    """PgBouncer in front of a cluster, with fewer sessions than the daemon alone would take."""

    def __init__(self, folder, cluster):
        self.folder = folder
        self.log_file = folder / "pgbouncer.log"
        (folder / "users").write_text('"postgres" ""\n')
        (folder / "pgbouncer.ini").write_text(
            "[databases]\n"
            f"* = host={cluster.folder} user=postgres\n"
            "[pgbouncer]\n"
            f"listen_addr =\nlisten_port = {PORT}\nunix_socket_dir = {folder}\n"
            f"auth_type = trust\nauth_file = {folder}/users\nlogfile = {self.log_file}\n"
            "pool_mode = transaction\ndefault_pool_size = 2\nserver_lifetime = 1\n"
        )
        command = ["pgbouncer", "-q", str(folder / "pgbouncer.ini")]
        if os.getuid() == 0:  # PgBouncer refuses to run as root
            for one in (folder, *folder.iterdir()):
                shutil.chown(one, "postgres", "postgres")
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *command]
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
        self.process = subprocess.Popen(command, env=environment)
        wait_for((folder / f".s.PGSQL.{PORT}").exists, what=self.log)

    def log(self):
        return self.log_file.read_text() if self.log_file.exists() else ""

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


@pytest.fixture(scope="module")
def pooler(cluster):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = PgBouncer(folder, cluster)
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def pooled(cluster, pooler, database):
    """Returns the connection string of the same database through the pooler."""
    return database.connection.replace(f"host={cluster.folder}", f"host={pooler.folder} port={PORT}")


def ways(pooled, direct):
    return {
        "polls_only": {"connection": pooled, "listen": False},
        "listens_directly": {"connection": pooled, "listen_connection": direct},
    }


@pytest.mark.parametrize("way", ["polls_only", "listens_directly"])
def test_the_daemon_works_through_it(way, pooled, pooler, database, simulator, launch):
    provider = next(NAMES)
    providers = {provider: {"endpoint": simulator.url, "poll_interval_ms": 100 if way == "polls_only" else 60_000}}
    daemon = launch(providers, database={"lease_ms": 3000, **ways(pooled, database.connection)[way]})

    for _ in range(100):
        card = {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"}
        database.insert("ADD_SUBSCRIPTIONS", card, provider=provider)
    database.all_finished(provider)

    assert database.count("provider = %s AND life_cycle_state = 'COMPLETED'", provider) == 100
    assert bool(listeners(database)) == (way == "listens_directly")
    assert daemon.terminate() == 0
    assert "the database does not answer" not in daemon.log(), pooler.log()


def test_doctor_looks_through_it(pooled, simulator, configure):
    findings, status = findings_of(configure({"default": {"endpoint": simulator.url}}, database={"connection": pooled}))

    assert [f for f in findings if "not checked" in f["what"]] == []
    assert [f["what"] for f in findings if f["severity"] == "ERROR" and f["check"] != "daemons"] == [], status


def listeners(database):
    return database.query("SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = current_database()")


def test_the_schema_is_brought_up_to_date_through_it(cluster, pooler, pooled, folder):
    connection = psycopg2.connect(cluster.connection)
    connection.autocommit = True
    connection.cursor().execute("CREATE DATABASE migrated_through_a_pooler")
    connection.close()
    name = dict(part.split("=") for part in pooled.split())["dbname"]
    environment = {"CONTEGOD_DATABASE_CONNECTION": pooled.replace(name, "migrated_through_a_pooler")}
    file = folder / "pooled.json"
    file.write_text('{"database": {}, "providers": {"default": {"endpoint": "http://127.0.0.1:9"}}}')

    done = contegod("migrate", "--config", file, environment=environment)
    again = contegod("migrate", "--config", file, environment=environment)

    assert done.returncode == 0 and "applied 1 tables" in done.stdout, done.stderr
    assert again.returncode == 0 and "up to date" in again.stdout, again.stderr
    assert contegod("status", "--config", file, environment=environment).returncode == 0
