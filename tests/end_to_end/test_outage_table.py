"""contego.outage: the outages of endpoints, and the requests that they hit. Writing it never keeps requests waiting."""

import itertools

import pytest

from database import Database
from programs import wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(9000))


@pytest.fixture(scope="module")
def providers(simulator):
    return {"default": {"endpoint": simulator.url, "exchange_timeout_ms": 1000,
                        "breaker": {"failures": 3, "probe_interval_ms": 200, "probe_timeout_ms": 300}}}


def add(database):
    return database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"})


def outages(database):
    return database.query("SELECT * FROM contego.outage_summary ORDER BY from_date")


def test_an_outage_is_written_with_the_requests_that_it_hit(database, simulator, daemon):
    before = database.query("SELECT clock_timestamp() AS now")[0]["now"]
    simulator.break_with({"do": {"reset": "before_effect"}})
    ids = [add(database) for _ in range(10)]

    open_one = wait_for(lambda: next((o for o in outages(database) if o["requests"] >= 3), None), what="the outage is written")
    assert open_one["goes_on"] and open_one["to_date"] is None
    assert (open_one["provider"], open_one["endpoint"]) == ("default", simulator.url)
    assert open_one["reason"]
    assert open_one["pending"] == open_one["requests"]
    simulator.mend()
    for one in ids:
        database.finished(one)

    ended = wait_for(lambda: next((o for o in outages(database) if o["to_date"]), None), what="its end is written")
    assert len(outages(database)) == 1
    assert before < ended["from_date"] < ended["to_date"]
    assert not ended["goes_on"]
    assert (ended["completed"], ended["pending"]) == (ended["requests"], 0)
    hit = database.query("SELECT request_id, progress FROM contego.outage_history WHERE outage_id = %s", ended["outage_id"])
    assert {row["request_id"] for row in hit} <= set(ids) and len(hit) == ended["requests"]
    assert {row["progress"] for row in hit} == {"DONE"}


def test_a_table_that_cannot_be_written_keeps_no_request_waiting(database, simulator, daemon):
    blocker = Database(database.connection)
    blocker.query("BEGIN")
    blocker.query("LOCK TABLE contego.outage, contego.outage_request IN ACCESS EXCLUSIVE MODE")
    simulator.break_with({"do": {"reset": "before_effect"}})
    ids = [add(database) for _ in range(10)]
    wait_for(lambda: "contego_endpoint_up{endpoint=\"%s\",provider=\"default\"} 0" % simulator.url in daemon.get("/metrics")[1], what="the outage")
    wait_for(lambda: database.query("SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'contego.outage'::regclass"), what="the daemon waits to write")
    simulator.mend()

    for one in ids:
        assert database.finished(one)["life_cycle_state"] == "COMPLETED"
    assert daemon.get("/readyz")[0] == 200
    assert database.query("SELECT count(*) AS n FROM pg_locks WHERE NOT granted")[0]["n"] == 1
    blocker.query("ROLLBACK")
    blocker.close()
    wait_for(lambda: all(o["to_date"] and o["pending"] == 0 for o in outages(database)), what="it is written afterwards")
    assert set(ids) & {row["request_id"] for row in database.query("SELECT request_id FROM contego.outage_request")}
