"""The database as the CRM and support use it: plain SQL, without the daemon."""

import json
import pathlib
import subprocess

import psycopg2
import psycopg2.extras

from programs import REPOSITORY, contegod, wait_for


class RawJson(str):
    """Parameters that are sent exactly as they are written here."""


class Cluster:
    """A private PostgreSQL in a folder of its own. `settings` are settings of the server, as NAME=VALUE."""

    def __init__(self, folder, *settings):
        self.folder = folder
        self.settings = settings
        self.databases = 0
        self.start()

    def start(self):
        options = [part for one in ("fsync=off", *self.settings) for part in ("-c", one)]
        done = self._script("start", self.folder, *options)
        self.connection = done.stdout.strip()

    def stop(self):
        self._script("stop", self.folder)

    def new_database(self, folder):
        """Creates an empty database and migrates it as an operator does."""
        self.databases += 1
        name = f"end_to_end_{self.databases}"
        connection = psycopg2.connect(self.connection)
        connection.autocommit = True  # CREATE DATABASE must not run in a transaction
        connection.cursor().execute(f"CREATE DATABASE {name}")
        connection.close()
        made = Database(self.connection.replace("dbname=postgres", f"dbname={name}"))
        file = folder / "migrate.json"
        file.write_text(json.dumps(made.configuration({"default": {"endpoint": "http://127.0.0.1:9"}})))
        done = contegod("migrate", "--config", file)
        assert done.returncode == 0, done.stderr
        return made

    @staticmethod
    def programs():
        """Returns the folder of the programs of the server, such as pg_dump."""
        return pathlib.Path(Cluster._script("programs").stdout.strip())

    @staticmethod
    def _script(*arguments):
        return subprocess.run(
            [str(REPOSITORY / "script/cluster"), *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=90,
        )


class Database:
    def __init__(self, connection):
        self.connection = connection
        self._open = None

    def query(self, sql, *values):
        """Runs one statement in one transaction. If a restart of the server cut the connection, opens a new one."""
        try:
            return self._run(sql, values)
        except (psycopg2.DatabaseError, psycopg2.InterfaceError) as error:
            if error.pgcode:  # the server itself answered with this error
                raise
            self.close()
            return self._run(sql, values)

    def _run(self, sql, values):
        if self._open is None:
            self._open = psycopg2.connect(self.connection)
            self._open.autocommit = True
        with self._open.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def close(self):
        if self._open is not None:
            self._open.close()
            self._open = None

    def insert(self, action, parameters, **columns):
        """Inserts a request and returns its id."""
        written = parameters if isinstance(parameters, RawJson) else json.dumps(parameters)
        row = {"action": action, "parameters": written, **columns}
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        sql = f"INSERT INTO contego.request ({names}) VALUES ({marks}) RETURNING id"
        return self.query(sql, *row.values())[0]["id"]

    def request(self, request_id):
        return self.query("SELECT * FROM contego.request WHERE id = %s", request_id)[0]

    def commands(self, request_id):
        return self.query("SELECT * FROM contego.command WHERE request_id = %s ORDER BY sequence", request_id)

    def finished(self, request_id, timeout=20.0):
        """Returns the row, once it is no longer PENDING."""
        def row():
            found = self.request(request_id)
            return found if found["life_cycle_state"] != "PENDING" else None

        return wait_for(row, timeout, lambda: f"finish of {self.request(request_id)}")

    def in_progress(self, request_id, progress, timeout=20.0):
        """Returns the row, once it has this progress."""
        def row():
            found = self.request(request_id)
            return found if found["progress"] == progress else None

        return wait_for(row, timeout, lambda: f"{progress}: {self.request(request_id)}")

    def pending(self, provider="default"):
        return self.query(
            "SELECT id, progress, error_code, error_description FROM contego.request "
            "WHERE life_cycle_state = 'PENDING' AND provider = %s ORDER BY id LIMIT 5",
            provider,
        )

    def all_finished(self, provider="default", timeout=60.0):
        wait_for(lambda: not self.pending(provider), timeout, lambda: self.pending(provider))

    def count(self, condition, *values):
        return self.query(f"SELECT count(*) AS n FROM contego.request WHERE {condition}", *values)[0]["n"]

    def configuration(self, providers, **sections):
        """Returns a configuration with times short enough for a test."""
        return {
            "database": {"connection": self.connection, "lease_ms": 3000},
            "providers": {name: {**impatient(), **given} for name, given in providers.items()},
            "admin": {"port": 0},
            **sections,
        }


def impatient():
    return {
        "in_flight": 16,
        "poll_interval_ms": 100,
        "exchange_timeout_ms": 5000,
        "breaker": {"probe_interval_ms": 100},
        "retry": {"first_delay_ms": 20, "longest_delay_ms": 100, "most_attempts": 100},
    }
