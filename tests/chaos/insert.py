"""The CRM: two connections that insert the load while the database has faults."""

import json
import threading
import time

import psycopg2
import psycopg2.extras

INSERT = """INSERT INTO contego.request (action, parameters, priority, scheduled_date, idempotency_key) VALUES %s
            RETURNING id, idempotency_key, sequence_number, lanes, extract(epoch FROM scheduled_date)::float8"""
LOOK_UP = """SELECT r.id, i.idempotency_key, r.sequence_number, r.lanes, extract(epoch FROM r.scheduled_date)::float8
             FROM contego.idempotency AS i JOIN contego.request AS r ON r.id = i.request_id
             WHERE i.provider = 'default' AND i.idempotency_key = ANY (%s)"""
ROW = "(%s, %s, %s, coalesce(%s::timestamptz, now() + %s * interval '1 second'), %s)"
REFUSED = ("22", "23", "54")  # classes of SQLSTATE that blame the row


def columns(row):
    written = row.get("written") or json.dumps(row["parameters"])
    return row["action"], written, row["priority"], row.get("at"), row["delay"], f"chaos-{row['n']}"


def batches(rows, most=40):
    """Splits rows into transactions, in order. A row that may be refused comes alone, since it would make the whole transaction fail."""
    batch = []
    for row in rows:
        if batch and (row.get("alone") or len(batch) == most):
            yield batch
            batch = []
        batch.append(row)
        if row.get("alone"):
            yield batch
            batch = []
    if batch:
        yield batch


class Inserter:
    """One connection of the CRM. A batch is one transaction. If its answer was lost, the idempotency keys tell whether it was committed."""

    def __init__(self, connection, stopping):
        self.target = connection
        self.connection = None
        self.stopping = stopping
        self.unanswered_commits = 0  # transactions whose commit was not answered

    def insert(self, batch):
        """Inserts until the database answers. Returns (rows of the database, time it began, time it was known). No rows: the INSERT was refused."""
        began = time.time()
        rows = [columns(row) for row in batch]
        while True:
            try:
                found = self._insert_or_look_up(rows)
                return found, began, time.time()
            except psycopg2.Error as error:
                if batch[0].get("alone") and (error.pgcode or "").startswith(REFUSED):
                    self._drop()  # a rollback would fail if the session was killed just after the refusal
                    return [], began, time.time()
                self._drop()
                self.unanswered_commits += 1
                if self.stopping.wait(0.1):
                    raise

    def _insert_or_look_up(self, rows):
        if self.connection is None:
            self.connection = psycopg2.connect(self.target)
        with self.connection.cursor() as cursor:
            try:
                found = psycopg2.extras.execute_values(cursor, INSERT, rows, ROW, page_size=len(rows), fetch=True)
            except psycopg2.errors.UniqueViolation:
                self.connection.rollback()
                cursor.execute(LOOK_UP, [[row[-1] for row in rows]])
                found = cursor.fetchall()
            self.connection.commit()
        assert len(found) == len(rows), f"{len(found)} of {len(rows)} rows of one transaction are there"
        return found

    def _drop(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Load(threading.Thread):
    """Inserts `count` requests at `rate` per second (0: as fast as possible) and writes rows.jsonl."""

    def __init__(self, requests, count, rate, connection, file):
        super().__init__(name="load", daemon=True)
        self.requests, self.count, self.rate, self.file = requests, count, rate, file
        self.stopping = threading.Event()
        self.inserters = [Inserter(connection, self.stopping) for _ in range(2)]
        self.writing = threading.Lock()
        self.inserted = 0
        self.refused = 0
        self.batches = 0
        self.failure = None

    def run(self):
        try:
            with open(self.file, "w", encoding="ascii") as out:
                self._run(out)
        except BaseException as error:  # the main thread reports it
            self.failure = self.failure or error  # the other connection then stops, too

    def _run(self, out):
        stream = iter(self.requests)
        began, left = time.monotonic(), self.count
        while left > 0 and not self.stopping.is_set():
            size = min(left, max(20, self.rate // 10))
            waiting = [next(stream) for _ in range(size)]
            self._insert_side_by_side(waiting, out)
            left -= size
            if self.rate:
                self.stopping.wait(max(0, began + (self.count - left) / self.rate - time.monotonic()))

    def _insert_side_by_side(self, rows, out):
        """Inserts on both connections at the same time, in a few transactions each."""
        threads = []
        for number, inserter in enumerate(self.inserters):
            own = [row for row in rows if row["connection"] == number]
            threads.append(threading.Thread(target=self._insert, args=(inserter, own, out)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _insert(self, inserter, rows, out):
        try:
            for batch in batches(rows):
                found, began, known = inserter.insert(batch)
                if found:
                    self._write(out, batch, found, began, known)
                else:
                    with self.writing:
                        self.refused += 1
        except BaseException as error:
            self.failure = self.failure or error  # the other connection then stops, too
            self.stopping.set()

    def _write(self, out, batch, found, began, known):
        by_key = {row[1]: row for row in found}
        with self.writing:
            self.batches += 1
            for row in batch:
                request_id, _, sequence, lanes, due = by_key[f"chaos-{row['n']}"]
                line = {"id": request_id, "n": row["n"], "seq": sequence, "batch": self.batches, "action": row["action"],
                        "express": row["priority"] == "EXPRESS", "lanes": lanes, "begun": began, "known": known,
                        "due": due if row["delay"] is not None else None, "expect": row["expect"], "state": row["state"]}
                out.write(json.dumps(line) + "\n")
            self.inserted += len(batch)
