"""When an INSERT tells the daemons of itself. Telling makes transactions commit one after the other: it is left out while the daemons
have more to do than they can, and so come by without it."""

import psycopg2
import pytest

from programs import wait_for

INSERT = "INSERT INTO contego.request (action, parameters, provider, priority) VALUES ('X', '{}', %s, %s)"


class Ear:
    """A daemon's ear. What was committed before the end of a mark is heard before the mark."""

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
