"""An INSERT notifies the daemons. Transactions that notify commit one after the other. So INSERTs send no NOTIFY while the daemons have
more requests than they can send, and claim without it."""

import contextlib

import psycopg2
import pytest

from programs import wait_for

INSERT = "INSERT INTO contego.request (action, parameters, provider, priority) VALUES ('X', '{}', %s, %s)"


class Ear:
    """Listens like a daemon. It hears notifications committed before the end of a mark before the mark."""

    def __init__(self, connection):
        self.session = psycopg2.connect(connection)
        self.session.autocommit = True
        self.cursor = self.session.cursor()
        self.cursor.execute("LISTEN contego")

    def told(self):
        self.cursor.execute("NOTIFY contego, 'mark'")

        def heard():
            self.session.poll()
            return [one.payload for one in self.session.notifies][-1:] == ["mark"]

        wait_for(heard)
        count = len(self.session.notifies) - 1
        self.session.notifies.clear()
        return count


@pytest.fixture
def ear(database):
    made = Ear(database.connection)
    yield made
    made.session.close()
    database.query("DELETE FROM contego.busy")


def claim_all_that_was_asked_for(database):
    database.query("INSERT INTO contego.daemon (name, host, pid, version, lease_until) VALUES ('a', 'b', 1, '1', 'infinity')")
    database.query(INSERT, "default", "REGULAR")
    taken = database.query("SELECT id FROM contego.claim((SELECT max(id) FROM contego.daemon), 'default', 1)")
    assert len(taken) == 1


def test_an_insert_tells_while_the_daemons_have_time(database, ear):
    database.query(INSERT, "default", "REGULAR")

    assert ear.told() == 1


def test_a_full_claim_asks_for_silence_of_a_second(database, ear):
    claim_all_that_was_asked_for(database)

    left = database.query("SELECT provider, extract(epoch FROM busy_until - clock_timestamp()) AS s FROM contego.busy")
    assert [row["provider"] for row in left] == ["default"]
    assert left[0]["s"] <= 1


def test_what_can_wait_is_not_told_while_they_are_busy_and_is_again_thereafter(database, ear):
    claim_all_that_was_asked_for(database)
    database.query("UPDATE contego.busy SET busy_until = now() + interval '1 hour'")
    ear.told()

    database.query(INSERT, "default", "REGULAR")
    while_busy = ear.told()
    database.query("UPDATE contego.busy SET busy_until = now() + interval '299 milliseconds'")
    database.query(INSERT, "default", "REGULAR")
    soon_over = ear.told()

    assert (while_busy, soon_over) == (0, 1)


@pytest.mark.parametrize(("provider", "priority"), [("default", "EXPRESS"), ("elsewhere", "REGULAR")])
def test_express_and_what_is_for_another_provider_are_told_all_the_same(database, ear, provider, priority):
    claim_all_that_was_asked_for(database)
    database.query("UPDATE contego.busy SET busy_until = now() + interval '1 hour'")
    ear.told()

    database.query(INSERT, provider, priority)

    assert ear.told() == 1


USAGE = "SELECT pg_notification_queue_usage() AS part"


@contextlib.contextmanager
def a_flood_that_nobody_reads(database, part):
    """A login without any role listens, leaves a transaction open, and notifies in another session."""
    database.query("DO $$ BEGIN IF to_regrole('floods') IS NULL THEN CREATE ROLE floods LOGIN; END IF; END $$")
    own = database.connection.replace("user=postgres", "user=floods")
    with contextlib.closing(psycopg2.connect(own)) as deaf, contextlib.closing(psycopg2.connect(own)) as loud:
        cursor = deaf.cursor()
        cursor.execute("LISTEN something")
        deaf.commit()
        cursor.execute("SELECT 1")
        loud.autocommit = True
        while database.query(USAGE)[0]["part"] < part:
            loud.cursor().execute("SELECT count(pg_notify('flood', repeat('x', 7900) || n || clock_timestamp())) FROM generate_series(1, 1000) AS n")
        yield


def test_a_queue_of_notifications_that_a_login_fills_gets_none_of_ours_and_is_free_again_when_the_login_has_gone(database, ear):
    """When the queue is full, every transaction that notifies fails at COMMIT. So the schema stops notifying long before."""
    one = database.query("SELECT request_id FROM contego.submit('X', '{}', scheduled_date => '2100-01-01')")[0]["request_id"]
    ear.told()
    with a_flood_that_nobody_reads(database, 0.011):
        database.query(INSERT, "default", "EXPRESS")
        database.query("SELECT * FROM contego.hold(%s, 'tried')", one)
        while_full = ear.told()
    wait_for(lambda: not database.query("SELECT 1 FROM pg_stat_activity WHERE usename = 'floods'"))

    database.query(INSERT, "default", "EXPRESS")
    afterwards = ear.told()
    database.query("SELECT * FROM contego.cancel(%s, 'tried')", one)

    assert (while_full, afterwards) == (0, 1)


def test_a_daemon_frees_the_queue_when_it_polls(database):
    with contextlib.closing(psycopg2.connect(database.connection)) as server, server.cursor() as cursor:
        with a_flood_that_nobody_reads(database, 0.002):
            pass
        wait_for(lambda: not database.query("SELECT 1 FROM pg_stat_activity WHERE usename = 'floods'"))
        cursor.execute("SELECT count(*) FROM pg_ls_dir('pg_notify')")
        before = cursor.fetchone()[0]

        cursor.execute("SELECT contego.poll(1, '{}', '1 s', '1 s')")
        cursor.execute("SELECT count(*) FROM pg_ls_dir('pg_notify')")
        after = cursor.fetchone()[0]

    assert before > 50 and after < 5
