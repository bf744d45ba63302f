"""Strangers misuse the admin listener and its metrics: requests go on."""

import resource
import socket
import subprocess
import urllib.error
import urllib.request

import pytest

from doctor import findings_of, of
from load import Load, stays_calm
from programs import contegod, wait_for

UNKNOWN = 5_000
INVENT = """
INSERT INTO contego.request (action, parameters, provider)
SELECT 'ADD_SUBSCRIPTIONS', '{"smartcard_ca_id": "01000000017", "service_ca_id": "1111"}', 'invented-' || n
FROM generate_series(1, %s) AS n
"""


def port_of(daemon):
    return int(daemon.log().split("admin_port=")[1].split()[0])


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def status_for(daemon, host):
    request = urllib.request.Request(f"http://127.0.0.1:{port_of(daemon)}/livez", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def is_closed(connection):
    """Returns whether the other end has closed the connection, without waiting."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def open_descriptors(daemon):
    done = subprocess.run(["ls", f"/proc/{daemon.process.pid}/fd"], capture_output=True, text=True, check=True)
    return len(done.stdout.split())


def may_open(daemon, number):
    _, most = resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (number, most))


def test_idle_connections_use_up_nothing_that_the_line_needs(database, simulator, launch):
    load = Load(database, simulator)
    daemon = launch(load.providers())
    before = open_descriptors(daemon)
    may_open(daemon, before + 60)

    idle = [connect(port_of(daemon)) for _ in range(300)]
    wait_for(lambda: sum(not is_closed(one) for one in idle) <= 32)
    load.insert()
    load.check()

    assert sum(not is_closed(one) for one in idle) <= 32
    assert load.completed() == len(load.ids), "the CAS was reached whenever it had to be"
    wait_for(lambda: daemon.get("/readyz")[0] == 200 if all(map(is_closed, idle)) else None, 20, "the idle ones are cut")
    assert daemon.terminate() == 0


def test_the_listener_waits_while_no_descriptor_is_free_and_goes_on_then(launch):
    daemon = launch()
    may_open(daemon, 3)
    waiting = [connect(port_of(daemon)) for _ in range(5)]

    stays_calm(daemon)
    may_open(daemon, 1024)

    for one in waiting:
        one.settimeout(10)
        one.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in one.recv(1000)
    assert daemon.terminate() == 0


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("127.0.0.1:1", 200), ("attacker.example", 421), ("10.0.0.1", 421)])
def test_only_its_own_hosts_are_answered(daemon, host, status):
    assert status_for(daemon, host) == status


def test_host_names_of_the_configuration_are_answered(launch):
    daemon = launch(admin={"port": 0, "address": "0.0.0.0", "host_names": ["contegod.example"]})

    answers = {host: status_for(daemon, host) for host in ("contegod.example", "CONTEGOD.example:9464", "10.0.0.1", "attacker.example")}

    assert answers == {"contegod.example": 200, "CONTEGOD.example:9464": 200, "10.0.0.1": 200, "attacker.example": 421}


def test_providers_that_somebody_invents_are_counted_together(database, launch, configure, providers):
    daemon = launch()
    before = len(daemon.get("/metrics")[1])
    database.query(INVENT, UNKNOWN)
    database.query(INVENT.replace("'invented-' || n", "'defualt'"), 3)
    database.query("ANALYZE contego.request_open")

    unknown = f'contego_backlog_requests{{progress="QUEUED",provider="(unknown)"}} {UNKNOWN + 3}\n'
    wait_for(lambda: unknown in daemon.get("/metrics")[1], what=lambda: daemon.get("/metrics")[1])
    metrics = daemon.get("/metrics")[1]
    status = contegod("status", "--config", configure(providers)).stdout
    findings, _ = findings_of(configure(providers))

    assert len(metrics) < before + 2_000 and "invented" not in metrics
    assert len(status.splitlines()) <= 1 + 21
    assert f"(unknown)           QUEUED{UNKNOWN + 3 - 22:>16}" in status
    named = [f for f in of(findings, "queue") if "does not serve" in f[1]]
    assert len(named) == 21
    assert any("provider defualt: 3 requests are due" in what and hint.startswith("is default meant?") for _, what, hint in named)
    assert f"{UNKNOWN - 19} further providers: {UNKNOWN - 19} requests are due" in named[-1][1]
