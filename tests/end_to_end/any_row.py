"""The run of test_any_row.py: logins that insert rows, a person who asks questions meanwhile, and notes of the results."""

import itertools
import json
import threading
import time

import psycopg2

import by_hand
from memory import Watch
from programs import contegod
from rows import Rows, huge

SOON = 5.0  # seconds after the last good row was inserted
GIVEN_TIME = 20.0  # seconds for the bad rows; daemons hold some of them one after the other

INSERT = "INSERT INTO contego.request ({}) VALUES ({}) RETURNING id"
SUBMIT = "SELECT request_id FROM contego.submit({})"


def insert(session, columns, by_call=False):
    """Returns the id of the row, or the error with which the database refused it."""
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
    """Asks the questions of people and of their monitoring, again and again."""

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
        while not self.over.wait(1.0):
            self._ask("status", lambda: self._program("status"))
            self._ask("doctor", lambda: self._program("doctor", "--json"))
            self._ask("/metrics", lambda: self._has_figures(self.daemon_.get("/metrics")))
            for view in self.views:
                # The whole row is read, so that every column is computed.
                self._ask(view, lambda: self.support.query(f"SELECT sum(length(v::text)) FROM (SELECT * FROM {view} LIMIT 300) AS v"))
            self.rounds += 1

    def _ask(self, what, question):
        try:
            question()
        except Exception as error:  # any exception means that there was no answer
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
    """Inserts all the rows and notes what became of them."""

    def __init__(self, count, seed, database, daemon, simulator, asker, crm, postmaster):
        self.count, self.seed = count, seed
        self.database, self.asker = database, asker
        self.cards = itertools.count(20_000_000)
        self.crm = connect(crm)
        self.crm.cursor().execute("SET statement_timeout = '30s'")
        self.hand = by_hand.Hand(database.connection, itertools.count(60_000_000))
        own = [self.crm.info.backend_pid, self.hand.session.info.backend_pid]
        # PostgreSQL itself needs memory to read a literal of 24 MB: the sessions that insert do not count.
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
        stream = iter(Rows(self.seed, 30_000_000))
        big = list(huge(lambda: f"01{next(self.cards):09}"))
        every = max(1, self.count // (len(big) + 1))
        for number in range(self.count):
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
            time.sleep(0.02)  # spreads the rows over the run

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
        """A row of another provider waits for its daemon. A row of a later date waits for that date, and the rows behind it wait for it."""
        open_ones = self.database.query(
            "SELECT r.id, r.progress, left(r.error_code, 50) AS error_code FROM contego.request_open AS r"
            " LEFT JOIN contego.request_open AS b ON b.id = r.blocked_by"
            " WHERE r.provider = 'default'"
            " AND NOT (r.progress = 'HELD' AND r.error_code <> '' AND r.error_description <> '')"
            " AND NOT (r.progress = 'SCHEDULED' AND coalesce(r.due_date > now() + interval '1 minute', false))"
            " AND NOT (r.progress = 'BLOCKED' AND coalesce(b.progress = 'HELD', false))")
        return [(self.bad.get(row["id"], "?"), dict(row)) for row in open_ones]
