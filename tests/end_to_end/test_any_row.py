"""Whatever a row holds, the others flow; and whatever it is, it can be ended.

Ten thousand rows as rows.py makes them come from a CRM's login, those of by_hand.py from a superuser, and every tenth row is good.
CONTEGO_ROWS and CONTEGO_SEED ask for more of them, or for others.
"""

import itertools
import json
import os
import re
import threading
import time

import psycopg2
import pytest

import by_hand
from database import Database
from memory import MEBIBYTE, Watch
from programs import Daemon, contegod, wait_for
from rows import Row, Rows, huge, parameters

COUNT = int(os.environ.get("CONTEGO_ROWS", "10000"))
SEED = os.environ.get("CONTEGO_SEED", "1")
SOON = 5.0  # seconds after the last good row was inserted
GIVEN_TIME = 20.0  # seconds for the bad ones, of which some are held one after the other
REFUSALS = ("22", "23", "54")  # classes of SQLSTATE by which a CRM is told that its row is at fault
MOST_BYTES = 200 * MEBIBYTE
VERBS = ["hold", "release", "retry", "skip", "cancel", "close"]
NOBODY = "nobody-serves-this"

INSERT = "INSERT INTO contego.request ({}) VALUES ({}) RETURNING id"
SUBMIT = "SELECT request_id FROM contego.submit({})"


def insert(session, columns, by_call=False):
    """Id of the row, or the error by which the database refused it."""
    if by_call:
        sql = SUBMIT.format(", ".join(f"{name} => %s" for name in columns))
    else:
        sql = INSERT.format(", ".join(columns), ", ".join(["%s"] * len(columns)))
    try:
        with session.cursor() as cursor:
            cursor.execute(sql, list(columns.values()))
            return cursor.fetchone()[0]
    except psycopg2.Error as error:
        return error


def login(database, name, role):
    database.query(f"CREATE ROLE {name} LOGIN IN ROLE {role}")
    return database.connection.replace("user=postgres", f"user={name}")


def connect(connection):
    session = psycopg2.connect(connection)
    session.autocommit = True
    return session


class Asker(threading.Thread):
    """Asks, again and again, what people and their monitoring ask."""

    def __init__(self, file, daemon, support):
        super().__init__(name="asker", daemon=True)
        self.file, self.daemon_, self.support = file, daemon, support
        self.views = [row["name"] for row in support.query(
            "SELECT c.oid::regclass::text AS name FROM pg_class AS c WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind = 'v'"
            " AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1")]
        assert "contego.request_status" in self.views
        self.refused = []
        self.rounds = 0
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.5):
            self._ask("status", lambda: self._program("status"))
            self._ask("doctor", lambda: self._program("doctor", "--json"))
            self._ask("/metrics", lambda: self._has_figures(self.daemon_.get("/metrics")))
            for view in self.views:
                # As a whole, so that every column is made.
                self._ask(view, lambda: self.support.query(f"SELECT sum(length(v::text)) FROM (SELECT * FROM {view} LIMIT 300) AS v"))
            self.rounds += 1

    def _ask(self, what, question):
        try:
            question()
        except Exception as error:  # whatever it is, it is no answer
            self.refused.append((what, type(error).__name__, str(error)[:300]))

    def _program(self, name, *arguments):
        done = contegod(name, *arguments, "--config", self.file)
        text = done.stdout + done.stderr
        assert done.returncode == 0 or name == "doctor" and done.returncode == 1 and done.stdout, text
        assert "not checked" not in text, text

    @staticmethod
    def _has_figures(answer):
        assert answer[0] == 200 and "contego_backlog_requests" in answer[1], answer


