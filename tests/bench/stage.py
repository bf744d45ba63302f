"""One measurement: a database with requests, a CAS, daemons, and their costs until the last request was finished."""

import contextlib
import dataclasses
import os
import subprocess
import sys
import time

import gauges
from database import LOGIN, Session
from programs import Daemon, Load, Stub

OUTCOME = """
SELECT count(*) AS rows, count(*) FILTER (WHERE f.life_cycle_state = 'COMPLETED') AS completed,
       extract(epoch FROM max(f.finished_date) - (SELECT min(started_date) FROM contego.daemon WHERE started_date >= %s))::float AS seconds,
       (SELECT count(*) FROM contego.command AS c WHERE c.request_id BETWEEN %s AND %s AND c.exchange IS NOT NULL) AS commands,
       (SELECT count(*) FROM contego.command AS c
        WHERE c.request_id BETWEEN %s AND %s AND c.request IS NOT NULL AND c.response IS NOT NULL) AS stored
FROM contego.request_finished AS f
WHERE f.id BETWEEN %s AND %s"""

# Two requests follow each other on a lane, and the later one was sent before the earlier one was finished.
OVERTAKEN = """
SELECT count(*) AS n FROM (
    SELECT f.executed_date, lag(f.finished_date) OVER (PARTITION BY lane ORDER BY f.sequence_number) AS before
    FROM contego.request_finished AS f CROSS JOIN LATERAL unnest(f.lanes) AS lane
    WHERE f.id BETWEEN %s AND %s) AS r
WHERE executed_date < before"""


@dataclasses.dataclass
class Settings:
    rows: int = 100_000
    finished: int = 1_000_000
    idle_seconds: int = 600
    load_seconds: int = 20
    claim_ahead: int = 2000
    peers: str | None = None
    endpoint: str | None = None
    binding: str | None = None


class Stage:
    """The parts that scenarios use. It closes the parts that a scenario left open."""

    def __init__(self, cluster, settings, folder):
        self.cluster = cluster
        self.settings = settings
        self.folder = folder
        self.kept = {}  # databases that take too long to be made anew for every repetition
        self.known = {}  # figures of earlier scenarios of this run

    @contextlib.contextmanager
    def database(self):
        made = self.cluster.new_database()
        try:
            yield made
        finally:
            made.drop()

    @contextlib.contextmanager
    def cas(self, latency_ms=0):
        """Yields the URL and the process of the CAS. If the command line gives a URL, there is no process."""
        if self.settings.endpoint:
            yield self.settings.endpoint, None
            return
        stub = Stub(latency_ms)
        try:
            yield stub.url, stub.process.pid
        finally:
            stub.stop()

    def configuration(self, database, url, providers=1, **given):
        binding = {"binding": self.settings.binding} if self.settings.binding else {}
        provider = {"endpoint": url, **binding, **given}
        return {
            "database": {"connection": self.cluster.connection(database.name, LOGIN)},
            "providers": {"default": provider, **{f"provider-{n}": provider for n in range(1, providers)}},
            "log": {"level": "warning"},
            "admin": {"port": 0},
        }

    @contextlib.contextmanager
    def daemons(self, database, url, in_flight=64, count=1, **given):
        """Yields daemons with the settings of the command line. They have ended when the block is left."""
        with self._started(count, self.configuration(database, url, in_flight=in_flight, claim_ahead=self.settings.claim_ahead, **given)) as started:
            yield started

    @contextlib.contextmanager
    def daemons_as_they_come(self, database, url, count=1, providers=1):
        """Yields daemons with default settings."""
        with self._started(count, self.configuration(database, url, providers)) as started:
            yield started

    @contextlib.contextmanager
    def _started(self, count, configuration):
        started = []
        try:
            for _ in range(count):
                started.append(Daemon(self.folder, configuration))
            for one in started:
                one.wait_until_ready()
            yield started
        finally:
            for one in started:
                one.stop()

    @contextlib.contextmanager
    def costs(self, database):
        begun = Costs(self.cluster, database)
        try:
            yield begun
        finally:
            begun.end()

    @contextlib.contextmanager
    def counting_loops(self):
        """Runs one program that only counts for each core. Each has a session of its own, like every process of the database, since the
        scheduler may divide time fairly between sessions."""
        counting = [subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(os.cpu_count())]
        try:
            yield
        finally:
            for one in counting:
                one.kill()
                one.wait()

    def load(self, database, script, seconds, rate=None, clients=None, log=False):
        """In open loop (if a rate is given), there are enough sessions for slow commits; otherwise as many as the maximum needs."""
        return Load(self.folder, database.connection, script, seconds, rate, clients or (32 if rate else 4), log)


