"""A row may hold any value: other requests go on, and the row itself can be ended.

The login of a CRM inserts ten thousand rows of rows.py, and a superuser the rows of by_hand.py. Every tenth row is good.
CONTEGO_ROWS and CONTEGO_SEED change the number and the seed.
"""

import itertools
import os
import re

import psycopg2
import pytest

import by_hand
from any_row import Asker, Run, connect, insert, login
from database import Database
from memory import MEBIBYTE
from programs import Daemon, contegod
from rows import Row, Rows, huge, parameters

COUNT = int(os.environ.get("CONTEGO_ROWS", "10000"))
SEED = os.environ.get("CONTEGO_SEED", "1")
REFUSALS = ("22", "23", "54")  # classes of SQLSTATE that tell a CRM that its row is at fault
MOST_BYTES = 200 * MEBIBYTE
VERBS = ["hold", "release", "retry", "skip", "cancel", "close"]
NOBODY = "nobody-serves-this"


def listed(found):
    return "\n".join(map(str, sorted(map(str, found))[:40]))


@pytest.fixture(scope="module")
def postmaster(cluster):
    return int((cluster.folder / "data/postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def support(database):
    opened = Database(login(database, "any_row_support", "contego_support"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def run(database, configure, providers, simulator, support, postmaster):
    file = configure(providers)
    daemon = Daemon(file)
    crm = login(database, "any_row_crm", "contego_crm")
    played = Run(COUNT, SEED, database, daemon, simulator, Asker(file, daemon, support), crm, postmaster)
    try:
        played.play()
        played.lived = daemon.process.poll() is None
        played.log = daemon.log()
    finally:
        daemon.kill()
    print(f"seed {SEED}: {len(played.good)} good rows done {played.seconds:.1f} s after the last; {len(played.bad)} bad ones, "
          f"{len(played.refused)} refused; asked {played.asker.rounds} times; MiB: {sorted(played.most.values())[-5:]}")
    return played


def test_the_good_rows_are_done_soon_after_the_last_of_them_was_inserted(run):
    assert run.late == [], listed(run.late)
    states = run.database.query("SELECT DISTINCT progress FROM contego.request WHERE id = ANY (%s)", run.good)
    assert states == [{"progress": "DONE"}]


def test_every_bad_row_is_refused_ends_or_is_held_with_a_reason(run):
    assert run.stuck == [], listed(run.stuck)


def test_a_refusal_blames_the_row_and_names_the_column(run):
    """PostgreSQL refuses a value that it cannot read as the type of its column, and names no column. For such a value, the class is enough."""
    wrong = []
    for row, error in run.refused:
        said = f"{error.diag.message_primary} {error.diag.message_detail} {error.diag.column_name} {error.diag.constraint_name}"
        ours = error.diag.context is not None and "PL/pgSQL function contego." in error.diag.context or error.diag.table_name is not None
        if not (error.pgcode or "").startswith(REFUSALS):
            wrong.append((row.kind, error.pgcode, said[:200]))
        elif ours and not any(name in said for name in row.about):
            wrong.append((row.kind, error.pgcode, said[:200]))
    assert wrong == [], listed(wrong)


def test_what_no_daemon_could_handle_is_refused(run):
    kinds = {row.kind for row, _ in run.refused}
    bounded = {"81 KB of the largest numbers", "a million cards", "24 MB of one text", "24 MB nested 450 deep", "nested array", "date"}
    assert bounded - kinds == set()


def test_what_people_ask_is_answered_meanwhile(run):
    assert run.asker.rounds > 3
    assert run.asker.refused == [], listed(set(run.asker.refused))


def test_no_process_grows(run):
    grown = {name: size for name, size in run.most.items() if size * MEBIBYTE > MOST_BYTES}
    assert (grown, run.watch.ended) == ({}, [])


def test_the_daemon_lives_and_an_outcome_is_of_bounded_length(run):
    assert run.lived, run.log[-2000:]
    (longest,) = run.database.query(
        "SELECT max(octet_length(error_description)) AS said, max(octet_length(error_code)) AS code FROM contego.request_finished")
    assert longest["said"] < 100_000 and longest["code"] < 10_000
    assert max(map(len, run.log.splitlines())) < 100_000


def refused_verbs(database, ids):
    """Applies every verb to every row, at last a verb that ends it. Returns the rows for which the database gave no answer."""
    wrong = []
    database.query("SET statement_timeout = '5s'")
    for kind, request_id in ids:
        for verb in [*VERBS[:4], VERBS[4 + request_id % 2]]:
            try:
                database.query(f"SELECT * FROM contego.{verb}(%s, 'tried on it')", request_id)
            except psycopg2.Error as error:
                wrong.append((kind, verb, error.pgcode, str(error).splitlines()[0][:150]))
        if database.query("SELECT id FROM contego.request_open WHERE id = %s", request_id):
            wrong.append((kind, "is still open"))
    database.query("RESET statement_timeout")
    return wrong


def test_every_verb_works_on_any_row_of_a_crm_and_it_can_be_ended(run, database):
    crm = connect(database.connection.replace("user=postgres", "user=any_row_crm"))
    stream = Rows(f"verbs {SEED}", 40_000_000)
    made = [row for _ in range(25) for row in stream.one_of_each()] + list(huge(lambda: "01000000017"))
    made.append(Row("as it should be", (), {"action": "ADD_SUBSCRIPTIONS", "parameters": parameters("01000000017")}))
    ids = [(row.kind, insert(crm, {**row.columns, "provider": NOBODY})) for row in made]
    crm.close()

    wrong = refused_verbs(database, [(kind, one) for kind, one in ids if isinstance(one, int)])
    assert wrong == [], listed(wrong)


def test_every_verb_works_on_any_row_that_came_past_the_gate_and_it_can_be_ended(run, database, support):
    hand = by_hand.Hand(database.connection, itertools.count(80_000_000))
    ids = [(f"{kind} ({way})", hand.write(kind, way, NOBODY)) for kind, way in by_hand.all_kinds()]
    hand.close()
    ids = [(kind, one) for kind, one in ids if isinstance(one, int)]
    assert len(ids) > 20, "the constraints refused nearly all rows"

    unseen = []
    for kind, request_id in ids:
        try:
            support.query("SELECT length(s::text) FROM contego.request_status AS s WHERE s.id = %s", request_id)
        except psycopg2.Error as error:
            unseen.append((kind, error.pgcode, str(error).splitlines()[0]))
    in_flight = {row["id"] for row in database.query("SELECT id FROM contego.request_open WHERE progress = 'IN_FLIGHT'")}
    wrong = refused_verbs(database, [(kind, one) for kind, one in ids if one not in in_flight])

    assert (unseen, wrong) == ([], []), listed(unseen + wrong)


def test_what_was_held_is_ended_by_the_programs_too(run, database, configure, providers):
    held = database.query("SELECT id FROM contego.request_open WHERE progress = 'HELD' AND provider = 'default' ORDER BY id")
    file = configure(providers)

    for verb in ("cancel", "close"):
        ids = [row["id"] for row in held if row["id"] % 2 == (verb == "close")]
        for start in range(0, len(ids), 50):
            named = [part for one in ids[start:start + 50] for part in ("--id", one)]
            done = contegod(verb, "--config", file, *named, "--reason", "of no use")
            assert done.returncode == 0, done.stderr
            assert re.search(r"refused: 0|-> ", done.stdout), done.stdout

    assert database.query("SELECT id FROM contego.request_open WHERE progress = 'HELD' AND provider = 'default'") == []
