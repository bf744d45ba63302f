"""Faults of a running stage: each begins, lasts, and ends."""

import contextlib
import random
import signal
import threading
import time

import psycopg2
from gate import Trouble
from stage import EXCHANGE_TIMEOUT, LEASE


class Fault:
    late = False  # whether the CAS may do a command after the daemon stopped waiting for it
    seconds = (1.5, 2.5)

    def lasts(self, rng):
        return rng.uniform(*self.seconds)

    def begin(self, stage, rng):
        raise NotImplementedError

    def end(self, stage):
        raise NotImplementedError


class DaemonKilled(Fault):
    seconds = (0.5, 1.5)

    def begin(self, stage, rng):
        self.victim = rng.choice(stage.members)
        self.victim.kill()

    def end(self, stage):
        self.victim.start()


class DaemonRestarted(DaemonKilled):
    """The fault stops a daemon as an upgrade does."""

    def begin(self, stage, rng):
        self.victim = rng.choice(stage.members)
        self.victim.stale += self.victim.metric("contego_stale_outcomes_total")
        assert self.victim.terminate() in (0, 1), "the exit status of a daemon that was told to stop"


class DaemonPaused(Fault):
    """The fault stops a daemon for longer than its lease: it wakes up as a zombie."""

    late = True
    seconds = (LEASE + 0.5, LEASE + 2)

    def begin(self, stage, rng):
        self.victim = rng.choice(stage.members)
        self.victim.signal(signal.SIGSTOP)

    def end(self, stage):
        self.victim.signal(signal.SIGCONT)


class PostgresRestarted(Fault):
    seconds = (0.3, 1.0)

    def __init__(self, fast):
        self.fast = fast

    def begin(self, stage, rng):
        if self.fast:
            stage.cluster.stop_fast()
        else:
            stage.cluster.stop()

    def end(self, stage):
        stage.cluster.start()


class Repeated(Fault):
    """A fault that acts on the database again and again while it lasts."""

    pause = 0.15

    def begin(self, stage, rng):
        self.rng, self.over, self.held = random.Random(rng.random()), threading.Event(), []
        self.thread = threading.Thread(target=self._repeat, args=(stage,), daemon=True)
        self.thread.start()

    def _repeat(self, stage):
        connection = None
        while not self.over.is_set():
            try:
                if connection is None or connection.closed:
                    connection = stage.session()
                    connection.autocommit = True
                self.once(stage, connection)
            except psycopg2.Error:
                pass
            self.over.wait(self.pause)
        if connection is not None:
            connection.close()

    def once(self, stage, connection):
        raise NotImplementedError

    def terminate(self, connection, share):
        connection.cursor().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND datname = current_database() AND pid <> pg_backend_pid() AND hashint8(pid + %s) %% 100 < %s",
            [self.rng.randrange(10**6), share])

    def end(self, stage):
        self.over.set()
        self.thread.join()
        for connection in self.held:
            connection.close()


class BackendsKilled(Repeated):
    def once(self, stage, connection):
        self.terminate(connection, 40)


class ConnectionsExhausted(Repeated):
    """The fault takes all connections. The sessions of the daemons end, and it takes their connections, too."""

    pause = 0.02

    def once(self, stage, connection):
        with contextlib.suppress(psycopg2.OperationalError):
            while not self.over.is_set():
                self.held.append(stage.session())
        self.terminate_others(connection)

    def terminate_others(self, connection):
        ours = [held.info.backend_pid for held in self.held]
        connection.cursor().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND pid <> pg_backend_pid() AND pid <> ALL (%s)", [ours])


class CasDoor(Fault):
    def __init__(self, late=False, seconds=None, **trouble):
        self.late, self.trouble = late, Trouble(**trouble)
        self.seconds = seconds or self.seconds

    def begin(self, stage, rng):
        stage.doors.tell(stage.cas_door, self.trouble)

    def end(self, stage):
        stage.doors.tell(stage.cas_door, Trouble())


class DatabaseDoor(CasDoor):
    """The fault applies to the connections of one daemon, or of all."""

    def __init__(self, everybody, **trouble):
        super().__init__(**trouble)
        self.everybody = everybody

    def begin(self, stage, rng):
        members = stage.members if self.everybody else [rng.choice(stage.members)]
        self.doors = [member.door for member in members]
        for door in self.doors:
            stage.doors.tell(door, self.trouble)

    def end(self, stage):
        for door in self.doors:
            stage.doors.tell(door, Trouble())