class Others:
    """The average number of cores that were busy with other work since the object was created."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.began = time.monotonic()
        self.before = self._cpu_seconds(())

    def _cpu_seconds(self, ours):
        """Returns CPU seconds without this program, its ended children, `ours`, and the cluster."""
        started = sum(os.times()[:4]) + sum(map(gauges.cpu_seconds, ours))
        return gauges.machine_cpu_seconds() - started - gauges.cluster_cpu_seconds(self.cluster.postmaster(), ())

    def cores(self, ours):
        return max(0.0, self._cpu_seconds(ours) - self.before) / (time.monotonic() - self.began)


class Costs:
    """The costs of a run. It is created before the daemons start; `close` is called after they ended."""

    def __init__(self, cluster, database):
        self.cluster = cluster
        self.database = database
        self.admin = Session(cluster.base)
        self.sessions = gauges.Sessions(cluster.base, LOGIN)
        self.own = {self.admin.pid, database.session.pid, cluster.admin.pid, self.sessions.pid}
        self.statements_before = gauges.statements(self.admin, LOGIN)
        self.commits_before = self._commits()
        self.polls_before = database.session.commits
        self.since = self.admin.value("SELECT clock_timestamp()")
        self.cpu_before = self.cluster_cpu()
        self.times_before = os.times()
        self.others = Others(cluster)
        self.began = time.monotonic()
        self.sessions.start()

    def cluster_cpu(self):
        return gauges.cluster_cpu_seconds(self.cluster.postmaster(), self.own)

    def _commits(self):
        """Returns the commits of this database. A session reports all its statistics only when it ends, so this one is renewed. The daemons' have ended."""
        former = self.database.session.pid
        self.database.reconnect()
        self.own = self.own - {former} | {self.database.session.pid}
        while self.admin.value("SELECT count(*) FROM pg_stat_activity WHERE usename = %s OR pid = %s", LOGIN, former):
            time.sleep(0.02)
        return gauges.commits(self.admin, self.database.name)

    def take(self, rows, daemons, cas=None):
        """Returns the costs at the end of the run, while all processes still live, per 1,000 rows and per row."""
        self.sessions.stop()
        cluster = self.cluster_cpu() - self.cpu_before
        own = sum(os.times()[:2]) - sum(self.times_before[:2])
        calls = self._calls()
        per_thousand = 1000 / max(rows, 1)
        found = {
            "others_cores": self.others.cores([*(d.process.pid for d in daemons), *([cas] if cas else [])]),
            "postgres_cpu_seconds_per_1000": cluster * per_thousand,
            "bench_cpu_seconds_per_1000": own * per_thousand,
            "statements_per_request": sum(n for n, _ in calls.values()) / max(rows, 1),
            "statement_calls": {kind: {"calls": n, "ms": ms} for kind, (n, ms) in list(calls.items())[:12]},
            "wait_events": self.sessions.histogram(),
        }
        if daemons:
            found["daemon_cpu_seconds_per_1000"] = sum(gauges.cpu_seconds(d.process.pid) for d in daemons) * per_thousand
            found["rss_peak_kib"] = max(gauges.peak_rss_kib(d.process.pid) for d in daemons)
            found["start_ms"] = max(d.start_ms for d in daemons)
        if cas:
            found["cas_cpu_seconds_per_1000"] = gauges.cpu_seconds(cas) * per_thousand
        return found

    def _calls(self):
        after = gauges.statements(self.admin, LOGIN)
        changes = {}
        for kind, (calls, ms) in after.items():
            before = self.statements_before.get(kind, (0, 0.0))
            if calls > before[0]:
                changes[kind] = (calls - before[0], ms - before[1])
        return dict(sorted(changes.items(), key=lambda item: -item[1][1]))

    def close(self, rows, of_load=0):
        """Returns the commits per row after the daemons have ended. Those of autovacuum are included."""
        polls = self.database.session.commits - self.polls_before
        commits = self._commits() - self.commits_before - polls - of_load
        return {"commits_per_request": commits / max(rows, 1)}

    def end(self):
        self.sessions.stop()
        self.admin.close()


def outcome(database, low, high, since, strict=False):
    """Returns the results of the requests in a range of ids. Complains if they are not as they must be."""
    found = database.session.query(OUTCOME, since, low, high, low, high, low, high)[0]
    wrong = [
        f"{found['rows'] - found['completed']} of {found['rows']} are not COMPLETED" if found["rows"] > found["completed"] else "",
        "an exchange is not stored" if found["stored"] < found["rows"] else "",
        f"{high - low + 1 - found['rows']} rows are not finished" if found["rows"] != high - low + 1 else "",
    ]
    if strict:
        overtaken = database.session.value(OVERTAKEN, low, high)
        wrong.append(f"{overtaken} requests overtook another one on their lane" if overtaken else "")
    if any(wrong):
        raise RuntimeError("the run is not what it should be: " + "; ".join(filter(None, wrong)))
    return {"rows": found["rows"], "commands": found["commands"], "seconds": found["seconds"]}