class Run:
    """All the rows, and what came of them."""

    def __init__(self, database, daemon, simulator, asker, crm, postmaster):
        self.database, self.asker = database, asker
        self.cards = itertools.count(20_000_000)
        self.crm = connect(crm)
        self.crm.cursor().execute("SET statement_timeout = '30s'")
        self.hand = by_hand.Hand(database.connection, itertools.count(60_000_000))
        own = [self.crm.info.backend_pid, self.hand.session.info.backend_pid]
        # What PostgreSQL itself needs to read a literal of 24 MB is the inserter's own.
        self.watch = Watch({"contegod": daemon.process.pid, "contego-sim": simulator.process.pid}, postmaster, own)
        self.good, self.bad, self.refused = [], {}, []

    def play(self):
        self.watch.start()
        self.asker.start()
        writer = threading.Thread(target=self._write_by_hand)
        writer.start()
        self._insert_all()
        writer.join()
        self._insert_good()
        self.inserted = time.monotonic()
        self.late = self._wait(SOON, self._good_that_are_not_done)
        self.seconds = time.monotonic() - self.inserted
        self.stuck = self._wait(GIVEN_TIME, self._bad_that_neither_ended_nor_are_held)
        self.asker.over.set()
        self.asker.join()
        self.most = self.watch.stop()
        self.crm.close()
        self.hand.close()

    def _insert_all(self):
        stream = iter(Rows(SEED, 30_000_000))
        big = list(huge(lambda: f"01{next(self.cards):09}"))
        every = max(1, COUNT // (len(big) + 1))
        for number in range(COUNT):
            if number % 10 == 0:
                self._insert_good()
            elif number % every == every - 1 and big:
                self._insert_bad(big.pop(), False)
            else:
                self._insert_bad(next(stream), number % 10 == 1)

    def _insert_good(self):
        card = f"01{next(self.cards):09}"
        given = {"smartcard_ca_id": card, "message": "é €"} if len(self.good) % 4 == 0 else {"smartcard_ca_id": card, "service_ca_id": "1111"}
        action = "SEND_BARK_MESSAGE_TO_CLIENT" if "message" in given else "ADD_SUBSCRIPTIONS"
        request_id = insert(self.crm, {"action": action, "parameters": json.dumps(given)})
        assert isinstance(request_id, int), request_id
        self.good.append(request_id)

    def _insert_bad(self, row, by_call):
        outcome = insert(self.crm, row.columns, by_call)
        if isinstance(outcome, int):
            self.bad[outcome] = row.kind
        else:
            self.refused.append((row, outcome))

    def _write_by_hand(self):
        for kind, way in by_hand.all_kinds():
            outcome = self.hand.write(kind, way, "default")
            if isinstance(outcome, int):
                self.bad[outcome] = f"{kind} ({way})"
            time.sleep(0.02)  # spread over the run

    @staticmethod
    def _wait(seconds, left):
        deadline = time.monotonic() + seconds
        while (found := left()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def _good_that_are_not_done(self):
        return self.database.query(
            "SELECT id, progress, error_code FROM contego.request_open WHERE id = ANY (%s) LIMIT 5", self.good)

    def _bad_that_neither_ended_nor_are_held(self):
        """A row of another provider waits for its daemon; one that is due one day waits for the day, or for whom it stands behind."""
        open_ones = self.database.query(
            "SELECT r.id, r.progress, left(r.error_code, 50) AS error_code FROM contego.request_open AS r"
            " LEFT JOIN contego.request_open AS b ON b.id = r.blocked_by"
            " WHERE r.provider = 'default'"
            " AND NOT (r.progress = 'HELD' AND r.error_code <> '' AND r.error_description <> '')"
            " AND NOT (r.progress = 'SCHEDULED' AND coalesce(r.due_date > now() + interval '1 minute', false))"
            " AND NOT (r.progress = 'BLOCKED' AND coalesce(b.progress = 'HELD', false))")
        return [(self.bad.get(row["id"], "?"), dict(row)) for row in open_ones]


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
    played = Run(database, daemon, simulator, Asker(file, daemon, support), crm, postmaster)
    played.play()
    played.lived = daemon.process.poll() is None
    played.log = daemon.log()
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
    """What PostgreSQL cannot read as the column's type it refuses without naming a column: there the class must do."""
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
    """Every verb on every row; at last one of those that end it, and it has ended. What the database does not answer."""
    wrong = []
    database.query("SET statement_timeout = '5s'")
    for kind, request_id in ids:
        for verb in [*VERBS[:4], VERBS[4 + request_id % 2]]:
            try:
                database.query(f"SELECT * FROM contego.{verb}(%s, 'tried on it')", request_id)
            except psycopg2.Error as error:
                wrong.append((kind, verb, error.pgcode, str(error).splitlines()[0][:150]))
        if database.query("SELECT FROM contego.request_open WHERE id = %s", request_id):
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
    assert len(ids) > 20, "hardly any of the rows came past the constraints"

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
