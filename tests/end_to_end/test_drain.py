"""SIGTERM under full load: exchanges in flight are answered and recorded, other requests are given back. CONTEGO_DRAINS sets the number of runs."""

import os
import random
import time

import psycopg2
import pytest

from programs import wait_for

TIMES = int(os.environ.get("CONTEGO_DRAINS", "5"))
EXCHANGE_TIMEOUT = 3
LOAD = """
INSERT INTO contego.request (action, parameters)
SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', '010' || lpad((n %% 4000)::text, 8, '0'), 'service_ca_id', '1111')
FROM generate_series(1, %s) AS n
"""


@pytest.fixture(scope="module")
def providers(simulator):
    return {"default": {"endpoint": simulator.url, "exchange_timeout_ms": EXCHANGE_TIMEOUT * 1000, "in_flight": 64}}


@pytest.mark.parametrize("turn", range(TIMES))
def test_a_daemon_told_to_stop_leaves_nothing_behind(database, simulator, launch, turn):
    simulator.break_with({"do": {"latency_ms": [0, 200]}})
    database.query(LOAD, 3000)
    daemon = launch()
    wait_for(lambda: 'contego_held_requests{provider="default",stage="sending"} 64' in daemon.get("/metrics")[1], what="full load")
    time.sleep(random.Random(turn).random() / 4)  # no condition: the daemon must drain at any moment

    began = time.monotonic()
    code = daemon.terminate(within=EXCHANGE_TIMEOUT + 2)
    took = time.monotonic() - began

    assert code == 0, daemon.log()
    assert took <= EXCHANGE_TIMEOUT + 2
    assert database.count("progress = 'IN_FLIGHT'") == 0
    assert database.count("attempts > 0") == 0
    assert database.count("progress = 'HELD'") == 0
    assert database.query("SELECT count(*) AS n FROM contego.daemon WHERE lease_until > now()")[0]["n"] == 0


def test_nothing_of_all_that_is_lost_or_done_twice(database, simulator, launch):
    simulator.mend()
    launch()
    database.all_finished()

    assert database.count("life_cycle_state <> 'COMPLETED'") == 0
    assert database.query("SELECT count(*) AS n FROM contego.attempt WHERE attempt > 1")[0]["n"] == 0


def test_a_second_signal_does_not_wait_for_the_cas(database, simulator, launch):
    simulator.break_with({"do": {"hang": "before_effect"}})
    safe = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": "01000000009", "service_ca_id": "1111"})
    unsafe = database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": "01000000017", "message": "Hello"})
    daemon = launch({"default": {"endpoint": simulator.url, "exchange_timeout_ms": 60_000}})
    wait_for(lambda: 'stage="sending"} 2' in daemon.get("/metrics")[1])

    daemon.process.terminate()
    wait_for(lambda: "stopping" in daemon.log())
    code = daemon.terminate(within=5)

    assert code == 0, "a command without an answer is recorded as such"
    assert database.request(safe)["progress"] == "RETRYING"
    assert database.request(unsafe)["error_code"] == "MAYBE_SENT"
    assert database.count("attempts > 0") == 0
    simulator.mend()
    launch()
    database.finished(safe)


def test_a_third_signal_does_not_wait_for_the_database_either(database, simulator, launch):
    simulator.break_with({"do": {"hang": "before_effect"}})
    database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": "01000000008", "service_ca_id": "1111"})
    daemon = launch({"default": {"endpoint": simulator.url, "exchange_timeout_ms": 60_000}})
    wait_for(lambda: 'stage="sending"} 1' in daemon.get("/metrics")[1])
    with psycopg2.connect(database.connection) as locking:
        locking.cursor().execute("LOCK contego.request_open")
        daemon.process.terminate()
        wait_for(lambda: "stopping" in daemon.log())
        daemon.process.terminate()
        wait_for(lambda: "no longer waiting for answers" in daemon.log())
        code = daemon.terminate(within=4)
    locking.close()

    assert code == 1
    simulator.mend()
