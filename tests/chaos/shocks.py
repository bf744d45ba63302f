"""The stage of `recover`, and the faults after which it measures."""

import time

from faults import BackendsKilled, ConnectionsExhausted, DaemonKilled, DatabaseDoor, Fault, PostgresRestarted, Repeated
from gate import Trouble
from programs import wait_for
from stage import Stage

IN_FLIGHT = 64  # calls of each daemon
LATENCY = (160, 480)  # ms that a call takes
EXPECTED = 2 * IN_FLIGHT * 2000 / sum(LATENCY)  # requests per second
SILENCE = 25.0  # seconds: longer than a daemon needs to find out that its LISTEN connection is dead
RESTART = 5.0  # seconds: RestartSec of the systemd unit
CONTROL = "none"


class RecoveryStage(Stage):
    """The LISTEN connection goes through a gate of its own."""

    def _set_up(self, daemons, seed, sabotage):
        self.listen_doors = []
        super()._set_up(daemons, seed, sabotage)

    def provider_section(self):
        return {**super().provider_section(), "in_flight": IN_FLIGHT, "claim_ahead": 256, "poll_interval_ms": 1000,
                "breaker": {}}

    def database_section(self, connection):
        door = self.doors.open(("127.0.0.1", 0), str(self.folder / "pg/.s.PGSQL.5432"))
        self.listen_doors.append(door)
        listen = self.connection.replace(f"host={self.folder / 'pg'}", f"host=127.0.0.1 port={door.port}")
        return {**super().database_section(connection), "listen_connection": listen}


class Nothing(Fault):
    seconds = (1.0, 1.0)

    def begin(self, stage, rng):
        pass

    def end(self, stage):
        pass


class ListenHalfOpen(DatabaseDoor):
    def begin(self, stage, rng):
        self.doors = stage.listen_doors
        for door in self.doors:
            stage.doors.tell(door, self.trouble)


class KilledAgainAndAgain(DaemonKilled):
    """It happens four times within the fault; the fifth is its end."""

    seconds = (0.0, 0.0)
    times = 5

    def begin(self, stage, rng):
        for _ in range(self.times - 1):
            super().begin(stage, rng)
            time.sleep(RESTART)
            super().end(stage)
            wait_for(self.victim.runs, 30, "the daemon that was started again")
        super().begin(stage, rng)
        time.sleep(RESTART)


class CasResetAnywhere(Repeated):
    """Connections are cut at random bytes, in requests and in answers."""

    pause = 0.5

    def _repeat(self, stage):
        towards = "server"
        while not self.over.is_set():
            stage.doors.tell(stage.cas_door, Trouble("reset", towards=towards, most_bytes=3000))
            towards = "client" if towards == "server" else "server"
            self.over.wait(self.pause)
        stage.doors.tell(stage.cas_door, Trouble())


def lasting(fault, seconds):
    fault.seconds = (seconds, seconds)
    return fault


KINDS = {
    CONTROL: Nothing,
    "postgres_restart": lambda: lasting(PostgresRestarted(fast=True), 1.0),
    "backends_killed": lambda: lasting(BackendsKilled(), 10.0),
    "connections_exhausted": lambda: lasting(ConnectionsExhausted(), 10.0),
    "daemon_killed": lambda: lasting(DaemonKilled(), RESTART),
    "daemon_killed_5_times": KilledAgainAndAgain,
    "listen_half_open": lambda: ListenHalfOpen(True, mode="half_open", seconds=(SILENCE, SILENCE)),
    "cas_reset": lambda: lasting(CasResetAnywhere(), 10.0),
}
