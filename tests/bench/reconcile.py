#!/usr/bin/python3 -B
"""Plants drift of every kind in the simulator, and measures what a reconciliation finds and how long it takes: 1 % of the cards for each kind.

Run it by hand: tests/bench/reconcile.py [CARDS]. It uses build/release/contegod and contego-sim. The ledger and the simulator are filled without requests."""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

import psycopg2
from programs import BUILT, REPOSITORY, Daemon

KINDS = ("missing", "extra", "wrong_window", "wrong_pairing", "unknown_card")
END = "2035-01-01T00:00:00Z"
OTHER_END = "2036-01-01T00:00:00Z"
AT_ONCE = 10_000
PACE = 10_000


def cluster(*arguments):
    return subprocess.run([REPOSITORY / "script/cluster", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def card(n):
    return f"{1_000_000_000 + n:011}"


def box(n):
    return f"{n:010}"


def services(*others):
    return [{"service_ca_id": "1111"}, {"service_ca_id": "2222", "end_date": END}, *others]


class Cas:
    """contego-sim, whose cards are planted and read."""

    def __init__(self):
        self.process = subprocess.Popen([BUILT / "contego-sim", "--listen", "127.0.0.1:0", "--threads", "1"], stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["listening"]

    def plant(self, cards):
        for first in range(0, len(cards), AT_ONCE):
            body = json.dumps(cards[first : first + AT_ONCE]).encode()
            with urllib.request.urlopen(urllib.request.Request(self.url + "/sim/cards", data=body, method="POST"), timeout=60) as answer:
                answer.read()

    def state(self):
        with urllib.request.urlopen(self.url + "/sim/state", timeout=300) as answer:
            cards = json.load(answer)["cards"]
        return {number: (sorted((s["service_ca_id"], s.get("end_date")) for s in one["subscriptions"]), one.get("stbs", [])) for number, one in cards.items()}

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()


class Database:
    def __init__(self, server):
        self.connection = psycopg2.connect(server)
        self.connection.autocommit = True

    def ask(self, sql, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def fill(self, cards):
        """The ledger as if each card had been activated with a box and two services, one of them with an end."""
        self.ask("SELECT contego.open_feed()")
        self.ask("SELECT contego.build_ledger()")
        self.ask("INSERT INTO contego.entitlement (provider, card, kind, name, given, end_date, request_id, finished_date)"
                 " SELECT 'default', lpad((1000000000 + n)::text, 11, '0'), k.kind, coalesce(k.name, lpad(n::text, 10, '0')), true, k.end_date, 1,"
                 " now() - interval '1 day' FROM generate_series(0, %s - 1) AS n"
                 " CROSS JOIN (VALUES ('service', '1111', NULL), ('service', '2222', %s), ('box', NULL, NULL)) AS k (kind, name, end_date)", cards, END)
        self.ask("ANALYZE contego.entitlement")

    def ledger(self):
        rows = self.ask("SELECT card, kind, name, end_date FROM contego.entitlement WHERE given")
        should = {}
        for of_card, kind, name, end in rows:
            of = should.setdefault(of_card, ([], []))
            (of[0].append((name, end)) if kind == "service" else of[1].append(name))
        return {number: (sorted(of[0], key=lambda s: s[0]), sorted(of[1])) for number, of in should.items()}

    def wait(self, run):
        begun = time.monotonic()
        while (state := self.ask("SELECT state, why FROM contego.run WHERE id = %s", run)[0])[0] == "RUNNING":
            time.sleep(0.2)
        assert state[0] == "DONE", state
        return time.monotonic() - begun

    def reconcile(self, say):
        (run, number), = self.ask("SELECT reconciliation, card_count FROM contego.reconcile(pace => %s, most_in_flight => 1000)", PACE)
        took = self.wait(run)
        (compared, unlike, *kinds), = self.ask(f"SELECT compared, unlike, {', '.join(KINDS)} FROM contego.reconciliations WHERE reconciliation = %s", run)
        say(f"reconciliation of {number} cards: {compared} compared in {took:.0f} s ({number / took:.0f} cards/s), {unlike} unlike: "
            + ", ".join(f"{k} {n}" for k, n in zip(KINDS, kinds)))
        return run


def drift(number):
    """The planted cards, and the pairs of card and kind that must be found."""
    dice = random.Random(7)
    each = max(1, number // 100)
    chosen = dice.sample(range(number), len(KINDS) * each)
    planted = []
    for place, n in enumerate(chosen):
        kind = KINDS[place // each]
        change = {"missing": {"subscriptions": services()[1:]}, "extra": {"subscriptions": services({"service_ca_id": "3333"})},
                  "wrong_window": {"subscriptions": [services()[0], {"service_ca_id": "2222", "end_date": OTHER_END}]},
                  "wrong_pairing": {"stbs": []}, "unknown_card": {"unknown": True}}[kind]
        planted.append(({"smartcard": card(n), **change}, kind))
    return planted


def measure(database, cas, number, say):
    database.fill(number)
    cas.plant([{"smartcard": card(n), "subscriptions": services(), "stbs": [box(n)]} for n in range(number)])
    planted = drift(number)
    cas.plant([one for one, _ in planted])
    run = database.reconcile(say)
    found = set(database.ask("SELECT card, kind FROM contego.drift WHERE reconciliation = %s AND state = 'open'", run))
    wanted = {(one["smartcard"], kind) for one, kind in planted}
    say(f"planted {len(wanted)}, found {len(found & wanted)} ({100 * len(found & wanted) / len(wanted):.1f} %), false alarms {len(found - wanted)}")
    cas.plant([{"smartcard": one["smartcard"], "unknown": False} for one, kind in planted if kind == "unknown_card"])  # people do this at the CAS
    begun = time.monotonic()
    (heal_run,), = database.ask("SELECT DISTINCT run FROM contego.heal(%s, reason => 'bench') WHERE run IS NOT NULL", run)
    database.wait(heal_run)
    say(f"one heal: {time.monotonic() - begun:.0f} s, " + ", ".join(f"{n} {state}" for state, n in database.ask(
        "SELECT state, count(*) FROM contego.drift WHERE reconciliation = %s GROUP BY state ORDER BY state", run)))
    is_equal = database.ledger() == cas.state()
    say(f"ledger and simulator are {'equal' if is_equal else 'NOT equal'}")
    last = database.reconcile(say)
    (left,), = database.ask("SELECT count(*) FROM contego.drift WHERE state IN ('open', 'queued')")
    say(f"the second reconciliation, {last}, leaves {left} differences")
    return found == wanted and is_equal and left == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cards", type=int, nargs="?", default=100_000, help="number of cards (default: 100000)")
    number = parser.parse_args().cards
    with tempfile.TemporaryDirectory(prefix="contego-rec-") as name:
        folder = pathlib.Path(name)
        server = cluster("start", name + "/pg", "-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB")
        cas = Cas()
        configuration = {"database": {"connection": server}, "providers": {"default": {"endpoint": cas.url, "in_flight": 64}}, "admin": {"port": 0}}
        try:
            file = folder / "contegod.json"
            file.write_text(json.dumps(configuration))
            subprocess.run([BUILT / "contegod", "migrate", "--config", file], stdout=subprocess.DEVNULL, check=True)
            daemon = Daemon(folder, configuration)
            daemon.wait_until_ready()
            try:
                good = measure(Database(server), cas, number, print)
            finally:
                daemon.stop()
        finally:
            cas.stop()
            cluster("stop", name + "/pg")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
