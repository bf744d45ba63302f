"""The CAS goes down, or refuses the daemon: no request is claimed and no attempt is burned. When the CAS is back, requests go on."""

import itertools
import socket
import subprocess
import time

import pytest

from programs import CONTEGO_SIM, fetch, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(7000))
PATIENT = {"exchange_timeout_ms": 1000, "breaker": {"failures": 3, "probe_interval_ms": 200, "probe_timeout_ms": 300}}


@pytest.fixture(scope="module")
def providers(simulator):
    return {"default": {"endpoint": simulator.url, **PATIENT}}


def add(database, card=None, **columns):
    return database.insert(
        "ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card or next(CARDS), "service_ca_id": "1111"}, **columns)


def calls(simulator):
    return sum(sum(one.values()) for one in simulator.calls().values())


def up(daemon, simulator):
    return f'contego_endpoint_up{{endpoint="{simulator.url}",provider="default"}} 1' in daemon.get("/metrics")[1]


AWAY = {
    "hang": {"hang": "before_effect"},
    "reset": {"reset": "before_effect"},
    "gateway": {"http_status": 503},
    "turned_away": {"http_status": 401},
}


@pytest.mark.parametrize("kind", AWAY)
def test_an_outage_burns_no_attempt_and_ends_by_itself(database, simulator, daemon, kind):
    simulator.break_with({"do": AWAY[kind]})
    ids = [add(database) for _ in range(40)]
    wait_for(lambda: not up(daemon, simulator), what="the CAS is taken for dead")
    before = calls(simulator)
    wait_for(lambda: calls(simulator) >= before + 5, what="five probes")

    states = {row["progress"] for row in map(database.request, ids)}
    assert "QUEUED" in states and states <= {"QUEUED", "RETRYING", "IN_FLIGHT"}
    assert database.count("progress = 'IN_FLIGHT'") <= 1, "the probe"
    simulator.mend()
    rows = [database.finished(one) for one in ids]

    assert {(row["life_cycle_state"], row["attempts"]) for row in rows} == {("COMPLETED", 0)}
    assert up(daemon, simulator)


def test_probes_come_one_at_a_time_and_no_more_often_than_said(database, simulator, launch):
    simulator.break_with({"do": {"http_status": 503}})
    slow = {"probe_interval_ms": 500, "failures": 1}
    daemon = launch({"slow": {"endpoint": simulator.url, "breaker": slow}})
    for _ in range(50):
        add(database, provider="slow")

    def only_probes():
        text = daemon.get("/metrics")[1]
        dead = f'contego_endpoint_up{{endpoint="{simulator.url}",provider="slow"}} 0'
        return dead in text and 'contego_held_requests{provider="slow",stage="sending"} 0' in text

    wait_for(only_probes)
    before, began = calls(simulator), time.monotonic()
    wait_for(lambda: calls(simulator) >= before + 5, what="five probes")
    took = time.monotonic() - began
    simulator.mend()

    assert took >= 4 * 0.5 * 0.95, "the first may have been due at once"
    database.all_finished("slow")


def test_what_kills_the_cas_does_not_stop_the_others(database, simulator, daemon):
    poison = next(CARDS)
    simulator.break_with({"when": {"smartcard": poison}, "do": {"reset": "before_effect"}})
    bad = add(database, poison)
    wait_for(lambda: not up(daemon, simulator), what="the CAS is taken for dead")

    good = [add(database) for _ in range(20)]

    assert {database.finished(one)["life_cycle_state"] for one in good} == {"COMPLETED"}
    simulator.mend()
    assert database.finished(bad)["life_cycle_state"] == "COMPLETED"


def test_a_request_that_gets_no_answer_while_others_do_burns_its_attempts_and_is_held(database, simulator, launch):
    poison = next(CARDS)
    simulator.break_with({"when": {"smartcard": poison}, "do": {"reset": "before_effect"}})
    launch({"busy": {"endpoint": simulator.url, "retry": {"first_delay_ms": 1, "longest_delay_ms": 2, "most_attempts": 3}}})
    bad = add(database, poison, provider="busy")
    row = None
    while row is None or row["progress"] not in ("HELD", "REJECTED"):
        database.finished(add(database, provider="busy"))
        row = database.request(bad)
    simulator.mend()

    assert (row["progress"], row["error_code"]) == ("HELD", "RETRIES_EXHAUSTED")
    assert "the CAS may have done it" in row["error_description"]


def test_the_standby_takes_over_and_gives_back(database, simulator, launch):
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    daemon = launch({"pair": {"endpoint": f"http://127.0.0.1:{port}", "standby_endpoints": [simulator.url], **PATIENT}})
    ids = [add(database, provider="pair") for _ in range(20)]
    assert {database.finished(one)["attempts"] for one in ids} == {0}
    assert f'contego_endpoint_up{{endpoint="http://127.0.0.1:{port}",provider="pair"}} 0' in daemon.get("/metrics")[1]

    first = subprocess.Popen([CONTEGO_SIM, "--listen", f"127.0.0.1:{port}"], stdout=subprocess.PIPE, text=True)
    try:
        first.stdout.readline()

        def served():
            request_id = add(database, provider="pair")
            database.finished(request_id)
            return str(request_id) in fetch(f"http://127.0.0.1:{port}/sim/journal")[1]

        wait_for(served, what="the first endpoint serves again")
    finally:
        first.kill()
        first.wait()
        first.stdout.close()


def test_a_rate_is_kept(database, simulator, launch):
    launch({"paced": {"endpoint": simulator.url, "rate_per_second": 50}})
    for _ in range(60):
        add(database, provider="paced")
    database.all_finished("paced")

    row = database.query(
        "SELECT extract(epoch FROM max(sent_date) - min(sent_date)) AS seconds FROM contego.command "
        "JOIN contego.request AS r ON r.id = request_id WHERE provider = 'paced'")[0]

    assert row["seconds"] >= 59 / 50 * 0.95
