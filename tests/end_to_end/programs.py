"""Starts and stops the two programs under test as a site does."""

import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
CONTEGOD = str(pathlib.Path(os.environ.get("CONTEGOD", REPOSITORY / "build/release/contegod")).resolve())
CONTEGO_SIM = str(pathlib.Path(os.environ.get("CONTEGO_SIM", REPOSITORY / "build/release/contego-sim")).resolve())
os.environ["CONTEGO_SIM"] = CONTEGO_SIM  # test_simulator_wsdl.py reads it from there, since it may also run without pytest
WSDL = REPOSITORY / "config/wsdl"


def wait_for(condition, timeout=20.0, what=None):
    """Polls until the condition returns a true value, and returns that. Fails after the deadline."""
    deadline = time.monotonic() + timeout
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what() if callable(what) else what or condition}")
        time.sleep(0.01)


def contegod(*arguments, stdin=None, environment=None):
    """Runs a subcommand to its end."""
    return subprocess.run(
        [CONTEGOD, *map(str, arguments)],
        input=stdin,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )


def fetch(url, method="GET", document=None):
    """Returns status and body; an HTTP error is an answer, too."""
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(url, data=body, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def request_of(entry):
    """Returns the number of the request that an entry of the simulator's journal belongs to. The default binding sends five more digits,
    for the command; that of a former release sends the number alone."""
    number = int(entry["sequence_number"])
    return number // 100_000 or number


class Simulator:
    """Runs contego-sim on a free port."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [CONTEGO_SIM, "--listen", "127.0.0.1:0", "--seed", "7", *map(str, arguments)],
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = json.loads(self.process.stdout.readline())["listening"]

    def journal(self, request_id=None):
        """Returns the calls that the simulator did or refused, in order; those of one request, or all."""
        lines = fetch(self.url + "/sim/journal")[1].splitlines()
        entries = [json.loads(line) for line in lines]
        return [e for e in entries if request_id is None or request_of(e) == request_id]

    def card(self, number):
        return json.loads(fetch(f"{self.url}/sim/state?smartcard={number}&secrets=1")[1])

    def calls(self):
        return json.loads(fetch(self.url + "/sim/state")[1])["calls"]

    def break_with(self, *rules):
        status, said = fetch(self.url + "/sim/faults", "POST", list(rules))
        assert status == 200, said

    def plant(self, *cards):
        """Changes cards behind the back of contegod: {"smartcard": ..., "subscriptions": [...], "stbs": [...], "unknown": ...}."""
        status, said = fetch(self.url + "/sim/cards", "POST", list(cards))
        assert status == 200, said

    def mend(self):
        fetch(self.url + "/sim/faults", "DELETE")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class Daemon:
    """Runs `contegod serve`; its log goes to a file beside the configuration."""

    count = 0

    def __init__(self, configuration_file, environment=None, ready=True, program=CONTEGOD):
        Daemon.count += 1
        self.log_file = configuration_file.with_name(f"daemon-{Daemon.count}.log")
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [program, "serve", "--config", str(configuration_file)],
                stderr=log,
                env={**os.environ, **(environment or {})},
            )
        if ready:
            wait_for(self._runs, what=self.log)

    def _runs(self):
        assert self.process.poll() is None, f"contegod ended with {self.process.returncode}:\n{self.log()}"
        return "contegod runs" in self.log()

    def log(self):
        return self.log_file.read_text(errors="replace")

    def get(self, path):
        port = re.search(r"contegod runs.*admin_port=(\d+)", self.log()).group(1)
        return fetch(f"http://127.0.0.1:{port}{path}")

    def terminate(self, within=30):
        """Stops the daemon as systemd does, and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        wait_for(lambda: self.process.poll() is not None, within, "the end of a daemon that was told to stop")
        return self.process.returncode

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=10)
