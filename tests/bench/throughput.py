"""Scenarios that measure how many requests per second end durably."""

import concurrent.futures
import contextlib
import json
import statistics
import subprocess

import psycopg2

import workload
from database import LOGIN, Session
from programs import CONTEGOD, REPOSITORY, free_place, say, told_by
from stage import OVERTAKEN, Others, outcome

BATCHES = (100, 300, 1000)  # requests of one claim and of one record; the daemon records at most 1000 at once


def binding_of(stage):
    return stage.settings.binding or REPOSITORY / "config/binding.xml"


def run(stage, database, low, high, in_flight=64, latency_ms=0, count=1, strict=False, **given):
    """Starts daemons and waits until they finish the requests from `low` to `high`, which are in the database already. `given` are further
    settings of the provider."""
    with stage.cas(latency_ms) as (url, cas), stage.costs(database) as costs:
        with stage.daemons(database, url, in_flight, count, **given) as daemons:
            seen = database.wait_until_finished(low, high, daemons)
            found = costs.take(high - low + 1, daemons, cas)
            found |= outcome(database, low, high, costs.since, strict)
        found |= costs.close(found["rows"])
    found["rate"] = found["rows"] / found["seconds"]
    found["commands_rate"] = found["commands"] / found["seconds"]
    found["rate_polled"] = found["rows"] / (seen - costs.began)
    return found


def burn_down(stage, select=None, **how):
    with stage.database() as database:
        low, high = database.insert(select or workload.subscriptions(stage.settings.rows))
        database.settle()
        return run(stage, database, low, high, **how)