class CasFault(Fault):
    def __init__(self, probability, late=False, **what):
        self.late, self.rule = late, {"when": {"probability": probability}, "do": what}

    def begin(self, stage, rng):
        stage.simulator.break_with(self.rule)

    def end(self, stage):
        stage.simulator.mend()


class WithSlowCas(Fault):
    """Another fault while every call takes long: the daemon that it hits is fully occupied, and so is its successor."""

    SLOW = {"when": {}, "do": {"latency_ms": [1000, 1500]}}  # less than the time limit of an exchange
    FILLING = 0.5  # seconds until many calls are in flight

    def __init__(self, other):
        self.other = other
        self.late = True  # commands that a killed daemon had sent are done after another one has taken over

    def lasts(self, rng):
        return self.other.lasts(rng)

    def begin(self, stage, rng):
        stage.simulator.break_with(self.SLOW)
        time.sleep(self.FILLING)
        self.other.begin(stage, rng)

    def end(self, stage):
        self.other.end(stage)
        stage.simulator.mend()


PAST_LEASE = (LEASE + 0.5, LEASE + 1.5)
PAST_TIMEOUT = int(EXCHANGE_TIMEOUT * 1000) + 700

KINDS = {
    "daemon_killed": DaemonKilled,
    "daemon_restarted": DaemonRestarted,
    "daemon_paused_past_lease": DaemonPaused,
    "daemon_killed_with_full_hands": lambda: WithSlowCas(DaemonKilled()),
    "daemon_paused_with_full_hands": lambda: WithSlowCas(DaemonPaused()),
    "postgres_restart_fast": lambda: PostgresRestarted(fast=True),
    "postgres_restart_immediate": lambda: PostgresRestarted(fast=False),
    "backends_killed": BackendsKilled,
    "connections_exhausted": ConnectionsExhausted,
    "database_refused": lambda: DatabaseDoor(True, mode="refuse"),
    "database_stalled_past_lease": lambda: DatabaseDoor(False, mode="stall", seconds=PAST_LEASE, late=True),
    "database_half_open": lambda: DatabaseDoor(False, mode="half_open", seconds=PAST_LEASE, late=True),
    "database_reset_in_query": lambda: DatabaseDoor(True, mode="reset", towards="server", most_bytes=20000),
    "database_reset_in_answer": lambda: DatabaseDoor(True, mode="reset", towards="client", most_bytes=2000),
    "database_answer_truncated": lambda: DatabaseDoor(True, mode="truncate", towards="client", most_bytes=2000),
    "database_slow": lambda: DatabaseDoor(True, mode="latency", delay=0.15),
    "cas_refused": lambda: CasDoor(mode="refuse"),
    "cas_stalled": lambda: CasDoor(mode="stall", late=True),
    "cas_half_open": lambda: CasDoor(mode="half_open"),
    "cas_reset_in_request": lambda: CasDoor(mode="reset", towards="server", most_bytes=1500),
    "cas_reset_in_answer": lambda: CasDoor(mode="reset", towards="client", most_bytes=800),
    "cas_request_truncated": lambda: CasDoor(mode="truncate", towards="server", most_bytes=1500),
    "cas_answer_truncated": lambda: CasDoor(mode="truncate", towards="client", most_bytes=800),
    "cas_slow": lambda: CasDoor(mode="latency", delay=0.2, late=True),
    "cas_hangs_before_effect": lambda: CasFault(0.05, hang="before_effect"),
    "cas_hangs_after_effect": lambda: CasFault(0.05, hang="after_effect"),
    "cas_resets_before_effect": lambda: CasFault(0.1, reset="before_effect"),
    "cas_resets_after_effect": lambda: CasFault(0.1, reset="after_effect"),
    "cas_unavailable": lambda: CasFault(0.5, http_status=503),
    "cas_garbage": lambda: CasFault(0.02, garbage=True),
    "cas_drips": lambda: CasFault(0.05, drip_bytes_per_second=100),
    "cas_late": lambda: CasFault(0.03, late=True, latency_ms=PAST_TIMEOUT),
}
