"""The pages are true: every query of docs/support.md, docs/sql.md and docs/operations.md runs, with the privileges of its reader only."""

import re
import subprocess

import psycopg2.errors
import pytest

from guide import blocks, login_of, script_of
from programs import REPOSITORY, Daemon
from support_guide import a_day, ask, people_act, questions

DOCUMENTS = ["docs/sql.md", "docs/support.md"]


@pytest.fixture(scope="module")
def providers(simulator):
    patient = {"first_delay_ms": 3_600_000, "longest_delay_ms": 3_600_000}
    return {"default": {"endpoint": simulator.url, "exchange_timeout_ms": 600_000, "retry": patient}}


@pytest.fixture(scope="module")
def day(database, logins, simulator, configure, providers):
    daemon = Daemon(configure(providers))
    people_act(logins["contego_operator"], "guide_support", *a_day(database, logins["contego_crm"], simulator))
    yield logins["contego_support"].connection
    daemon.kill()  # it waits for an answer that never comes


def test_there_are_twenty_questions_at_least():
    assert len(questions()) >= 20


@pytest.mark.parametrize("question", questions(), ids=repr)
def test_a_question_of_support_has_an_answer_of_the_form_that_is_shown(day, question):
    columns, rows = ask(day, question.query)

    assert rows, "something of each kind happened that day"
    assert columns == question.columns


def test_what_is_shown_of_parameters_hides_a_pin_whatever_operators_the_reader_has(database, logins):
    pin = {"smartcard_ca_id": "01000000090", "new_pin": "4711"}
    request_id = logins["contego_crm"].insert("UPDATE_CA_PIN_TO_GIVEN_VALUE", pin, scheduled_date="2100-01-01")
    database.query("CREATE SCHEMA trap AUTHORIZATION guide_support")
    support = logins["contego_support"]
    support.query("CREATE FUNCTION trap.never(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT false'")
    support.query("CREATE FUNCTION trap.always(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'")
    support.query("CREATE OPERATOR trap.~~* (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.never)")
    support.query("CREATE OPERATOR trap.!~~* (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.always)")

    support.query("SET search_path = trap, pg_catalog")
    seen = support.query("SELECT parameters FROM contego.request_status WHERE id = %s", request_id)
    support.query("RESET search_path")
    database.query("DROP SCHEMA trap CASCADE")

    assert seen == [{"parameters": {"smartcard_ca_id": "01000000090", "new_pin": "****"}}]


def test_a_crm_may_not_use_the_views_that_show_everybodys_requests(database, logins):
    views = database.query("SELECT relname FROM pg_class WHERE relnamespace = 'contego'::regnamespace AND relkind = 'v'")
    crm = logins["contego_crm"]

    for view in (row["relname"] for row in views):
        # These views use the reader's privileges, show a CRM its own rows, or hold no request.
        if view in ("attempt", "expected", "own_history", "run_error", "run_progress", "run_result", "submission", "transition"):
            continue
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            crm.query(f"SELECT * FROM contego.{view}")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_names_only_what_exists(database, document):
    text = (REPOSITORY / document).read_text()
    named = set(re.findall(r"\bcontego\.([a-z_]+)\b", text)) - {"notify", "on_behalf_of"}  # settings
    there = {
        row["name"]
        for row in database.query(
            "SELECT relname AS name FROM pg_class WHERE relnamespace = 'contego'::regnamespace"
            " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'contego'::regnamespace"
        )
    }

    assert named - there == set()


@pytest.mark.parametrize("document", ["README.md", "docs/sql.md"])
def test_every_statement_of_the_contract_runs_with_the_role_that_is_named(database, logins, document):
    """Runs the statements in the order of the document, in one transaction that is not committed."""
    connection = psycopg2.connect(database.connection)
    cursor = connection.cursor()
    inserted = None

    for block in blocks(document, "sql"):
        cursor.execute(f"SET SESSION AUTHORIZATION {login_of(block)}")
        cursor.execute(re.sub(r":id\b", str(inserted), block))
        if block.endswith("RETURNING id;\n"):
            (inserted,) = cursor.fetchone()
        elif ":id;" in block:
            assert cursor.fetchone(), f"no row: {block}"

    connection.rollback()
    connection.close()
    assert inserted


def test_every_query_of_the_guide_names_its_role():
    assert [block for block in blocks("docs/support.md", "sql") if not block.startswith("-- as contego_support\n")] == []


def test_the_statements_of_the_operators_run_with_the_role_that_is_named(database, logins):
    assert logins
    wrong, suspected = (
        database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": "01000000091", "service_ca_id": "1111"}, scheduled_date="2100-01-01", subscription=name)
        for name in ("S-91", "S-1001"))  # fmt: skip
    script = script_of("docs/operations.md").replace(" \\watch 0.1", ";")

    done = subprocess.run(["psql", database.connection, "-X", "-v", "ON_ERROR_STOP=1", "-v", f"id={wrong}"], input=script,
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip

    assert done.returncode == 0 and done.stderr == "", done.stderr
    acted = database.query("SELECT request_id, verb, on_behalf_of FROM contego.operator_action WHERE request_id = ANY (%s) ORDER BY id", [wrong, suspected])
    assert [tuple(one.values()) for one in acted] == [(wrong, "cancel", None), (suspected, "hold", None), (suspected, "release", "ann")]


def test_nothing_of_the_schema_is_without_a_comment(database):
    silent = database.query(
        "SELECT c.relname AS name FROM pg_class AS c"
        " WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')"
        " AND obj_description(c.oid, 'pg_class') IS NULL"
        " UNION ALL SELECT c.relname || '.' || a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind IN ('r', 'p', 'v')"
        " AND a.attnum > 0 AND NOT a.attisdropped AND col_description(c.oid, a.attnum) IS NULL"
        " UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc AS p"
        " WHERE p.pronamespace = 'contego'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL"
    )

    assert silent == []
