"""A CRM withdraws and reschedules its own requests."""

import contextlib

import psycopg2
import psycopg2.errors
import pytest

from database import Database
from neighbours import CARDS, SOON, Logins, add
from programs import wait_for

LATER = "2100-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def logins(database):
    return Logins(database)


@pytest.fixture(scope="module")
def crm(logins):
    opened = Database(logins("crm", "changing_crm"))
    yield opened
    opened.close()


def withdraw(crm, *values, sql="SELECT * FROM contego.withdraw(%s, 'paid')"):
    return crm.query(sql, *values)[0]


def test_a_scheduled_request_is_withdrawn(database, crm):
    request_id = crm.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER)

    said = withdraw(crm, request_id)

    assert said == {"request_id": request_id, "action": "ADD_SUBSCRIPTIONS", "before": "SCHEDULED", "after": "CANCELLED", "refused": None}
    row = crm.request(request_id)
    assert (row["life_cycle_state"], row["progress"], row["error_code"]) == ("REJECTED", "CANCELLED", "WITHDRAWN")
    assert row["error_description"] == "withdrawn by changing_crm: paid"
    assert database.query("SELECT verb, before, after, reason, acted_by FROM contego.operator_action WHERE request_id = %s", request_id) == [
        {"verb": "withdraw", "before": "SCHEDULED", "after": "CANCELLED", "reason": "paid", "acted_by": "changing_crm"}]


def test_a_request_is_withdrawn_by_its_key(crm):
    request_id = crm.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER, idempotency_key="cut-off-17")

    said = withdraw(crm, sql="SELECT * FROM contego.withdraw(idempotency_key => 'cut-off-17', reason => 'paid')")
    unknown = withdraw(crm, sql="SELECT * FROM contego.withdraw(idempotency_key => 'nobody knows it')")

    assert (said["request_id"], said["after"]) == (request_id, "CANCELLED")
    assert (unknown["request_id"], unknown["refused"]) == (None, "there is no such request")


def test_a_list_is_withdrawn_and_each_place_is_answered(crm):
    ids = [crm.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER) for _ in range(2)]

    said = crm.query("SELECT request_id, after, refused FROM contego.withdraw_many(%s, 'paid')", [*ids, 999_999_999])

    assert said == [{"request_id": one, "after": "CANCELLED", "refused": None} for one in ids] + [
        {"request_id": 999_999_999, "after": None, "refused": "there is no such request"}]


def test_what_is_not_its_own_is_as_if_it_were_not_there(database, logins, crm):
    theirs = Database(logins("crm", "changing_neighbour"))
    request_id = theirs.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER, idempotency_key="theirs")

    said = [withdraw(crm, request_id), withdraw(crm, sql="SELECT * FROM contego.withdraw(idempotency_key => 'theirs')"),
            withdraw(crm, request_id, sql="SELECT * FROM contego.reschedule(%s, now())")]
    theirs.close()

    assert {one["refused"] for one in said} == {"there is no such request"}
    assert database.request(request_id)["progress"] == "SCHEDULED"


