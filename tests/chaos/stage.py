"""The parts of a run: a private PostgreSQL, the simulator, the doors between them, and daemons that are started again."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import psycopg2
from database import Cluster, Database
from gate import Doors
from programs import Daemon, Simulator, wait_for

LEASE = 3.0
EXCHANGE_TIMEOUT = 2.5  # shorter than the lease, but long enough for a busy machine
MOST_CONNECTIONS = 60
DRAIN = 25.0  # seconds without any progress after which the remaining requests count as lost

# All claims with their daemon and time: the tables keep only the latest claim of a request.
WATCH_CLAIMS = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.claim (request_id bigint, fence bigint, daemon bigint, claimed timestamptz, written timestamptz);
CREATE FUNCTION chaos.note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos.claim VALUES (NEW.id, NEW.fence, NEW.claimed_by, now(), clock_timestamp());
    RETURN NULL;
END $$;
CREATE TRIGGER note_claim AFTER UPDATE OF fence ON contego.request_open
    FOR EACH ROW WHEN (NEW.fence <> OLD.fence AND NEW.claimed_by > 0) EXECUTE FUNCTION chaos.note_claim();
"""

# The sabotages, each with its change of a function. The run has to notice each of them.
SABOTAGE = {
    "fence": ("contego.record",
              {" AND o.fence = e.fence": "", " AND o.fence = named_fences[n.i]": "",
               "SELECT o.id, o.fence, named_ends": "SELECT o.id, named_fences[n.i] AS fence, named_ends"}),
    "lane": ("contego.claim",
             {"l.sequence_number < c.sequence_number": "false", "c.before_id IS NOT NULL": "false",
              "JOIN busy ON busy.lane = c.lane": "JOIN busy ON false"}),
    "rescue": ("contego.rescue", {"maybe_sent = true": "maybe_sent = false"}),
}


class PrivateCluster(Cluster):
    def start(self):
        done = self._script("start", self.folder, "-c", "fsync=off", "-c", f"max_connections={MOST_CONNECTIONS}",
                            "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB", "-c", "deadlock_timeout=200ms")
        self.connection = done.stdout.strip()

    def stop_fast(self):
        """Stops the server like `pg_ctl stop -m fast`: sessions are told to end, and all data is written."""
        pid = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        wait_for(lambda: not (self.folder / "data/postmaster.pid").exists(), 60, "the end of PostgreSQL")


