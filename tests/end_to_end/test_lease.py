"""A daemon lost its lease but went on: the outcomes of its old and its new claims must not be confused."""

import psycopg2

from programs import wait_for

SLOW_CARD, OTHER_CARD, LAST_CARD = "01000006001", "01000006002", "01000006003"


def test_outcomes_of_two_claims_on_one_request_written_together_do_not_stop_the_line(database, simulator, launch):
    def add(card):
        return database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1111"})

    simulator.break_with({"when": {"smartcard": SLOW_CARD}, "do": {"latency_ms": 4000}})
    launch()
    twice = add(SLOW_CARD)
    first_fence = database.in_progress(twice, "IN_FLIGHT")["fence"]
    database.query("UPDATE contego.daemon SET lease_until = '-infinity'")
    wait_for(lambda: database.request(twice)["fence"] > first_fence)

    # From here on outcomes wait, but claims do not: the next outcome keeps the recorder busy until both earlier ones have come.
    blocker = psycopg2.connect(database.connection)
    blocker.cursor().execute("LOCK TABLE contego.command IN SHARE MODE")
    add(OTHER_CARD)
    wait_for(lambda: sent(simulator) == 3, what=lambda: sent(simulator))
    blocker.rollback()
    blocker.close()

    assert database.finished(twice)["life_cycle_state"] == "COMPLETED"
    assert [c["outcome"] for c in database.commands(twice)] == ["success"]
    assert database.finished(add(LAST_CARD))["life_cycle_state"] == "COMPLETED"


def sent(simulator):
    return sum(simulator.calls().get("ADD_SUBSCRIPTIONS", {}).values())
