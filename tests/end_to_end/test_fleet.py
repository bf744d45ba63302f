"""All daemons together keep the fleet's limits for a CAS, while daemons join and leave."""

import itertools
import json
import socket
import time

import pytest

from black_hole import BlackHole
from programs import fetch, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(1000))


def flood(database, provider, count):
    for _ in range(count):
        database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"}, provider=provider)


def most_at_once(simulator):
    return json.loads(fetch(simulator.url + "/sim/state")[1])["most_at_once"]


def shares(database, provider):
    rows = database.query(
        "SELECT in_flight FROM contego.share JOIN contego.daemon AS d ON d.id = daemon_id "
        "WHERE provider = %s AND lease_until > now() ORDER BY 1", provider)
    return [row["in_flight"] for row in rows]


def test_exchanges_at_once_stay_within_the_bound_of_the_fleet(database, simulator, launch):
    simulator.break_with({"do": {"latency_ms": 50}})
    bounded = {"bounded": {"endpoint": simulator.url, "in_flight": 64, "fleet_in_flight": 6}}
    flood(database, "bounded", 900)
    first = launch(bounded)
    wait_for(lambda: shares(database, "bounded") == [6])
    wait_for(lambda: most_at_once(simulator) == 6)

    launch(bounded)
    wait_for(lambda: shares(database, "bounded") == [3, 3])
    first.kill()
    wait_for(lambda: shares(database, "bounded") == [6])
    database.all_finished("bounded", 60)

    assert most_at_once(simulator) == 6
    simulator.mend()


def test_exchanges_a_second_stay_within_the_bound_of_the_fleet(database, simulator, launch):
    paced = {"paced": {"endpoint": simulator.url, "fleet_rate_per_second": 40}}
    flood(database, "paced", 120)
    began = time.monotonic()
    for _ in range(2):
        launch(paced)
    database.all_finished("paced", 60)
    took = time.monotonic() - began

    assert took >= 119 / 40 * 0.95


@pytest.mark.parametrize("away", ["refused", "silent"])
def test_a_daemon_that_does_not_reach_the_cas_keeps_no_request_from_one_that_does(database, simulator, launch, away):
    """The daemon that is cut off is told of each request when its next probe is due, while the other one has to poll."""
    connect_timeout, between_probes, poll = 1.5, 1.0, 0.1
    hole = BlackHole()
    closed = socket.create_server(("127.0.0.1", 0))
    port = hole.port if away == "silent" else closed.getsockname()[1]
    closed.close()
    name = f"half_{away}"
    cut_off = launch({name: {"endpoint": f"http://127.0.0.1:{port}", "connect_timeout_ms": int(connect_timeout * 1000), "poll_interval_ms": 3_600_000,
                             "breaker": {"failures": 1, "probe_interval_ms": int(between_probes * 1000)}}})
    flood(database, name, 1)
    wait_for(lambda: "only probes are sent" in cut_off.log())
    launch({name: {"endpoint": simulator.url, "poll_interval_ms": int(poll * 1000)}},
           database={"connection": database.connection, "lease_ms": 3000, "listen": False})
    database.all_finished(name)

    took = []
    for _ in range(6):
        began = time.monotonic()
        flood(database, name, 1)
        database.all_finished(name)
        took.append(time.monotonic() - began)
        probe_is_due = began + between_probes + connect_timeout
        wait_for(lambda due=probe_is_due: time.monotonic() > due)

    hole.close()
    assert max(took) < 1.0, took