class Member:
    """One daemon of the fleet, and the loop that starts it again when it ends, as systemd does."""

    def __init__(self, name, file, door):
        self.name, self.file, self.door = name, file, door
        self.daemon = None
        self.expected = False  # the run ended it on purpose
        self.exits = []  # the unexpected ends: (exit code, whether the daemon had run)
        self.stale = 0.0  # of the daemons that ended
        self.turn = threading.Lock()
        self.start()

    def start(self):
        self.daemon = Daemon(self.file, ready=False)
        self.expected = False

    def kill(self):
        with self.turn:
            self.expected = True
        self.daemon.kill()

    def terminate(self):
        with self.turn:
            self.expected = True
        return self.daemon.terminate(within=60)

    def signal(self, which):
        self.daemon.process.send_signal(which)

    def look(self):
        """Starts the daemon again if it ended by itself."""
        with self.turn:
            if self.expected or self.daemon.process.poll() is None:
                return
            self.exits.append((self.daemon.process.returncode, self.runs(), self.daemon.log_file.name))
            self.start()

    def runs(self):
        return "contegod runs" in self.daemon.log()[:2000]

    def metric(self, name):
        """Returns the sum of a metric over its labels; 0 if the daemon does not answer."""
        try:
            return sum(float(value) for value in re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", self.daemon.get("/metrics")[1], re.M))
        except (OSError, AttributeError):
            return 0.0


class Stage:
    def __init__(self, folder, daemons, seed, sabotage=None):
        self.folder = pathlib.Path(folder)
        self.closed = False
        try:
            self._set_up(daemons, seed, sabotage)
        except BaseException:
            self.close()
            raise

    def _set_up(self, daemons, seed, sabotage):
        self.cluster = PrivateCluster(self.folder / "pg")
        base = self.cluster.new_database(self.folder)
        self.connection = base.connection
        self.database = base
        base.query(WATCH_CLAIMS)
        base.query("SELECT contego.open_feed()")
        base.query("SELECT contego.build_ledger()")
        if sabotage:
            self._sabotage(*SABOTAGE[sabotage])
        self.journal = self.folder / "journal.jsonl"
        self.simulator = Simulator("--journal", self.journal)
        self.doors = Doors(seed)
        port = int(self.simulator.url.rsplit(":", 1)[1])
        self.cas_door = self.doors.open(("127.0.0.1", 0), ("127.0.0.1", port))
        self.members = [self._member(number) for number in range(1, daemons + 1)]
        self._begin_supervision()

    def _begin_supervision(self):
        wait_for(lambda: all(member.runs() for member in self.members), 30, "the start of the daemons")
        self.running = True
        self.supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self.supervisor.start()

    def _member(self, number):
        home = self.folder / f"d{number}"
        home.mkdir()
        door = self.doors.open(str(home / ".s.PGSQL.5432"), str(self.folder / "pg/.s.PGSQL.5432"))
        configuration = self.database.configuration({"default": self.provider_section()}, name=f"d{number}")
        through = self.connection.replace(str(self.folder / "pg"), str(home))
        configuration["database"] = self.database_section(through)
        file = home / "contegod.json"
        file.write_text(json.dumps(configuration))
        return Member(f"d{number}", file, door)

    def provider_section(self):
        """Returns settings for the next daemon. A stage of another kind overrides this."""
        return {
            "endpoint": f"http://127.0.0.1:{self.cas_door.port}", "in_flight": 16, "claim_ahead": 32,
            "exchange_timeout_ms": int(EXCHANGE_TIMEOUT * 1000), "poll_interval_ms": 100,
            "retry": {"first_delay_ms": 50, "longest_delay_ms": 1000, "most_attempts": 10000},
        }

    def database_section(self, connection):
        return {"connection": connection, "lease_ms": int(LEASE * 1000)}

    def _sabotage(self, function, changes):
        definition = self.database.query("SELECT pg_get_functiondef(%s::regproc) AS text", function)[0]["text"]
        for old, new in changes.items():
            assert old in definition, f"{function} has no {old!r}: the sabotage is out of date"
            definition = definition.replace(old, new)
        self.database.query(definition.replace("%", "%%"))

    def _supervise(self):
        while self.running:
            for member in self.members:
                member.look()
            time.sleep(0.2)

    def all_doors(self):
        return [self.cas_door, *(member.door for member in self.members)]

    def session(self):
        """Opens a connection to the database that goes through no door."""
        return psycopg2.connect(self.connection)

    def another_database(self):
        return Database(self.connection)

    def drain(self, person):
        """Waits in quiet time until no request is open, none has moved for long, or the person failed."""
        last, moved = None, time.monotonic()
        while time.monotonic() - moved < DRAIN and not person.failure:
            open_now = self.database.query("SELECT count(*) AS n FROM contego.request_open")[0]["n"]
            if open_now == 0:
                return
            if open_now != last:
                last, moved = open_now, time.monotonic()
            time.sleep(0.2)

    def end_daemons(self):
        """Stops the daemons, and returns the exit code of each; 0 is right."""
        self.running = False
        self.supervisor.join()
        stale = sum(member.metric("contego_stale_outcomes_total") + member.stale for member in self.members)
        return [member.terminate() for member in self.members], stale

    def crashes(self):
        """Returns one sentence for each daemon that ended by itself. At start it may, if the database is unreachable; later it may not."""
        return [f"{member.name} ended by itself with {status}: see {log}"
                for member in self.members for status, ran, log in member.exits if ran or status != 1]

    def close(self):
        if self.closed:
            return
        self.closed = True
        self.running = False
        for member in getattr(self, "members", []):
            if member.daemon.process.poll() is None:
                member.signal(signal.SIGCONT)
                member.kill()
        with contextlib.ExitStack() as ends:  # if one part fails to stop, the others are stopped nevertheless
            for part, end in (("cluster", "stop"), ("database", "close"), ("doors", "close")):
                if hasattr(self, part):
                    ends.callback(getattr(getattr(self, part), end))
            if hasattr(self, "simulator"):
                ends.callback(self._end_simulator)

    def _end_simulator(self):
        try:
            self.simulator.stop()
        except subprocess.TimeoutExpired:  # the simulator has much memory to free, and the machine may be busy
            self.simulator.process.kill()
            self.simulator.process.wait()
