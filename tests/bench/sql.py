"""Scenarios of those who use the SQL while the daemon works: the CRM that inserts, support that asks, readers of the feed."""

import contextlib
import random
import threading
import time

import throughput
import workload
from database import Session

INSERTERS, EACH_PER_SECOND = 8, 25
READERS, READ_AT_ONCE = 3, 1000
ENDED = "SELECT extract(epoch FROM max(finished_date))::float FROM contego.request_finished WHERE id BETWEEN %s AND %s"
QUESTIONS = {
    "card_history": ("SELECT * FROM contego.card_history WHERE card = %s", "card"),
    "request_status": ("SELECT * FROM contego.request_status WHERE id = %s", "id"),
}


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def inserting(stage, database, until=float("inf")):
    """Milliseconds of each transaction that ended before `until`, a function of no arguments or a moment."""
    seconds = max(2, stage.settings.load_seconds // 2)
    load = stage.load(database, workload.script(name="INSERTED"), seconds, rate=INSERTERS * EACH_PER_SECOND, clients=INSERTERS, log=True)
    load.finish()
    moment = until() if callable(until) else until
    return [ms for ended, ms in load.latencies() if ended < moment]


def inserters(stage):
    """The same open loop of single rows twice: alone, then beside a daemon that works off a bulk."""
    with stage.database() as database, stage.cas() as (url, cas):
        inserting(stage, database)  # what connections, plans and caches cost once
        alone = inserting(stage, database)
        low, high = database.insert(workload.subscriptions(stage.settings.rows, name="BULK"))
        database.settle()
        with stage.costs(database) as costs:
            with stage.daemons(database, url) as daemons:
                def bulk_ended():
                    database.wait_until_finished(low, high, daemons)
                    return database.session.value(ENDED, low, high)

                beside = inserting(stage, database, bulk_ended)
                total = database.session.value("SELECT max(id) FROM contego.request")
                database.wait_until_finished(1, total, daemons)
                found = costs.take(total, daemons, cas)
            found |= costs.close(total, of_load=len(beside))
    if not beside:
        raise RuntimeError("the bulk was finished before anything was inserted: more --rows")
    figures = {f"{name}_{share}_ms": percentile(values, of) for name, values in (("alone", alone), ("beside", beside))
               for share, of in (("p50", 0.5), ("p99", 0.99))}
    return {**found, **figures, "rows": high - low + 1, "inserted_beside": len(beside)}


class Reader(threading.Thread):
    """Follows the feed until it has read so many ends; now and then falls, with what it has just read."""

    def __init__(self, connection, ends, seed):
        super().__init__(daemon=True)
        self.connection = connection
        self.ends = ends
        self.random = random.Random(seed)
        self.position = 0
        self.seen = []
        self.starts = 0
        self.failure = None

    def run(self):
        try:
            while len(self.seen) < self.ends:
                self.starts += 1
                with contextlib.closing(Session(self.connection)) as session:
                    self.live(session)
        except Exception as failure:  # told by the scenario
            self.failure = failure

    def live(self, session):
        while len(self.seen) < self.ends:
            rows = session.query("SELECT position, request_id FROM contego.finished_after(%s, %s)", self.position, READ_AT_ONCE)
            if self.random.random() < 0.02:
                return
            self.seen += [row["request_id"] for row in rows]
            self.position = rows[-1]["position"] if rows else self.position
            if not rows:
                time.sleep(0.05)  # as a CRM that polls

    def complaint(self, low, high):
        if self.failure or self.is_alive():
            return f"a reader of the feed failed: {self.failure or 'it did not come to the end'}"
        if sorted(self.seen) != list(range(low, high + 1)):
            return f"a reader of the feed saw {len(self.seen)} ends of {len(set(self.seen))} requests, there are {high - low + 1}"
        return None


def feed(stage):
    """Twice as many requests as elsewhere, finished by two daemons, followed by three readers."""
    with stage.database() as database:
        database.session.query("SELECT contego.open_feed()")
        low, high = database.insert(workload.subscriptions(2 * stage.settings.rows))
        database.settle()
        readers = [Reader(database.connection, high - low + 1, seed) for seed in range(READERS)]
        for one in readers:
            one.start()
        found = throughput.run(stage, database, low, high, count=2)
        for one in readers:
            one.join(120)
        complaints = [text for text in (one.complaint(low, high) for one in readers) if text]
        if complaints or any(one.seen != readers[0].seen for one in readers):
            raise RuntimeError("; ".join(complaints) or "the readers of the feed saw another order")
    return {**found, "readers": READERS, "restarts": sum(one.starts - 1 for one in readers)}


def asking(stage, times=2000):
    """One question after the other, about requests and cards drawn from all that ended long ago."""
    database = throughput.filled(stage)
    draw = random.Random(1)
    found = {"finished_before": stage.settings.finished}
    for name, (question, about) in QUESTIONS.items():
        taken = []
        for _ in range(times):
            number = draw.randint(1, stage.settings.finished)
            began = time.perf_counter()
            rows = database.session.query(question, number if about == "id" else f"01{number:09}")
            taken.append((time.perf_counter() - began) * 1000)
            if not rows:
                raise RuntimeError(f"{name} knows nothing of {number}")
        found |= {f"{name}_p50_ms": percentile(taken, 0.5), f"{name}_p99_ms": percentile(taken, 0.99)}
    return found