def messages(stage, shared=True):
    """Sends the same message to many cards, with four calls in flight and a CAS that answers after 20 ms. `shared`: up to 500 in a call."""
    rows = max(100, stage.settings.rows // (1 if shared else 20))
    given = {"binding": str(REPOSITORY / "config/plural-messages.xml")} if shared else {}
    return burn_down(stage, workload.messages(rows), latency_ms=20, in_flight=4, **given)


def many_daemons(stage):
    """Measures the rate by the number of daemons, and how many of their sessions wait for a lock on average."""
    found = {}
    for count in (1, 4, 16, 64):
        with stage.database() as database:
            low, high = database.insert(workload.subscriptions(stage.settings.rows))
            database.settle()
            with stage.cas() as (url, cas), stage.costs(database) as costs:
                with stage.daemons_as_they_come(database, url, count) as daemons:
                    database.wait_until_finished(low, high, daemons)
                    run_of_it = costs.take(high - low + 1, daemons, cas) | outcome(database, low, high, costs.since)
                run_of_it |= costs.close(run_of_it["rows"])
        rate = run_of_it["rows"] / run_of_it["seconds"]
        waiting = sum(share for what, share in run_of_it["wait_events"].items() if what.startswith("Lock/"))
        found |= {**run_of_it, "rate": rate, f"rate_{count}": rate, f"waiting_{count}": waiting}
    return found


def sql_ceiling(stage):
    """Runs the daemon's claims and records on two connections, without a network, with the batch size that is fastest."""
    all_of_it = {batch: claims_and_records(stage, batch) for batch in BATCHES}
    best = max(all_of_it.values(), key=lambda found: found["rate"])
    return {**best, **{f"rate_{batch}": found["rate"] for batch, found in all_of_it.items()}}


def claims_and_records(stage, batch):
    with stage.database() as database:
        low, high = database.insert(workload.subscriptions(max(100, stage.settings.rows // 2)))
        database.settle()
        with stage.costs(database) as costs:
            (said,) = told_by("bench_queue", stage.cluster.connection(database.name, LOGIN), batch, binding_of(stage))
            found = costs.take(said["requests"], [])
            found |= outcome(database, low, high, costs.since)
            found |= costs.close(found["rows"])
    found["rate"] = found["rows"] / found["seconds"]
    return found


def exchange_ceiling(stage):
    """Runs the daemon's binding and endpoint client, without a database."""
    rows = stage.settings.rows
    with stage.cas() as (url, cas):
        others = Others(stage.cluster)
        (said,) = told_by("bench_exchange", url, 64, rows, binding_of(stage))
        cores = others.cores([cas] if cas else [])
    return {"rows": rows, "seconds": said["seconds"], "rate": rows / said["seconds"], "others_cores": cores}


def render(stage):
    """Returns the nanoseconds to prepare a command and to interpret an answer: the median of the 13 commands, and each of them."""
    commands = {line.pop("command"): line for line in told_by("bench_render", binding_of(stage))}
    middle = {key: statistics.median(line[key] for line in commands.values()) for key in ("prepare_ns", "interpret_ns")}
    return {**middle, "commands": commands}


def cards(stage):
    """Inserts 20 requests for each card, one for every card in turn."""
    each = max(1, stage.settings.rows // 20)
    return burn_down(stage, workload.subscriptions(each * 20, card_number=f"(n % {each})"), strict=True)


def mixed_day(stage):
    return burn_down(stage, workload.mixed_day(stage.settings.rows), strict=True)


def one_card(stage):
    """One card has as many requests in front as there are free ones behind them."""
    rows = stage.settings.rows
    with stage.database() as database:
        first, last = database.insert(workload.subscriptions(rows, card_number="0"))
        low, high = database.insert(workload.subscriptions(rows))
        database.settle()
        found = run(stage, database, low, high)
        overtaken = database.session.value(OVERTAKEN, first, last)
        done = database.session.value("SELECT count(*) FROM contego.request_finished WHERE id BETWEEN %s AND %s", first, last)
    if overtaken:
        raise RuntimeError(f"{overtaken} requests overtook another one on the card")
    return {**found, "card_rate": done / found["seconds"]}


def hold(stage, database, ids):
    file = free_place(stage.folder, "hold")
    file.write_text(json.dumps(stage.configuration(database, "http://127.0.0.1:9")))
    chosen = [part for one in ids for part in ("--id", str(one))]
    subprocess.run([CONTEGOD, "hold", "--config", file, "--reason", "bench", *chosen], check=True, stdout=subprocess.DEVNULL)


def blocked(stage):
    """Two cards have a held request each, and half of the rows behind it. All of these are in front of the free requests. It is measured
    while the rows are not yet parked, and again when they are."""
    rows = stage.settings.rows
    with stage.database() as database:
        hold(stage, database, range(*map(sum, zip(database.insert(workload.subscriptions(2, card_number="n")), (0, 1)))))
        first, last = database.insert(workload.subscriptions(rows, card_number="(1 + n % 2)"))
        found = {}
        for prefix in ("", "parked_"):
            low, high = database.insert(workload.subscriptions(rows, first_card=1000))
            database.settle()
            one = run(stage, database, low, high)
            found = found or one
            found[prefix + "rate"] = one["rate"]
        kept = database.session.value(
            "SELECT count(*) FROM contego.request_open WHERE id BETWEEN %s AND %s AND progress = 'BLOCKED'", first, last)
        if kept != rows:
            raise RuntimeError(f"{rows - kept} of {rows} rows behind a held request are not BLOCKED")
    return found


def held_xmin(stage):
    """Another session keeps a transaction open for the whole run: dead row versions cannot be removed meanwhile."""
    with stage.database() as database:
        low, high = database.insert(workload.subscriptions(stage.settings.rows))
        database.settle()
        with contextlib.closing(psycopg2.connect(database.connection)) as forgotten:
            forgotten.set_session(isolation_level="REPEATABLE READ")
            forgotten.cursor().execute("SELECT count(*) FROM contego.daemon")
            return run(stage, database, low, high)


def fill(database, table, count, chunk=250_000):
    """Fills one table, on a connection of its own."""
    with contextlib.closing(Session(database.connection)) as session:
        for first in range(1, count + 1, chunk):
            session.query(workload.FINISHED[table].format(first=first, last=min(first + chunk - 1, count)))
            say(f"finished: {min(first + chunk - 1, count):,} of {count:,} rows in contego.{table}")
        session.query(f"VACUUM (FREEZE, ANALYZE) contego.{table}")


def full_database(stage):
    """Fills all tables at the same time, once for all repetitions."""
    count = stage.settings.finished
    database = stage.cluster.new_database()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda table: fill(database, table, count), workload.FINISHED))
    for sequence in ("pg_get_serial_sequence('contego.request', 'id')", "'contego.fence'"):
        database.session.query(f"SELECT setval({sequence}, {count})")
    return database


def filled(stage):
    """Returns a database whose tables contain the requests of several years."""
    if "finished" not in stage.kept:
        stage.kept["finished"] = full_database(stage)
    return stage.kept["finished"]


def finished_before(stage):
    database = filled(stage)
    low, high = database.insert(workload.subscriptions(stage.settings.rows))
    database.settle()
    return {**run(stage, database, low, high), "finished_before": stage.settings.finished}
