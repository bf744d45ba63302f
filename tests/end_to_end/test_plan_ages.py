"""No call becomes slow: it handles the rows that it returns and changes, with plans and statistics of any age.

CONTEGO_PLAN_ROWS: number of open requests, of eleven kinds in equal parts; default 11,000. Use 1,000,000 by hand.
"""

import contextlib
import os
import shutil
import tempfile

import psycopg2
import pytest

from database import Cluster
from plan_ages import FENCE, KINDS, LIVING, Backlog, connected, delete_all, vacuum

ROWS = int(os.environ.get("CONTEGO_PLAN_ROWS", "11000"))
EACH = ROWS // len(KINDS)
SECONDS = 20 + ROWS / 20_000  # the second bound, for costs that no plan shows
BATCH, FEW = 200, 50

AGES = ("never_analysed", "analysed_when_empty", "emptied_with_pages", "analysed_when_tiny", "once_all_queued", "once_all_in_a_chain",
        "current")

RECORD = """
    SELECT stale, woken FROM contego.record(
        command_request_id => %(ids)s::bigint[], command_fence => %(fences)s::bigint[], command_sequence => %(first)s::integer[], command_type => %(types)s,
        command_parameters => %(objects)s::jsonb[], command_exchange => %(answered)s, command_outcome => %(success)s,
        command_sent_age => %(ages)s::double precision[],
        verdict_request_id => %(ids)s::bigint[], verdict_fence => %(fences)s::bigint[], verdict_disposition => %(dispositions)s, verdict_code => %(codes)s,
        verdict_delay => %(ages)s::double precision[], verdict_counts => %(counts)s)"""
SUBMIT = """
    SELECT * FROM contego.submit_many((
        SELECT jsonb_agg(jsonb_build_object('action', 'ADD_SUBSCRIPTIONS', 'parameters', jsonb_build_object('smartcard_ca_id', n::text),
                                            'idempotency_key', 'order-' || n))
        FROM generate_series(1, 2 * %(batch)s, 2) AS n))"""
INSERT = """
    INSERT INTO contego.request (action, parameters, subscription, process_id, idempotency_key)
    SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', n::text), 'S-' || n, 'RUN', 'new-' || n
    FROM generate_series(1, %(batch)s) AS n"""
FIGURES = """
    SELECT provider, progress, count(*), greatest(0, extract(epoch FROM now() - min(scheduled_date)))::double precision
    FROM contego.request_open GROUP BY provider, progress ORDER BY provider, progress"""


class Call:
    """`walks`: how many times the call may look at every open request, beside the rows that it returns and changes."""

    def __init__(self, name, sql, ids=None, walks=0, **arguments):
        self.name, self.sql, self.ids, self.walks, self.arguments = name, sql, ids, walks, arguments

    def given(self, backlog):
        ids = self.ids(backlog) if self.ids else []
        every = len(ids)
        return {"batch": min(BATCH, backlog.each), "each": backlog.each, "ids": ids, "fences": [FENCE] * every, "first": [1] * every,
                "types": ["ADD_SUBSCRIPTIONS"] * every, "objects": ["{}"] * every, "answered": ["answered"] * every,
                "success": ["success"] * every, "codes": ["CODE"] * every, "ages": [10.0] * every, "counts": [True] * every,
                **{name: value(every) if callable(value) else value for name, value in self.arguments.items()}}


def of(kind, count=BATCH):
    return lambda backlog: backlog.ids(kind, count)


def rejected(backlog):
    """Returns requests that ended this month, since an old month may be about to be dropped."""
    return list(range(10, 2 * backlog.each, 10))[:FEW]


def all_of(word):
    return lambda every: [word] * every


def in_turn(*words):
    return lambda every: [words[i % len(words)] for i in range(every)]


CLAIM = "SELECT * FROM contego.claim(%(daemon)s, %(provider)s, %(limit)s)"
TRY_CLAIM = "SELECT * FROM contego.try_claim(%(daemon)s, %(provider)s, %(limit)s, 2097152, true)"
VERBS = (("hold", "blocked"), ("hold", "due"), ("release", "held"), ("retry", "held"), ("retry", "retrying"), ("cancel", "wide"),
         ("cancel", "chain"), ("close", "far"), ("close", "held"), ("skip", "held"))
