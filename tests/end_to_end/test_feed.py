"""The feed of finished requests, and submitting, by many sessions at once: no request is missing or repeated."""

import contextlib
import random
import threading

import psycopg2
import psycopg2.extras
import pytest

from programs import wait_for

WRITERS, ROUNDS = 8, 40
CONSUMERS = 3


@pytest.fixture(scope="module")
def feed(database):
    database.query("SELECT contego.open_feed()")
    return database


def in_threads(*works):
    """Runs all functions at once. The first failure becomes the failure of the test."""
    failures = []

    def guarded(work):
        try:
            work()
        except BaseException as failure:  # also an AssertionError of another thread
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    if failures:
        raise failures[0]
    assert not any(one.is_alive() for one in threads)


def submit_and_finish(cursor, count):
    """Submits and finishes requests in the transaction of the cursor. Returns their numbers."""
    cursor.execute("SELECT request_id FROM contego.submit_many((SELECT jsonb_agg(jsonb_build_object('action', 'X', 'parameters',"
                   " '{}'::jsonb)) FROM generate_series(1, %s)))", (count,))
    ids = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT contego.cancel(%s)", (ids,))
    return ids


class Writer:
    """Ends requests in transactions that stay open for a while, so that the order of commits differs from the order of writes."""

    def __init__(self, connection, seed):
        self.connection = connection
        self.random = random.Random(seed)
        self.finished = []

    def __call__(self):
        with psycopg2.connect(self.connection) as session, session.cursor() as cursor:
            for _ in range(ROUNDS):
                ids = submit_and_finish(cursor, self.random.randint(1, 3))
                cursor.execute("SELECT pg_sleep(%s)", (self.random.random() * 0.02,))
                if self.random.random() < 0.1:
                    session.rollback()
                    continue
                session.commit()
                self.finished += ids


class Consumer:
    """Keeps its position, and loses its connection now and then, also in the middle of a transaction."""

    def __init__(self, connection, seed, written):
        self.connection = connection
        self.random = random.Random(seed)
        self.written = written
        self.position = 0
        self.seen = []
        self.starts = 0
        self.done = False

    def __call__(self):
        try:
            while not self.live():
                pass
        finally:
            self.done = True

    def live(self):
        """Reads the feed until a restart. Returns true when it has read the whole feed."""
        self.starts += 1
        session = psycopg2.connect(self.connection)
        cursor = session.cursor()
        while True:
            written_before = self.written()
            cursor.execute("SELECT NOT EXISTS (SELECT FROM contego.feed_inbox)")
            was_done = cursor.fetchone()[0] and written_before
            session.commit()
            cursor.execute("SELECT position, request_id FROM contego.finished_after(%s, %s)", (self.position, 7))
            rows = cursor.fetchall()
            if self.random.random() < 0.1:
                session.close()  # the rows that it read are thrown away: neither committed nor kept
                return False
            session.commit()
            self.seen += rows
            self.position = rows[-1][0] if rows else self.position
            if not rows and was_done:
                session.close()
                return True


def test_consumers_see_every_end_once_however_writers_commit_and_consumers_fall(feed):
    forgotten = psycopg2.connect(feed.connection)
    late = submit_and_finish(forgotten.cursor(), 3)  # ends first, commits last
    writers = [Writer(feed.connection, seed) for seed in range(WRITERS)]
    written = threading.Event()
    consumers = [Consumer(feed.connection, 100 + n, written.is_set) for n in range(CONSUMERS)]

    def write():
        in_threads(*writers)
        wait_for(lambda: all(len(c.seen) > 20 for c in consumers))  # the forgotten session stops no other
        forgotten.commit()
        forgotten.close()
        written.set()

    def number():
        """Gives positions as a daemon does. A second caller at the same time does nothing."""
        with contextlib.closing(psycopg2.connect(feed.connection)) as session:
            session.autocommit = True
            while not all(consumer.done for consumer in consumers):
                session.cursor().execute("SELECT contego.number_finished(), pg_sleep(0.002)")

    in_threads(write, number, number, *consumers)

    expected = sorted(late + [one for w in writers for one in w.finished])
    for consumer in consumers:
        positions = [position for position, _ in consumer.seen]
        assert consumer.starts > 1, "it was never restarted: nothing was tried"
        assert positions == sorted(set(positions))
        assert sorted(request_id for _, request_id in consumer.seen) == expected
    assert consumers[0].seen == consumers[1].seen == consumers[2].seen


def test_what_a_reader_read_in_an_open_transaction_keeps_nobody_from_reading(feed):
    forgetful = psycopg2.connect(feed.connection)
    cursor = forgetful.cursor()
    cursor.execute("SELECT max(position) FROM contego.finished_after(0, 10000)")
    before = cursor.fetchone()[0] or 0

    with psycopg2.connect(feed.connection) as writer, writer.cursor() as one:
        ids = submit_and_finish(one, 1)
    numbered = feed.query("SELECT contego.number_finished() AS n")[0]["n"]
    meanwhile = feed.query("SELECT request_id FROM contego.finished_after(%s)", before)
    cursor.execute("SELECT pg_current_xact_id_if_assigned()")
    written = cursor.fetchone()[0]
    forgetful.rollback()
    forgetful.close()

    assert numbered > 0
    assert written is None, "a reader writes nothing, so it holds no row"
    assert [row["request_id"] for row in meanwhile][-1:] == ids