def test_only_a_crm_may_withdraw(logins):
    for role in ("support", "operator", "daemon"):
        with contextlib.closing(Database(logins(role, f"changing_{role}"))) as other:
            for call in ("withdraw(1)", "withdraw_many('{1}')", "reschedule(1, now())", "change_own('withdraw', '{1}', NULL, NULL)"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    other.query(f"SELECT contego.{call}")


def test_the_next_request_of_the_card_goes_on(database, daemon, crm):
    card = next(CARDS)
    first = crm.insert("ADD_SUBSCRIPTIONS", add(card))
    database.finished(first, SOON)
    held = crm.insert("ADD_SUBSCRIPTIONS", add(card), scheduled_date=LATER)
    database.query("SELECT contego.hold(%s); UPDATE contego.request_open SET scheduled_date = now() WHERE id = %s", held, held)
    behind = crm.insert("CANCEL_SUBSCRIPTIONS", add(card))
    database.in_progress(behind, "BLOCKED", SOON)

    assert withdraw(crm, held)["after"] == "CANCELLED"

    assert database.finished(behind, SOON)["progress"] == "DONE"


def test_what_has_ended_or_was_sent_is_refused_with_the_reason(database, daemon, simulator, crm):
    done = crm.insert("ADD_SUBSCRIPTIONS", add())
    database.finished(done, SOON)
    simulator.break_with({"when": {"command": "ADD_SUBSCRIPTIONS"}, "do": {"status_code": "SYSTEM_ERROR"}})
    tried = crm.insert("ADD_SUBSCRIPTIONS", add())
    try:
        database.in_progress(tried, "RETRYING", SOON)
        of_tried = withdraw(crm, tried)
    finally:
        simulator.mend()

    assert withdraw(crm, done)["refused"].startswith("it is DONE; withdraw is for BLOCKED, HELD, QUEUED, RETRYING, SCHEDULED")
    assert "a command of it was sent" in of_tried["refused"] or "in flight" in of_tried["refused"]
    assert database.finished(tried, SOON)["progress"] == "DONE"


def test_a_request_in_flight_is_refused(database, daemon, simulator, crm):
    simulator.break_with({"when": {"command": "ADD_SUBSCRIPTIONS", "times": 1}, "do": {"latency_ms": 1000}})
    request_id = crm.insert("ADD_SUBSCRIPTIONS", add())
    try:
        database.in_progress(request_id, "IN_FLIGHT", SOON)
        said = [withdraw(crm, request_id), withdraw(crm, request_id, sql="SELECT * FROM contego.reschedule(%s, now())")]
    finally:
        simulator.mend()

    assert ["in flight" in one["refused"] for one in said] == [True, True]
    assert database.finished(request_id, SOON)["progress"] == "DONE"


def test_a_request_is_sent_when_it_was_rescheduled_to_now(database, daemon, crm):
    request_id = crm.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER)

    said = crm.query("SELECT before, after, refused FROM contego.reschedule(%s, NULL, 'the customer is in a hurry')", request_id)

    assert said == [{"before": "SCHEDULED", "after": "QUEUED", "refused": None}]
    assert database.finished(request_id, SOON)["progress"] == "DONE"
    assert database.query("SELECT verb, reason, acted_by FROM contego.operator_action WHERE request_id = %s", request_id) == [
        {"verb": "reschedule", "reason": "the customer is in a hurry", "acted_by": "changing_crm"}]


def test_a_request_rescheduled_to_later_lets_the_next_one_go(database, daemon, crm):
    """The first is held, so that the second waits in front of the third."""
    card = next(CARDS)
    held = crm.insert("ADD_SUBSCRIPTIONS", add(card), scheduled_date=LATER)
    database.query("SELECT contego.hold(%s); UPDATE contego.request_open SET scheduled_date = now() WHERE id = %s", held, held)
    second = crm.insert("ADD_SUBSCRIPTIONS", add(card))
    third = crm.insert("CANCEL_SUBSCRIPTIONS", add(card))
    database.in_progress(second, "BLOCKED", SOON)
    assert database.in_progress(third, "BLOCKED", SOON)["blocked_by"] == second

    assert crm.query("SELECT after FROM contego.reschedule(%s, %s)", second, LATER) == [{"after": "SCHEDULED"}]

    assert wait_for(lambda: database.request(third)["blocked_by"] == held, SOON), "the third waits for the held one at once"
    withdraw(crm, held)
    assert database.finished(third, SOON)["progress"] == "DONE"
    row = database.request(second)
    assert (row["progress"], row["scheduled_date"].year, row["due_date"]) == ("SCHEDULED", 2100, row["scheduled_date"])


def test_a_date_that_never_comes_is_refused_by_name(crm):
    request_id = crm.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER)

    with pytest.raises(psycopg2.errors.DatetimeFieldOverflow, match="scheduled_date"):
        crm.query("SELECT contego.reschedule(%s, 'infinity')", request_id)


def test_a_withdrawn_request_frees_nothing_until_the_transaction_commits(database, crm):
    request_id = crm.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER)
    with contextlib.closing(psycopg2.connect(crm.connection)) as session, session.cursor() as cursor:
        cursor.execute("SELECT refused FROM contego.withdraw(%s)", (request_id,))
        assert cursor.fetchone() == (None,)
        session.rollback()

    assert database.request(request_id)["progress"] == "SCHEDULED"