CALLS = [
    *(Call(f"claim_of_{limit}_beside_{kind}", CLAIM, provider=kind, limit=limit, daemon=LIVING) for kind in KINDS
      for limit in ((1, 50, 500) if kind in ("queued", "one_lane", "due") else (50,))),
    Call("record_ends", RECORD, of("living"), dispositions=all_of("complete")),
    Call("record_ends_what_many_wait_for", RECORD, lambda backlog: backlog.ids("wide", backlog.each)[::100], dispositions=all_of("reject")),
    Call("record_ends_heads_of_lanes", RECORD, lambda backlog: backlog.ids("blocked", backlog.each)[::10][:BATCH],
         dispositions=in_turn("complete", "hold", "release", "retry")),
    Call("record_of_every_kind", RECORD, of("living"), dispositions=in_turn("complete", "retry", "hold", "release", "reject")),
    Call("record_of_one", RECORD, of("living", 1), dispositions=all_of("complete")),
    Call("record_too_late", RECORD, of("held"), dispositions=all_of("complete")),
    Call("recordable", "SELECT contego.recordable(%(ids)s::bigint[])", of("living")),
    Call("recordable_beside_waiting", "SELECT contego.recordable(%(ids)s::bigint[])", of("wide")),
    Call("wake_earlier", "SELECT contego.wake_earlier(%(ids)s::bigint[])", of("wide")),
    Call("give_back_lost", "SELECT contego.give_back_lost(%(daemon)s, 'living', %(fence)s)", daemon=LIVING, fence=FENCE - 1),
    Call("give_back_nothing", "SELECT contego.give_back_lost(%(daemon)s, 'living', %(fence)s)", daemon=LIVING, fence=FENCE, walks=0.2),
    *(Call(f"try_claim_of_{limit}_beside_{kind}", TRY_CLAIM, provider=kind, limit=limit, daemon=LIVING) for kind in ("due", "far", "held")
      for limit in (1, 50)),
    Call("poll", "SELECT * FROM contego.poll(%(daemon)s, %(providers)s, interval '1 second', interval '1 second')", daemon=LIVING,
         providers=[*KINDS, "default", "empty"]),
    # A sweep looks at the requests that wait for 10,000 blockers.
    Call("rescue", "SELECT * FROM contego.rescue(0)", walks=1),
    Call("reject_unserved", "SELECT contego.reject_unserved(interval '-1 day')"),
    Call("renew_lease", "SELECT contego.renew_lease(%(daemon)s, interval '1 hour')", daemon=LIVING),
    Call("renew_lease_after_a_restart", "SELECT contego.missing_write(%(ids)s::bigint[], %(ids)s::bigint[], array_fill(true, ARRAY[%(batch)s]))",
         of("living")),
    Call("numbers", "SELECT * FROM contego.numbers()"),
    Call("mark_maybe_sent", "SELECT * FROM contego.mark_maybe_sent(0, 9223372036854775807)", walks=1),
    Call("take_share", "SELECT * FROM contego.take_share(%(daemon)s, 'default', 10, 10, 1, 1)", daemon=LIVING),
    Call("insert", INSERT),
    Call("submit_many", SUBMIT),
    Call("number_finished", "SELECT contego.number_finished()"),
    Call("finished_after", "SELECT * FROM contego.finished_after(%(each)s / 2, %(batch)s)"),
    Call("forget_finished", "SELECT contego.forget_finished(%(batch)s)"),
    Call("clear_month", "SELECT contego.clear_month(m) FROM contego.month AS m ORDER BY m.month LIMIT 1"),
    Call("start_run", "SELECT * FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT n::text AS card FROM generate_series(1, 200) AS n')"),
    Call("feed_no_run", "SELECT contego.feed_runs('{default}')"),
    Call("feed_run", "SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT n::text AS card FROM generate_series(1, 200) AS n'),"
         " contego.feed_runs('{default}'), pg_sleep(0.11), contego.feed_runs('{default}')"),
    Call("pause_run", "SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT n::text AS card FROM generate_series(1, 200) AS n'),"
         " contego.feed_runs('{default}'), contego.pause_run((SELECT max(run) FROM contego.run_progress))"),
    Call("keep_ledger", "UPDATE contego.ledger SET position = %(each)s; SELECT contego.keep_ledger()", walks=2),  # it reads 1000 positions
    Call("reconcile", "SELECT contego.reconcile(ARRAY(SELECT n::text FROM generate_series(1, 200) AS n), pace => 10000, against => 'expected'),"
         " contego.feed_runs('{default}'), pg_sleep(0.11), contego.feed_runs('{default}')"),
    Call("card_differences", "SELECT contego.card_differences('held', n::text, 'ledger', '{\"subscriptions\": [], \"stbs\": []}', NULL, now())"
         " FROM generate_series(1, 200) AS n"),
    Call("heal_parameters", "SELECT contego.heal_parameters(1, 'held', 'held7')"),
    Call("due_to", "SELECT * FROM contego.due_to('held', 'held7')"),
    Call("refresh", "SELECT * FROM contego.refresh('held7', provider => 'held')"),
    Call("opposite_of", "SELECT * FROM contego.opposite_of('held', 'held7', ARRAY[7])"),
    Call("windows_to_renew", "SELECT contego.set_renewal('*', 'x', ahead => '1 day', extend_by => '1 day', time_zone => 'UTC'), contego.feed_runs('{default}')"),
    Call("drop_month", "SELECT * FROM contego.drop_month(12)"),
    Call("figures", FIGURES, walks=2),
    Call("queue_health", "SELECT * FROM contego.queue_health", walks=6),
    Call("what_doctor_asks", "SELECT (SELECT count(*) FROM contego.stuck WHERE progress = 'IN_FLIGHT'), count(*) FROM contego.blocked_lane", walks=8),
    *(Call(f"{verb}_{kind}", f"SELECT * FROM contego.{verb}(%(ids)s::bigint[], 'tried')", of(kind, FEW)) for verb, kind in VERBS),
    Call("withdraw_many", "SELECT * FROM contego.withdraw_many(%(ids)s::bigint[], 'tried')", of("far", FEW)),
    Call("withdraw_by_key", "SELECT * FROM contego.withdraw(idempotency_key => 'order-1')"),
    Call("reschedule", "SELECT said.* FROM unnest(%(ids)s::bigint[]) AS id CROSS JOIN LATERAL contego.reschedule(id, now() + interval '2 days') AS said",
         of("far", FEW)),
    Call("preview_retry_rejected", "SELECT * FROM contego.preview('retry', %(ids)s::bigint[])", rejected),
    Call("retry_rejected", "SELECT * FROM contego.retry(%(ids)s::bigint[])", rejected),
    Call("submit_corrective", "SELECT contego.submit_corrective('tried', of_request => id) FROM unnest(%(ids)s::bigint[]) AS id", of("held", FEW)),
    Call("seal_audit", "SELECT contego.seal_audit()"),
    Call("write_outage", "SELECT contego.write_outage(1, 'queued', 'http://cas', 'plans', 'closed', 1000, NULL, %(ids)s::bigint[])", of("held"), walks=1),
    Call("set_fallout", "SELECT * FROM contego.set_fallout(%(ids)s::bigint[], owner => 'ann')", of("held", FEW)),
    Call("set_fallout_rejected", "SELECT * FROM contego.set_fallout(%(ids)s::bigint[], owner => 'ann')", rejected),
    Call("end_fallout", "SELECT * FROM contego.end_fallout(%(ids)s::bigint[], 'done')", of("held", FEW)),
    Call("move_requests", "SELECT * FROM contego.move_requests('postgres', 'plans', %(batch)s)"),
    Call("matching", "SELECT unnest(contego.matching('{\"progress\": \"HELD\"}'))", walks=1),
    Call("matching_a_card", "SELECT unnest(contego.matching('{\"card\": \"held7\"}'))", walks=0),
]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A database to copy, in a cluster that never renews statistics."""
    folder = tempfile.mkdtemp(prefix="contego-")
    running = Cluster(folder, "autovacuum=off", "shared_buffers=256MB", "max_wal_size=4GB")
    made = running.new_database(tmp_path_factory.mktemp("migrate"))
    made.query("SELECT contego.make_month(now() - interval '14 months'), contego.open_feed()")
    made.query("CREATE ROLE plans")
    made.query("SELECT contego.add_source('plans')")
    made.query("SELECT contego.join_fleet('plans', 'here', 1, '1', interval '10 hours')")
    made.query("SELECT contego.take_share(%s, 'default', 10, 10, 1, 1)", LIVING)
    made.close()
    yield running, made.connection
    running.stop()
    shutil.rmtree(folder)


@contextlib.contextmanager
def copied(cluster, template, name):
    """Returns the connection string of a copy of this database."""
    with connected(cluster.connection) as server:
        server.cursor.execute(f"CREATE DATABASE {name} TEMPLATE {psycopg2.extensions.parse_dsn(template)['dbname']}")
    connection = cluster.connection.replace("dbname=postgres", f"dbname={name}")
    with connected(connection) as copy: # else claiming would stop, as in every copy
        copy.cursor.execute("UPDATE contego.lineage SET database = (SELECT oid FROM pg_database WHERE datname = current_database())")
    yield connection


def grow_old(age, cursor):
    """Leaves statistics of this age, and no request, except for `analysed_when_tiny`."""
    before = {"emptied_with_pages": Backlog(20), "once_all_queued": Backlog(EACH, only="queued"),
              "once_all_in_a_chain": Backlog(EACH, only="chain")}.get(age)
    if age == "analysed_when_empty":
        vacuum(cursor, "FULL, ANALYZE")
    if before:
        before.load(cursor)
        if age != "emptied_with_pages":
            cursor.execute("ANALYZE")
        delete_all(cursor)
    if age == "emptied_with_pages":
        vacuum(cursor, "ANALYZE, TRUNCATE false")  # the pages stay, without a row; the planner never takes an unvacuumed table for empty


@pytest.fixture(scope="module", params=AGES)
def aged(request, migrated):
    """One session makes its plans while there are few rows. Another makes them when all rows are there."""
    cluster, template = migrated
    small, large = Backlog(20), Backlog(EACH, base=2_000_000)
    with copied(cluster, template, request.param) as connection, connected(connection) as hand, \
            connected(connection) as old, connected(connection) as new:
        grow_old(request.param, hand.cursor)
        small.load(hand.cursor)
        if request.param == "analysed_when_tiny":
            hand.cursor.execute("ANALYZE")
        for _ in range(6):  # from the sixth execution on, PostgreSQL keeps a generic plan
            for call in CALLS:
                old.run(call.sql, call.given(small))
        delete_all(hand.cursor)
        large.load(hand.cursor)
        if request.param == "current":
            hand.cursor.execute("ANALYZE")
        yield {"old": old, "new": new}, large


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
@pytest.mark.parametrize("whose", ("old", "new"))
def test_a_call_handles_what_it_returns_and_changes(aged, whose, call):
    sessions, backlog = aged

    given = call.given(backlog)

    touched, heard = sessions[whose].watched(call.sql, given, SECONDS)

    size, walks = touched + len(given["ids"]), int(call.walks * ROWS)
    assert heard.handled() <= 2000 + 30 * size + walks, f"{heard.handled()} rows for {size}, {heard.dearest()}"
    assert heard.pages() <= 6000 + 20 * size + walks, f"{heard.pages()} pages for {size}"


@pytest.mark.parametrize("drained", (False, True), ids=("analysed_before", "analysed_when_drained"))
def test_a_bulk_comes_due_after_a_quiet_start(migrated, drained):
    """200 ordinary requests, and tables that were vacuumed and analysed when empty. Then a bulk of requests comes due, one every 2.5 ms."""
    cluster, template = migrated
    ordinary, bulk = (f"INSERT INTO contego.request (action, parameters, scheduled_date)"
                      f" SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', n::text), {date} FROM generate_series(1, %s) AS n"
                      for date in ("now()", "now() + (n - 2000) * interval '2.5 milliseconds'"))
    with copied(cluster, template, f"quiet_start_{drained}".lower()) as connection, connected(connection) as hand, connected(connection) as daemon:
        vacuum(hand.cursor, "FULL, ANALYZE")
        hand.cursor.execute(ordinary, (200,))
        daemon.cursor.execute(CLAIM, {"daemon": LIVING, "provider": "default", "limit": 200})
        claimed = daemon.cursor.fetchall()
        daemon.cursor.execute("SELECT count(*) FROM contego.record(verdict_request_id => %s::bigint[], verdict_fence => %s::bigint[],"
                              " verdict_disposition => %s)", ([row[0] for row in claimed], [row[6] for row in claimed], ["complete"] * 200))
        if drained:  # as autovacuum does: the pages stay, without a row
            vacuum(hand.cursor, "ANALYZE, TRUNCATE false")
        hand.cursor.execute(bulk, (ROWS,))

        touched, heard = daemon.watched(CLAIM, {"daemon": LIVING, "provider": "default", "limit": 500}, SECONDS)

    assert touched > 500
    assert heard.handled() <= 2000 + 30 * touched, heard.dearest()
    assert heard.pages() <= 6000 + 20 * touched