def test_very_many_ends_get_their_positions_in_portions_the_earliest_first(feed):
    while feed.query("SELECT contego.number_finished() AS n")[0]["n"]:
        pass
    before = feed.query("SELECT coalesce(max(position), 0) AS n FROM contego.feed")[0]["n"]
    feed.query("INSERT INTO contego.feed_inbox SELECT n, 'COMPLETED', now() - n * interval '1 second', 'crm' FROM generate_series(1, 25000) AS n")

    portions = [feed.query("SELECT contego.number_finished() AS n")[0]["n"] for _ in range(4)]

    numbered = feed.query("SELECT request_id FROM contego.feed WHERE position > %s ORDER BY position", before)
    feed.query("DELETE FROM contego.feed WHERE position > %s", before)
    assert portions == [10000, 10000, 5000, 0]
    assert [row["request_id"] for row in numbered] == list(range(25000, 0, -1))


def test_whoever_listens_is_told_once_when_positions_were_given(feed):
    while feed.query("SELECT contego.number_finished() AS n")[0]["n"]:
        pass
    listener = psycopg2.connect(feed.connection)
    listener.autocommit = True
    listener.cursor().execute("LISTEN contego_finished")
    with psycopg2.connect(feed.connection) as writer, writer.cursor() as cursor:
        ids = submit_and_finish(cursor, 20)

    feed.query("SELECT contego.number_finished()")
    feed.query("SELECT contego.number_finished()")  # there are no new rows

    def told():
        listener.poll()
        return listener.notifies

    assert len(wait_for(told)) == 1
    listener.close()
    seen = {row["request_id"] for row in feed.query("SELECT request_id FROM contego.finished_after(0, 10000)")}
    assert set(ids) <= seen


def test_nothing_is_noted_while_the_feed_is_closed(feed):
    feed.query("SELECT contego.close_feed()")
    with psycopg2.connect(feed.connection) as writer, writer.cursor() as cursor:
        ids = submit_and_finish(cursor, 2)
    feed.query("SELECT contego.open_feed()")

    assert feed.query("SELECT * FROM contego.feed_inbox WHERE request_id = ANY (%s)", ids) == []
    feed.query("SELECT contego.number_finished()")
    assert feed.query("SELECT * FROM contego.finished_after(0, 10000) WHERE request_id = ANY (%s)", ids) == []


def test_a_crm_reads_its_own_ends_only(feed):
    feed.query("CREATE ROLE feed_crm LOGIN IN ROLE contego_crm")
    own = feed.connection.replace("user=postgres", "user=feed_crm")
    with psycopg2.connect(own) as session, session.cursor() as cursor:
        cursor.execute("SELECT request_id FROM contego.submit('X', '{}')")
        mine = cursor.fetchone()[0]
    feed.query("SELECT contego.cancel(%s, 'no more')", mine)
    feed.query("SELECT contego.number_finished()")

    with psycopg2.connect(own) as session, session.cursor() as cursor:
        cursor.execute("SELECT request_id, life_cycle_state, error_code FROM contego.finished_after(0)")
        seen = cursor.fetchall()
    feed.query("DROP ROLE feed_crm")

    assert seen == [(mine, "REJECTED", "CANCELLED")]


def test_of_many_that_submit_the_same_keys_in_any_order_each_gets_the_same_requests(database):
    keys = [f"key-{n}" for n in range(100)]
    answers = []
    together = threading.Barrier(8)

    def submit(seed):
        order = random.Random(seed).sample(keys, len(keys))
        requests = [{"action": "X", "parameters": {}, "idempotency_key": key} for key in order]
        with psycopg2.connect(database.connection) as session, session.cursor() as cursor:
            together.wait(60)
            cursor.execute("SELECT request_id, is_new FROM contego.submit_many(%s) ORDER BY place", (psycopg2.extras.Json(requests),))
            answers.append(dict(zip(order, cursor.fetchall())))

    in_threads(*(lambda seed=seed: submit(seed) for seed in range(8)))

    assert len(answers) == 8
    for key in keys:
        assert len({answer[key][0] for answer in answers}) == 1
        assert [answer[key][1] for answer in answers].count(True) == 1


def test_two_that_submit_the_same_keys_the_other_way_round_do_not_lock_each_other_out(database):
    """A third session holds the key in the middle until the two sessions wait. Then it commits, and the two meet."""
    middle = psycopg2.connect(database.connection)
    middle.cursor().execute("SELECT contego.submit('X', '{}', idempotency_key => 'turn-m')")
    answers = []

    def submit(*keys):
        requests = psycopg2.extras.Json([{"action": "X", "parameters": {}, "idempotency_key": key} for key in keys])
        with psycopg2.connect(database.connection) as session, session.cursor() as cursor:
            cursor.execute("SELECT request_id FROM contego.submit_many(%s) ORDER BY request_id", (requests,))
            answers.append(cursor.fetchall())

    def let_go():
        waiting = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
        wait_for(lambda: database.query(waiting)[0]["n"] >= 2)
        middle.rollback()
        middle.close()

    in_threads(lambda: submit("turn-z", "turn-m", "turn-a"), lambda: submit("turn-a", "turn-m", "turn-z"), let_go)

    assert len(answers[0]) == 3 and answers[0] == answers[1]


# This test is the last one: its daemon keeps running and gives positions, too.
def test_an_end_has_its_position_within_a_second_of_a_daemons_time(feed, daemon):
    with psycopg2.connect(feed.connection) as writer, writer.cursor() as cursor:
        ids = submit_and_finish(cursor, 3)

    wait_for(lambda: {row["request_id"] for row in feed.query("SELECT request_id FROM contego.finished_after(0, 10000)")} >= set(ids), 2)
