"""A private PostgreSQL, with a fresh database for every measurement."""

import subprocess
import time

import psycopg2
import psycopg2.extras

from programs import CONTEGOD, REPOSITORY

LOGIN = "contego_daemon"  # identifies the daemon's statements and sessions
SERVER = (
    "shared_buffers=512MB", "max_wal_size=4GB", "track_commit_timestamp=on", "shared_preload_libraries=pg_stat_statements",
    "pg_stat_statements.track=top", "max_connections=700",
)
# The query starts at the beginning of the index: reading the table would visit all finished rows.
OLDEST = "SELECT id FROM contego.request_open WHERE id BETWEEN %s AND %s ORDER BY id LIMIT 1"


class Session:
    """One connection. Each statement is a transaction."""

    def __init__(self, connection):
        self.connection = psycopg2.connect(connection)
        self.connection.autocommit = True
        self.pid = self.connection.info.backend_pid
        self.commits = 0
        self.query("SET max_parallel_workers_per_gather = 0")

    def query(self, sql, *values):
        with self.connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(sql, values or None)
            self.commits += 1
            return cursor.fetchall() if cursor.description else []

    def value(self, sql, *values):
        return next(iter(self.query(sql, *values)[0].values()))

    def close(self):
        self.connection.close()


class Cluster:
    def __init__(self, folder):
        self.folder = folder
        options = [part for one in SERVER for part in ("-c", one)]
        self.base = self._script("start", folder / "pg", *options).stdout.strip()
        self.admin = Session(self.base)
        self.databases = 0
        self._make_template()

    def postmaster(self):
        return int((self.folder / "pg/data/postmaster.pid").read_text().split()[0])

    def connection(self, name, user="postgres"):
        return self.base.replace("dbname=postgres", f"dbname={name}").replace("user=postgres", f"user={user}")

    def _make_template(self):
        self.admin.query("CREATE EXTENSION pg_stat_statements")
        self.admin.query(f"CREATE ROLE {LOGIN} LOGIN SUPERUSER")
        self.admin.query("CREATE DATABASE template_bench")
        file = self.folder / "migrate.json"
        file.write_text('{"database": {"connection": "%s"}, "providers": {"default": {"endpoint": "http://127.0.0.1:9"}}}'
                        % self.connection("template_bench"))
        subprocess.run([CONTEGOD, "migrate", "--config", file], check=True, stdout=subprocess.DEVNULL)
        session = Session(self.connection("template_bench"))
        session.query("CREATE SCHEMA bench")
        # The transaction that inserts a request writes a row here, whose xmin tells when it was committed.
        session.query("CREATE TABLE bench.inserted (id bigint NOT NULL)")
        session.close()

    def new_database(self):
        self.databases += 1
        name = f"bench_{self.databases}"
        self.admin.query(f"CREATE DATABASE {name} TEMPLATE template_bench")
        return Database(self, name)

    def stop(self):
        self.admin.close()
        self._script("stop", self.folder / "pg")

    @staticmethod
    def _script(*arguments):
        command = [str(REPOSITORY / "script/cluster"), *map(str, arguments)]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=120)


class Database:
    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name
        self.connection = cluster.connection(name)
        self.session = Session(self.connection)

    def insert(self, select):
        """Runs an INSERT into contego.request with the rows of `select`. Returns the first and the last id."""
        row = self.session.query(
            f"WITH inserted_requests AS (INSERT INTO contego.request (action, parameters, process_name, priority) {select} RETURNING id) "
            "SELECT min(id) AS low, max(id) AS high FROM inserted_requests")[0]
        return row["low"], row["high"]

    def settle(self):
        """Leaves the tables as autovacuum would some time after the INSERT, so that the run pays for none of that."""
        for sql in ("VACUUM ANALYZE contego.request_open", "VACUUM ANALYZE contego.lane", "CHECKPOINT"):
            self.session.query(sql)

    def wait_until_finished(self, low, high, daemons, give_up=3600):
        """Polls, seldom if a query is expensive. Returns the time, by the clock of this program, at which it saw the last request finished."""
        deadline = time.monotonic() + give_up
        while True:
            asked = time.monotonic()
            still_open = self.session.query(OLDEST, low, high)
            seen = time.monotonic()
            if not still_open:
                return seen
            for daemon in daemons:
                daemon.check()
            if seen > deadline:
                raise RuntimeError(f"not finished within {give_up} s")
            time.sleep(max(0.1, 20 * (seen - asked)))

    def reconnect(self):
        polls = self.session.commits
        self.session.close()
        self.session = Session(self.connection)
        self.session.commits = polls

    def drop(self):
        self.session.close()
        self.cluster.admin.query(f"DROP DATABASE {self.name} WITH (FORCE)")
