"""A request of a provider that no daemon has ever served is rejected after a while."""

import pytest

from database import Database
from neighbours import SOON, Logins, add
from programs import wait_for

LATER = "2100-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def crm(database):
    opened = Database(Logins(database)("crm", "misspelling_crm"))
    yield opened
    opened.close()


def test_a_request_of_a_provider_that_no_daemon_serves_is_rejected_after_a_while(database, daemon, crm):
    ids = [crm.insert("ADD_SUBSCRIPTIONS", add(), provider=name) for name in ("Default", "satellite")]
    scheduled = crm.insert("ADD_SUBSCRIPTIONS", add(), provider="Default ", scheduled_date=LATER)
    ours = crm.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date=LATER)
    wait_for(lambda: database.query("SELECT provider FROM contego.lock WHERE purpose = 'claim'"))
    assert database.query("SELECT contego.reject_unserved() AS n") == [{"n": 0}], "the CRM may be earlier than the daemon"
    database.query("UPDATE contego.daemon SET started_date = now() - interval '11 minutes'")
    database.query("UPDATE contego.request_open SET created_date = now() - interval '11 minutes' WHERE id = ANY (%s)", [*ids, scheduled, ours])

    rows = [database.finished(one, SOON) for one in [*ids, scheduled]]  # the daemon's housekeeping rejects them

    assert {(row["progress"], row["error_code"]) for row in rows} == {("REJECTED", "UNKNOWN_PROVIDER")}
    assert rows[0]["error_description"] == 'provider: no daemon has ever served "Default"; did you mean "default"? Daemons have served "default".'
    assert rows[1]["error_description"] == 'provider: no daemon has ever served "satellite". Daemons have served "default".'
    assert database.request(ours)["progress"] == "SCHEDULED"


def test_nothing_is_rejected_before_the_first_daemon_ever_ran(cluster, folder):
    fresh = cluster.new_database(folder)
    request_id = fresh.insert("X", {}, provider="anything")
    fresh.query("UPDATE contego.request_open SET created_date = now() - interval '1 day'")

    assert fresh.query("SELECT contego.reject_unserved() AS n") == [{"n": 0}]
    assert fresh.request(request_id)["progress"] == "QUEUED"
    fresh.close()
