"""A CRM reads the feed and the history of its requests."""

import contextlib

import psycopg2
import psycopg2.errors
import pytest

from database import Database
from neighbours import CARDS, Logins

LATER = "2100-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def logins(database):
    return Logins(database)


@pytest.fixture(scope="module")
def crm(logins):
    opened = Database(logins("crm", "reading_crm"))
    yield opened
    opened.close()


def test_a_reader_of_a_closed_feed_is_told_how_it_is_opened(database, crm):
    database.query("SELECT contego.close_feed()")

    with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState, match="closed") as error:
        crm.query("SELECT * FROM contego.finished_after(0)")

    assert "contego.open_feed()" in error.value.diag.message_hint


def test_the_feed_is_read_in_a_read_only_transaction(database, crm):
    database.query("SELECT contego.open_feed()")
    with contextlib.closing(psycopg2.connect(crm.connection)) as session, session.cursor() as cursor:
        session.set_session(readonly=True)
        cursor.execute("SELECT * FROM contego.finished_after(0)")
        assert cursor.fetchall() == []
    request_id = crm.insert("X", {}, scheduled_date=LATER)
    crm.query("SELECT contego.withdraw(%s)", request_id)
    database.query("SELECT contego.number_finished()")

    with contextlib.closing(psycopg2.connect(crm.connection)) as session, session.cursor() as cursor:
        session.set_session(readonly=True)
        cursor.execute("SELECT request_id, error_code FROM contego.finished_after(0)")
        assert cursor.fetchall() == [(request_id, "WITHDRAWN")]


def test_a_crm_finds_its_requests_by_each_subject_and_nobody_elses(database, logins, crm):
    card, box = next(CARDS), next(CARDS)
    columns = {"subscription": "S-history", "process_name": "P", "process_id": "RUN-1", "scheduled_date": LATER}
    both = {"smartcards": [{"smartcard_ca_id": card}], "stbs": [{"stb_ca_id": box}]}
    mine = crm.insert("CREATE_PAIRING", both, idempotency_key="of-history", **columns)
    with contextlib.closing(Database(logins("crm", "reading_neighbour"))) as other:
        other.insert("CREATE_PAIRING", both, idempotency_key="of-history", **columns)
    ended = crm.insert("CREATE_PAIRING", both, **columns)
    crm.query("SELECT contego.withdraw(%s)", ended)

    def found(kind, name):
        return [row["request_id"] for row in crm.query("SELECT request_id FROM contego.own_history WHERE kind = %s AND name = %s ORDER BY 1", kind, name)]

    for kind, name in {"card": card, "box": box, "subscription": "S-history", "process": "RUN-1"}.items():
        assert found(kind, name) == [mine, ended], kind
    assert found("key", "of-history") == [mine]
    assert crm.query("SELECT request_id FROM contego.idempotency WHERE idempotency_key = 'of-history'") == [{"request_id": mine}]


def test_no_function_of_a_query_sees_the_history_of_another_login(database, logins, crm):
    with contextlib.closing(Database(logins("crm", "reading_neighbour"))) as other:
        other.insert("X", {}, subscription="S-secret", scheduled_date=LATER)
    with contextlib.closing(psycopg2.connect(crm.connection)) as session, session.cursor() as cursor:
        cursor.execute("CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001"
                       " AS $$BEGIN RAISE NOTICE '%', $1; RETURN true; END$$")
        cursor.execute("SELECT count(*) FROM contego.own_history WHERE pg_temp.leak(subscription)")
        told = " ".join(session.notices)

    assert "S-history" in told or told
    assert "S-secret" not in told
