"""An INSERT of a CRM that names every column, as object-relational mappers do, and COPY."""

import contextlib
import io
import json

import psycopg2
import psycopg2.errors
import psycopg2.extras
import pytest

from database import Database
from neighbours import CARDS, Logins, add

OWN = {"action", "parameters", "subscription", "process_name", "process_id", "on_behalf_of", "provider", "priority", "scheduled_date",
       "idempotency_key"}
LATER = "2100-01-01 00:00:00+00"

# A value that a client may not set, for each column that is not its own.
STRANGE = {
    "id": "5", "created_date": "2001-01-01", "created_by": "somebody", "owned_by": "another_crm", "parameters_size": "77", "life_cycle_state": "PENDING",
    "progress": "HELD", "sequence_number": "-5", "executed_date": "2001-01-01", "finished_date": "2001-01-01",
    "reference_number": "R", "error_code": "E", "error_description": "D", "result": "{}", "attempts": "9",
    "due_date": "2001-01-01", "lanes": "{card:1}", "blocked_by": "1", "blocked_date": "2001-01-01", "fence": "99",
    "claimed_by": "1", "claimed_date": "2001-01-01", "maybe_sent": "true",
}


@pytest.fixture(scope="module")
def crm(database):
    opened = Database(Logins(database)("crm", "mapping_crm"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def columns(database):
    rows = database.query("SELECT attname FROM pg_attribute WHERE attrelid = 'contego.request'::regclass AND attnum > 0 ORDER BY attnum")
    return [row["attname"] for row in rows]


def insert(crm, given, overriding="", card=None):
    """Inserts a request for later. `given` are more columns and their values, as SQL."""
    values = {"action": "'ADD_SUBSCRIPTIONS'", "parameters": f"'{json.dumps(add(card))}'", "scheduled_date": f"'{LATER}'", **given}
    sql = f"INSERT INTO contego.request ({', '.join(values)}) {overriding} VALUES ({', '.join(values.values())}) RETURNING *"
    return crm.query(sql)[0]


def without_numbers(row):
    left_out = ("id", "sequence_number", "created_date", "parameters", "lanes")
    return {name: value for name, value in row.items() if name not in left_out}


def test_every_column_was_thought_of(columns):
    assert set(columns) == OWN | set(STRANGE)


@pytest.mark.parametrize("column", sorted(set(STRANGE) - {"id"}))
def test_a_value_in_a_column_of_the_database_is_ignored(crm, column):
    plain = insert(crm, {})

    given = insert(crm, {column: f"'{STRANGE[column]}'"})

    assert without_numbers(given) == without_numbers(plain)
    assert given["id"] == given["sequence_number"] > plain["id"]
    assert given["created_date"] > plain["created_date"]
    assert given["lanes"] == ["card:" + given["parameters"]["smartcard_ca_id"]]


@pytest.mark.parametrize("column", sorted(STRANGE))
@pytest.mark.parametrize("value", ["NULL", "DEFAULT"])
def test_null_and_default_are_taken_in_every_column(crm, column, value):
    assert without_numbers(insert(crm, {column: value})) == without_numbers(insert(crm, {}))


def test_all_columns_at_once_may_be_null_or_default(crm, columns):
    for value in ("NULL", "DEFAULT"):
        left = OWN - {"provider", "priority", "subscription", "process_name", "process_id", "idempotency_key"}
        row = insert(crm, {column: value for column in columns if column not in left})
        assert (row["provider"], row["priority"], row["progress"], row["created_by"]) == ("default", "REGULAR", "SCHEDULED", "mapping_crm")


def test_an_empty_text_means_that_the_value_is_not_set(crm):
    one = insert(crm, {"life_cycle_state": "''", "provider": "''", "priority": "''", "idempotency_key": "''", "progress": "''"})
    another = insert(crm, {"idempotency_key": "''"})

    assert (one["life_cycle_state"], one["provider"], one["priority"], one["idempotency_key"]) == ("PENDING", "default", "REGULAR", None)
    assert another["idempotency_key"] is None


@pytest.mark.parametrize("overriding", ["", "OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE"])
def test_a_given_id_is_refused_by_name(database, crm, overriding):
    done = insert(crm, {})
    database.query("SELECT contego.cancel(%s)", done["id"])

    for given in (5, -5, done["id"], done["id"] + 1):
        with pytest.raises(psycopg2.errors.GeneratedAlways, match="contego.request.id") as error:
            insert(crm, {"id": str(given)}, overriding)
        assert error.value.diag.column_name == "id"

    assert insert(crm, {})["id"] == done["id"] + 1, "ids have no gaps without a reason"


@pytest.mark.parametrize("state", ["COMPLETED", "REJECTED"])
def test_a_finished_request_cannot_be_inserted(database, crm, state):
    progress = {"COMPLETED": "DONE", "REJECTED": "REJECTED"}[state]
    before = database.query("SELECT count(*) AS n FROM contego.request")

    with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="life_cycle_state_must_be_pending"):
        insert(crm, {"life_cycle_state": f"'{state}'", "progress": f"'{progress}'", "finished_date": "now()", "error_code": "'X'"})
    with pytest.raises(psycopg2.errors.CheckViolation, match="no partition"):
        insert(crm, {"life_cycle_state": f"'{state}'"})
    with pytest.raises(psycopg2.errors.CheckViolation, match="no partition"):
        insert(crm, {"life_cycle_state": "'DONE'"})

    assert database.query("SELECT count(*) AS n FROM contego.request") == before


def test_a_chosen_number_does_not_overtake(database, crm):
    card = next(CARDS)
    first = insert(crm, {}, card=card)

    second = insert(crm, {"sequence_number": "-7"}, card=card)

    order = database.query("SELECT request_id FROM contego.lane WHERE lane = %s ORDER BY sequence_number", f"card:{card}")
    assert [row["request_id"] for row in order] == [first["id"], second["id"]]


def test_lastval_and_the_sequence_of_the_column_are_the_id(crm):
    request_id = insert(crm, {})["id"]

    assert crm.query("SELECT lastval() AS last, currval(pg_get_serial_sequence('contego.request', 'id')) AS current") == [
        {"last": request_id, "current": request_id}]


# COPY and foreign tables.

def test_copy_into_the_view_makes_requests(crm):
    rows = [json.dumps(add()) for _ in range(3)]
    with contextlib.closing(psycopg2.connect(crm.connection)) as session, session.cursor() as cursor:
        text = "".join(f"ADD_SUBSCRIPTIONS\t{row}\tcopied\t{LATER}\tcopy-{n}\n" for n, row in enumerate(rows))
        cursor.copy_expert("COPY contego.submission (action, parameters, subscription, scheduled_date, idempotency_key) FROM STDIN", io.StringIO(text))
        session.commit()

    copied = crm.query("SELECT parameters, provider, priority, progress, created_by, idempotency_key FROM contego.request WHERE subscription = 'copied' ORDER BY id")
    assert [row["parameters"] for row in copied] == [json.loads(row) for row in rows]
    assert {(row["provider"], row["priority"], row["progress"], row["created_by"]) for row in copied} == {("default", "REGULAR", "SCHEDULED", "mapping_crm")}
    assert [row["idempotency_key"] for row in copied] == ["copy-0", "copy-1", "copy-2"]


def test_the_view_gives_the_id_back_and_refuses_a_given_one(crm):
    row = crm.query("INSERT INTO contego.submission (id, action, parameters, scheduled_date) VALUES (NULL, 'X', '{}', %s) RETURNING id, provider", LATER)[0]

    assert row["provider"] == "default"
    assert crm.query("SELECT action FROM contego.request WHERE id = %s", row["id"]) == [{"action": "X"}]
    with pytest.raises(psycopg2.errors.GeneratedAlways, match="contego.request.id"):
        crm.query("INSERT INTO contego.submission (id, action, parameters) VALUES (5, 'X', '{}')")
    with pytest.raises(psycopg2.errors.CheckViolation, match="parameters"):
        crm.query("INSERT INTO contego.submission (action, parameters) VALUES ('X', '[]')")


def test_the_view_shows_a_crm_its_own_requests(database, crm):
    other = Database(Logins(database)("crm", "copying_crm"))
    theirs = other.query("INSERT INTO contego.submission (action, parameters, scheduled_date) VALUES ('X', '{}', %s) RETURNING id", LATER)[0]["id"]

    assert other.query("SELECT id FROM contego.submission") == [{"id": theirs}]
    assert crm.query("SELECT id FROM contego.submission WHERE id = %s", theirs) == []
    other.close()
