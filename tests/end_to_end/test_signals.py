"""Signals, and a standard error that cannot be written: neither ends the daemon without a drain, nor stops requests."""

import itertools
import os
import resource
import signal
import socket
import subprocess

import pytest

from programs import CONTEGOD, wait_for

CARDS = itertools.count(1)
NAMES = (f"signalled-{n}" for n in itertools.count(1))
HARMLESS = ["SIGHUP", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR", "SIGSTKFLT", "SIGXCPU",
            "SIGXFSZ", "SIGRTMIN", "SIGRTMAX"]  # fmt: skip
LOAD = """
INSERT INTO contego.request (action, parameters)
SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', '011' || lpad((%s + n)::text, 8, '0'), 'service_ca_id', '1111')
FROM generate_series(1, %s) AS n
"""


def insert(database, count):
    database.query(LOAD, next(CARDS) * 100_000, count)


class Unheard:
    """A daemon whose log cannot be relied on. `prepare` runs in its process before the program."""

    def __init__(self, database, configure, providers, error, prepare=None):
        self.database = database
        self.name = next(NAMES)
        file = configure(providers, name=self.name, log={"format": "json", "level": "debug"})
        self.process = subprocess.Popen(
            [CONTEGOD, "serve", "--config", str(file)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=error, preexec_fn=prepare
        )
        wait_for(self._runs)

    def _runs(self):
        assert self.process.poll() is None, f"it ended with {self.process.returncode}"
        return self.database.query("SELECT 1 FROM contego.daemon WHERE name = %s AND lease_until > now()", self.name)

    def works(self, count=300):
        insert(self.database, count)
        self.database.all_finished(timeout=30)
        assert self.process.poll() is None

    def drains_on(self, one=signal.SIGTERM):
        insert(self.database, 500)
        self.process.send_signal(one)
        wait_for(lambda: self.process.poll() is not None, 15, "the end of a daemon that was told to stop")
        assert self.process.returncode == 0
        assert self.database.count("progress IN ('IN_FLIGHT', 'HELD')") == 0
        assert self.database.count("attempts > 0") == 0
        assert not self.database.query("SELECT 1 FROM contego.daemon WHERE name = %s", self.name)


@pytest.fixture
def start(database, configure, providers):
    started = []

    def run(error=subprocess.DEVNULL, prepare=None):
        started.append(Unheard(database, configure, providers, error, prepare))
        return started[-1]

    yield run
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(timeout=10)


def test_signals_that_mean_nothing_end_nothing(start, database):
    daemon = start()
    for name in HARMLESS:
        insert(database, 100)
        for _ in range(20):
            daemon.process.send_signal(getattr(signal, name, None) or {"SIGSTKFLT": 16}[name])

    daemon.works()
    daemon.drains_on()


def test_a_hang_up_is_answered_in_the_log(launch, database):
    daemon = launch()

    daemon.process.send_signal(signal.SIGHUP)

    wait_for(lambda: "SIGHUP changes nothing" in daemon.log())
    insert(database, 10)
    database.all_finished()
    assert daemon.terminate() == 0


@pytest.mark.parametrize("one", ["SIGTERM", "SIGINT", "SIGQUIT"])
def test_signals_that_ask_to_stop_drain(start, one):
    daemon = start()
    daemon.works(100)

    daemon.drains_on(getattr(signal, one))


def test_signals_that_the_parent_blocked_or_ignored_are_heard(start):
    def hostile():
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    start(prepare=hostile).drains_on()


def pipe_without_a_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return writer, None


def pipe_that_nobody_reads():
    reader, writer = os.pipe()
    return writer, reader


def non_blocking_pipe_that_nobody_reads():
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    return writer, reader


def socket_that_nobody_reads():
    reader, writer = socket.socketpair()
    return writer.detach(), reader.detach()


def full_disk():
    return os.open("/dev/full", os.O_WRONLY), None


@pytest.mark.parametrize(
    "make", [pipe_without_a_reader, pipe_that_nobody_reads, non_blocking_pipe_that_nobody_reads, socket_that_nobody_reads, full_disk]
)
def test_a_log_that_takes_nothing_stops_nobody(start, make):
    writer, reader = make()
    daemon = start(error=writer)
    os.close(writer)

    daemon.works()
    daemon.works()
    daemon.drains_on()
    if reader is not None:
        os.close(reader)


def test_a_reader_of_the_log_that_goes_away_stops_nobody(start):
    reader, writer = os.pipe()
    daemon = start(error=writer)
    os.close(writer)

    os.close(reader)

    daemon.works()
    daemon.drains_on()


def test_a_log_file_at_its_limit_stops_nobody(start, tmp_path):
    with open(tmp_path / "log", "wb") as log:
        daemon = start(error=log, prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))

    daemon.works()
    daemon.drains_on()
    assert (tmp_path / "log").stat().st_size == 4096


@pytest.mark.parametrize("closed", [(2,), (1, 2), (0, 1, 2)])
def test_standard_streams_that_are_closed_at_the_start_stop_nobody(start, closed):
    """Otherwise the next socket would get the number of standard error, and log lines would go to the database."""
    daemon = start(prepare=lambda: [os.close(one) for one in closed])

    daemon.works()
    assert {os.readlink(f"/proc/{daemon.process.pid}/fd/{one}") for one in closed} == {"/dev/null"}
    daemon.drains_on()


def test_no_core_is_left(start):
    daemon = start(prepare=lambda: resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)))

    with open(f"/proc/{daemon.process.pid}/limits", encoding="ascii") as limits:
        core = next(line.split() for line in limits if line.startswith("Max core file size"))
    assert core[4:6] == ["0", "0"]
    daemon.drains_on()
