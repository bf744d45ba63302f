"""Starts and stops the measured programs as a site does."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILT = REPOSITORY / "build/release"
CONTEGOD = BUILT / "contegod"


def say(text):
    """Prints progress for people."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def free_place(folder, kind):
    """Returns an unused file name in the folder."""
    number = 1 + sum(1 for _ in folder.glob(f"{kind}-*"))
    return folder / f"{kind}-{number}"


class Stub:
    """contego-sim that answers every call with OK after a fixed number of milliseconds."""

    def __init__(self, latency_ms=0):
        self.process = subprocess.Popen(
            [BUILT / "contego-sim", "--listen", "127.0.0.1:0", "--stub", "--stub-latency", str(latency_ms)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = json.loads(self.process.stdout.readline())["listening"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class Daemon:
    """`contegod serve`, from its start until it reports readiness, as it does to systemd."""

    def __init__(self, folder, configuration):
        self.place = free_place(folder, "daemon")
        self.place.mkdir()
        file = self.place / "contegod.json"
        file.write_text(json.dumps(configuration))
        self.ears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ears.bind(str(self.place / "notify"))
        self.ears.settimeout(60)
        began = time.monotonic()
        with open(self.place / "log", "wb") as log:
            self.process = subprocess.Popen(
                [CONTEGOD, "serve", "--config", file],
                stderr=log,
                env={**os.environ, "NOTIFY_SOCKET": str(self.place / "notify")},
            )
        self.began = began
        self.start_ms = None

    def wait_until_ready(self):
        try:
            while b"READY=1" not in self.ears.recv(4096):
                pass
        except TimeoutError:
            raise RuntimeError(f"contegod is not ready after 60 s:\n{self.log()}") from None
        self.start_ms = (time.monotonic() - self.began) * 1000
        self.ears.close()  # a socket that nobody reads would fill up, and the daemon would wait for it when it stops

    def check(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"contegod ended with {self.process.returncode}:\n{self.log()}")

    def log(self):
        return (self.place / "log").read_text(errors="replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=90)
        self.ears.close()


class Load:
    """pgbench with a script; in open loop if a rate is given. `finish` returns the number of transactions."""

    def __init__(self, folder, connection, script, seconds, rate, clients, log=False):
        file = free_place(folder, "load")
        file.write_text(script)
        self.log = file.with_name("log-of-" + file.name)
        pgbench = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"), key=lambda p: int(p.parts[4]))
        command = [pgbench, "-n", "-M", "prepared", "-T", str(seconds), "-c", str(clients), "-f", file]
        command += ["-R", str(rate)] if rate else []
        command += ["-l", "--log-prefix", self.log] if log else []
        self.process = subprocess.Popen([*command, connection], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def running(self):
        return self.process.poll() is None

    def finish(self):
        """Waits until pgbench ends. Returns the number of transactions."""
        said, complained = self.process.communicate()
        found = re.search(r"number of transactions actually processed: (\d+)", said)
        if not found or self.process.returncode:
            raise RuntimeError(f"pgbench failed: {complained}")
        return int(found.group(1))

    def latencies(self):
        """Yields (Unix time of its end, milliseconds since its planned start) of every transaction, if a log was requested."""
        for file in self.log.parent.glob(self.log.name + ".*"):
            for line in file.read_text().splitlines():
                _, _, microseconds, _, seconds, fraction, *_ = line.split()
                yield int(seconds) + int(fraction) / 1e6, int(microseconds) / 1000

    def stop(self):
        if self.running():
            self.process.terminate()  # a shell that starts the bench in the background makes it ignore SIGINT
        self.process.communicate()


def told_by(program, *arguments):
    """Runs one of the C++ programs of this folder to its end, and returns its JSON lines."""
    done = subprocess.run([BUILT / "tests/bench" / program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
