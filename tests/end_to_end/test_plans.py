"""The cost of claim and record grows with the batch, not with its square."""

import contextlib
import re

import psycopg2
import pytest

BATCH = 300
TALKING = ("LOAD 'auto_explain'", "SET auto_explain.log_min_duration = 0", "SET auto_explain.log_nested_statements = on",
           "SET auto_explain.log_analyze = on", "SET client_min_messages = log")
RECORD = """
    SELECT contego.record(
        command_request_id => array_agg(id), command_fence => array_agg(fence), command_sequence => array_agg(1::smallint),
        command_type => array_agg('ADD_SUBSCRIPTIONS'::text), command_parameters => array_agg('{{}}'::jsonb),
        command_outcome => array_agg('success'::text),
        verdict_request_id => array_agg(id), verdict_fence => array_agg(fence),
        verdict_disposition => array_agg({disposition}))
    FROM (SELECT *, row_number() OVER () AS row FROM claimed) AS c"""


class Heard(list):
    """The plans that the server sent to a session. psycopg2 drops old notices from its own list, but none from this one."""

    def pairs_in_vain(self):
        """Counts the pairs of rows that a join compared and that did not match."""
        return sum(int(count) for plan in self for count in re.findall(r"Rows Removed by Join Filter: (\d+)", plan))


@pytest.fixture
def session(database):
    with contextlib.closing(psycopg2.connect(database.connection)) as opened:
        opened.autocommit = True
        cursor = opened.cursor()
        cursor.execute("INSERT INTO contego.request (action, parameters) SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', (n / 2)::text)"
                       " FROM generate_series(1, 10 * %s) AS n", (BATCH,))  # every second request comes behind another one
        cursor.execute("ANALYZE contego.request_open, contego.lane")  # the planner knows the sizes of the tables
        cursor.execute("SELECT contego.join_fleet('plans', 'here', 1, '1', interval '1 hour')")
        daemon, = cursor.fetchone()
        for statement in TALKING:
            cursor.execute(statement)
        opened.notices = Heard()
        cursor.execute("CREATE TEMPORARY TABLE claimed AS SELECT id, fence FROM contego.claim(%s, 'default', %s)", (daemon, BATCH))
        yield cursor


def test_a_claim_holds_no_request_against_all_others(session):
    said = session.connection.notices
    assert any("request_open_queued" in plan for plan in said)
    assert said.pairs_in_vain() < 5 * BATCH


def test_recording_holds_no_outcome_against_all_others(session):
    said = session.connection.notices = Heard()

    session.execute(RECORD.format(disposition="CASE row % 2 WHEN 0 THEN 'complete' ELSE 'release' END"))

    assert any("Insert on command_finished" in plan for plan in said)
    assert said.pairs_in_vain() < 5 * BATCH
    session.execute("SELECT count(*), count(finished_date) FROM contego.command")
    assert session.fetchone() == (BATCH, BATCH / 2)


def test_what_ends_is_not_locked_before_it_is_deleted(session):
    said = session.connection.notices = Heard()

    session.execute(RECORD.format(disposition="'complete'::text"))

    assert any("Delete on request_open" in plan for plan in said)
    assert not [plan for plan in said if "LockRows" in plan]
