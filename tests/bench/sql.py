"""Scenarios of people and programs that use SQL while the daemon works: a CRM that inserts, support that asks, readers of the feed."""

import contextlib
import os
import random
import threading
import time

import throughput
import workload
from database import Session
from programs import say

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


def may_go_first():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


def begin_inserting(stage, database, first):
    """Eight sessions insert in open loop, long enough to have their plans. With `first`, they and the processes that serve them get a core
    whenever they want one, as on a machine with enough cores."""
    before = database.session.value("SELECT last_value FROM contego.request_id_seq")
    load = stage.load(database, workload.script(name="INSERTED"), insert_seconds(stage), rate=INSERTERS * EACH_PER_SECOND, clients=INSERTERS,
                      log=True)
    while database.session.value("SELECT last_value FROM contego.request_id_seq") < before + 100 and load.running():
        time.sleep(0.01)
    if first:
        go_first(load, database)
    return load


def go_first(load, database):
    serving = [row["pid"] for row in database.session.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'pgbench'")]
    if len(serving) != INSERTERS:
        raise RuntimeError(f"{len(serving)} processes serve pgbench, not {INSERTERS}: they could not be put first")
    for process in (load.process.pid, *serving):
        os.sched_setscheduler(process, os.SCHED_FIFO, os.sched_param(1))


def insert_seconds(stage):
    return max(3, stage.settings.load_seconds // 2)


def inserting(stage, database, first):
    """Returns the milliseconds of each transaction."""
    load = begin_inserting(stage, database, first)
    warm = time.time()
    load.finish()
    return [ms for ended, ms in load.latencies() if ended > warm]


def inserting_beside_loops(stage, database, first):
    """The same while every core counts, and no INSERT notifies: as beside a busy daemon that does not use the database."""
    database.session.query("INSERT INTO contego.busy (provider, busy_until) VALUES ('default', 'infinity') "
                           "ON CONFLICT (provider) DO UPDATE SET busy_until = 'infinity'")
    with stage.counting_loops():
        times = inserting(stage, database, first)
    database.session.query("DELETE FROM contego.busy")
    return times


def inserting_beside_daemon(stage, database, first, rows, latency_ms):
    """The same while a daemon works off `rows` requests. Also returns the costs."""
    low, high = database.insert(workload.subscriptions(rows, name="BULK"))
    database.settle()
    waiting = database.session.value("SELECT count(*) FROM contego.request_open")
    with stage.cas(latency_ms) as (url, cas), stage.costs(database) as costs:
        load = begin_inserting(stage, database, first)
        began = time.time()
        try:
            with stage.daemons_as_they_come(database, url) as daemons:
                database.wait_until_finished(low, high, daemons)
                bulk_ended = database.session.value(ENDED, low, high)
                inserted = load.finish()
                database.wait_until_finished(low, high + inserted, daemons)
                found = costs.take(waiting + inserted, daemons, cas)
        finally:
            load.stop()
        found |= costs.close(waiting + inserted, of_load=inserted)
    times = [ms for ended, ms in load.latencies() if began < ended < bulk_ended]
    if not times:
        raise RuntimeError("the bulk was finished before anything was inserted: more --rows")
    return times, found


def inserted(stage, database, first):
    """Returns the milliseconds of each transaction by the load beside it, and the costs of the fastest daemon."""
    alone = inserting(stage, database, first)
    loops = inserting_beside_loops(stage, database, first)
    beside, costs = inserting_beside_daemon(stage, database, first, stage.settings.rows, 0)
    rows = min(stage.settings.rows, insert_seconds(stage) * 64 * 1000 // 20)
    beside_20ms, _ = inserting_beside_daemon(stage, database, first, rows, 20)
    return {"alone": alone, "loops": loops, "beside": beside, "beside_20ms": beside_20ms}, costs


def inserters(stage):
    """Measures the same open loop of single rows alone and beside three loads: loops that only count, a daemon at full speed, and a daemon
    whose CAS takes 20 ms. If priorities may be raised, all of that is repeated with the inserters first."""
    with stage.database() as database:
        inserting(stage, database, False)  # warms the caches
        times, found = inserted(stage, database, False)
        if may_go_first():
            times |= {f"first_{name}": values for name, values in inserted(stage, database, True)[0].items()}
        else:
            say("inserters: to put them first takes root; left out")
    figures = {f"{name}_{share}_ms": percentile(values, of) for name, values in times.items() for share, of in (("p50", 0.5), ("p99", 0.99))}
    return {**found, **figures, "rows": stage.settings.rows, "inserted_beside": len(times["beside"])}


class Reader(threading.Thread):
    """Reads the feed until it has read `ends` rows. Now and then it fails, and loses the rows that it has just read."""

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
        except Exception as failure:  # the scenario reports it
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
    """Two daemons finish twice as many requests as in other scenarios, and three readers follow."""
    with stage.database() as database:
        database.session.query("SELECT contego.open_feed()")
        low, high = database.insert(workload.subscriptions(2 * stage.settings.rows))
        database.settle()
        readers = [Reader(database.connection, high - low + 1, seed) for seed in range(READERS)]
        for one in readers:
            one.start()
        found = throughput.run(stage, database, low, high, count=2)
        while database.session.query("SELECT contego.number_finished() AS n")[0]["n"]:  # the daemons ended right after the last request
            pass
        for one in readers:
            one.join(120)
        complaints = [text for text in (one.complaint(low, high) for one in readers) if text]
        if complaints or any(one.seen != readers[0].seen for one in readers):
            raise RuntimeError("; ".join(complaints) or "the readers of the feed saw another order")
    return {**found, "readers": READERS, "restarts": sum(one.starts - 1 for one in readers)}


def asking(stage, times=2000):
    """Asks one question after the other, about random requests and cards that ended long ago."""
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
