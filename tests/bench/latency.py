"""Scenarios that measure the time from the commit of an INSERT to the commit of its outcome, and the costs of an idle daemon.

Both moments are PostgreSQL's own: pg_xact_commit_timestamp of the row's transaction. The inserting transaction writes a row into
bench.inserted, which identifies it. Requests are inserted in open loop, at a fixed rate, however long the ones before take."""

import subprocess
import time

import gauges
import workload
from database import LOGIN

LATENCY = """
SELECT count(*) AS rows, percentile_cont(ARRAY[0.5, 0.95, 0.99, 0.999, 1]) WITHIN GROUP (ORDER BY ms) AS percentiles
FROM (
    SELECT extract(epoch FROM pg_xact_commit_timestamp(f.xmin) - pg_xact_commit_timestamp(i.xmin)) * 1000::float AS ms
    FROM bench.inserted AS i
    JOIN contego.request_finished AS f ON f.id = i.id
    WHERE f.life_cycle_state = 'COMPLETED' AND pg_xact_commit_timestamp(i.xmin) < %s) AS r"""
# The rate of the last seconds in which requests were inserted as fast as possible.
SUSTAINED = """
SELECT count(*) / %s::float AS rate FROM contego.request_finished AS f, (SELECT max(created_date) AS ended FROM contego.request) AS load
WHERE f.finished_date BETWEEN load.ended - %s * interval '1 second' AND load.ended"""
BULK_ENDED = "SELECT max(finished_date) FROM contego.request_finished WHERE id BETWEEN %s AND %s"
WARM_UP = 2
SETTLING = 5  # the first claims, sweeps and figures of a daemon are over


def percentiles(database, before="infinity"):
    row = database.session.query(LATENCY, before)[0]
    if not row["rows"]:
        raise RuntimeError("no request was measured")
    return {"measured": row["rows"], **dict(zip(("p50_ms", "p95_ms", "p99_ms", "p999_ms", "max_ms"), row["percentiles"]))}


def drained(database, daemons):
    high = database.session.value("SELECT coalesce(max(id), 0) FROM contego.request")
    database.wait_until_finished(1, high, daemons)
    return high


def warm_up(stage, database, daemons):
    """Makes connections, plans and caches warm, which is not measured. Returns the number of transactions."""
    done = stage.load(database, workload.script(), WARM_UP, rate=50).finish()
    drained(database, daemons)
    database.session.query("TRUNCATE bench.inserted")
    return done


def measured(stage, database, daemons, costs, cas, rate, rows=1):
    """Measures an open loop of `rate` transactions per second, with `rows` rows each."""
    seconds = stage.settings.load_seconds
    transactions = stage.load(database, workload.script(rows), seconds, rate=rate).finish()
    total = drained(database, daemons)
    return {
        **costs.take(total, daemons, cas), **percentiles(database), "rows": transactions * rows,
        "rate": transactions * rows / seconds, "asked_rate": rate * rows}, transactions, total


def open_loop(stage, per_second=200):
    with stage.database() as database, stage.cas() as (url, cas), stage.costs(database) as costs:
        with stage.daemons(database, url) as daemons:
            before = warm_up(stage, database, daemons)
            found, transactions, total = measured(stage, database, daemons, costs, cas, per_second)
        return found | costs.close(total, of_load=before + transactions)


def near_the_maximum(stage):
    """The maximum is the rate of finished requests while more are inserted. A transaction inserts 20 rows, like a nightly job of a CRM."""
    rows, seconds = 20, max(2, stage.settings.load_seconds // 3)
    with stage.database() as database, stage.cas() as (url, cas), stage.costs(database) as costs:
        with stage.daemons(database, url) as daemons:
            before = warm_up(stage, database, daemons)
            before += stage.load(database, workload.script(rows), seconds).finish()
            maximum = database.session.value(SUSTAINED, seconds - 1, seconds - 1)
            drained(database, daemons)
            database.session.query("TRUNCATE bench.inserted")
            found, transactions, total = measured(stage, database, daemons, costs, cas, max(1, 0.8 * maximum / rows), rows)
        return {**found, **costs.close(total, of_load=before + transactions), "sustained_maximum": maximum}


def express(stage, per_second=50):
    """Inserts EXPRESS requests, one after the other, while a bulk is in the queue."""
    with stage.database() as database, stage.cas() as (url, cas):
        low, high = database.insert(workload.subscriptions(stage.settings.rows, name="BULK"))
        database.settle()
        with stage.costs(database) as costs:
            with stage.daemons(database, url) as daemons:
                load = stage.load(database, workload.script(name="URGENT", priority="EXPRESS"), 3600, rate=per_second)
                try:
                    database.wait_until_finished(low, high, daemons)
                finally:
                    load.stop()
                total = drained(database, daemons)
                ended = database.session.value(BULK_ENDED, low, high)
                found = costs.take(total, daemons, cas) | percentiles(database, ended) | {"rows": high - low + 1}
            return found | costs.close(total, of_load=total - found["rows"])


def stays(daemon, seconds):
    try:
        daemon.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    daemon.check()


def idle(stage, count=1, providers=1, at_most=None):
    """Daemons have nothing to do, for a long time. Figures are for each daemon."""
    with stage.database() as database, stage.cas() as (url, _), stage.costs(database) as costs:
        with stage.daemons_as_they_come(database, url, count, providers) as daemons:
            def so_far():
                return (time.monotonic(), sum(gauges.cpu_seconds(one.process.pid) for one in daemons), costs.cluster_cpu(),
                        sum(calls for calls, _ in gauges.statements(costs.admin, LOGIN).values()))

            time.sleep(SETTLING)
            before, kinds = so_far(), gauges.statements(costs.admin, LOGIN)
            stays(daemons[0], min(stage.settings.idle_seconds, at_most or stage.settings.idle_seconds))
            lasted, cpu, cluster, calls = (after - former for after, former in zip(so_far(), before))
            by_kind = {kind: now - kinds.get(kind, (0,))[0] for kind, (now, _) in gauges.statements(costs.admin, LOGIN).items()}
            sessions = costs.admin.value("SELECT count(*) FROM pg_stat_activity WHERE usename = %s", LOGIN)
            found = costs.take(1, daemons)
    return {
        "seconds": lasted, "daemon_cpu_percent": 100 * cpu / lasted / count, "postgres_cpu_percent": 100 * cluster / lasted / count,
        "statements_per_second": calls / lasted / count, "connections": sessions / count,
        "statements_by_kind": {kind: round(made / lasted / count, 3) for kind, made in sorted(by_kind.items()) if made},
        **{key: found[key] for key in ("rss_peak_kib", "start_ms", "others_cores")}}
