"""Requests for a daemon while a fault lasts, and checks of the requests and of the daemon afterwards."""

import collections
import itertools
import os
import pathlib
import time

from programs import request_of, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(8000))
NAMES = (f"away-{n}" for n in itertools.count(1))
MOST = 120


class Load:
    """Requests of one provider: half of the commands are safe to repeat, half are not."""

    def __init__(self, database, simulator):
        self.database = database
        self.simulator = simulator
        self.provider = next(NAMES)
        self.ids = []

    def providers(self):
        return {self.provider: {"endpoint": self.simulator.url, "in_flight": 8}}

    def insert(self, count=MOST):
        for n in range(count):
            card = next(CARDS)
            if n % 2:
                self._add("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1111"})
            else:
                self._add("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": card, "message": "Hello"})

    def _add(self, action, parameters):
        self.ids.append(self.database.insert(action, parameters, provider=self.provider))

    def completed(self):
        return self.database.count("provider = %s AND life_cycle_state = 'COMPLETED'", self.provider)

    def started(self):
        return wait_for(lambda: self.completed() >= 5)

    def check(self, timeout=30):
        """Checks that every request has ended, and that no command was done twice."""
        wait_for(self._ended, timeout, lambda: self.database.pending(self.provider))
        held = self.database.query("SELECT id, error_code FROM contego.request WHERE provider = %s AND progress = 'HELD'", self.provider)
        assert all(row["error_code"] == "MAYBE_SENT" for row in held), held
        assert self.completed() + len(held) == len(self.ids)
        messages = [e for e in self.simulator.journal() if e["effect"] and e["command"] == "SEND_BARK_MESSAGE_TO_CLIENT"]
        sent = collections.Counter(request_of(e) for e in messages)
        assert all(sent[one] <= 1 for one in self.ids), "a message was sent twice"

    def _ended(self):
        return not self.database.count("provider = %s AND life_cycle_state = 'PENDING' AND progress <> 'HELD'", self.provider)

    def is_quick_again(self, within=15):
        """Checks that new requests are soon as fast as before. An attempt to connect that is not answered may last 5 seconds."""
        deadline = time.monotonic() + within
        while self._seconds_for_two(within) > 2:
            assert time.monotonic() < deadline, "it has not recovered"

    def _seconds_for_two(self, within):
        began = time.monotonic()
        self.insert(2)
        wait_for(self._ended, within)
        return time.monotonic() - began


def cpu_seconds(daemon):
    fields = pathlib.Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stays_calm(daemon, seconds=2.0):
    """Watches the CPU time of the daemon while it can do no work."""
    before = cpu_seconds(daemon)
    time.sleep(seconds)
    assert cpu_seconds(daemon) - before < 0.1 * seconds, "it spins"
    assert daemon.process.poll() is None, daemon.log()


def is_ready_again(daemon):
    wait_for(lambda: daemon.get("/readyz")[0] == 200, 10, lambda: daemon.get("/readyz"))
