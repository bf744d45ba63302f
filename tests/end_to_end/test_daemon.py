"""The life of a daemon: it stops without losing a request, and another one takes over when one died, stalled or lost its connection."""

import itertools
import signal

import pytest

from programs import Daemon, request_of, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(3000))
NAMES = (f"site-{n}" for n in itertools.count(1))
MOST = 200


class Site:
    """A provider of its own for one test, so that requests that the test leaves do not disturb the next test."""

    def __init__(self, database, simulator):
        self.name = next(NAMES)
        self.database = database
        self.endpoint = simulator.url

    def providers(self, **settings):
        return {self.name: {"endpoint": self.endpoint, **settings}}

    def add(self, card=None, action="ADD_SUBSCRIPTIONS", **columns):
        parameters = {"smartcard_ca_id": card or next(CARDS), "service_ca_id": "1111"}
        return self.database.insert(action, parameters, provider=self.name, **columns)

    def bark(self, card=None):
        parameters = {"smartcard_ca_id": card or next(CARDS), "message": "Hello"}
        return self.database.insert("SEND_BARK_MESSAGE_TO_CLIENT", parameters, provider=self.name)

    def count(self, state):
        return self.database.count("provider = %s AND life_cycle_state = %s", self.name, state)

    def in_flight(self):
        return self.database.count("provider = %s AND progress = 'IN_FLIGHT'", self.name)

    def all_finished(self):
        self.database.all_finished(self.name)


@pytest.fixture
def site(database, simulator):
    yield Site(database, simulator)
    simulator.mend()


def slow(milliseconds):
    return {"do": {"latency_ms": milliseconds}}


def test_sigterm_under_load_ends_with_0_and_leaves_nothing_in_flight(simulator, site, launch):
    simulator.break_with(slow(100))
    ids = [site.bark() for _ in range(MOST)]
    daemon = launch(site.providers(in_flight=4))
    wait_for(lambda: site.count("COMPLETED") >= 5)

    code = daemon.terminate()

    assert code == 0, daemon.log()
    assert site.count("PENDING") > 0, "the load was too light to show anything"
    assert site.in_flight() == 0

    simulator.mend()
    launch(site.providers())
    site.all_finished()
    effects = [request_of(e) for e in simulator.journal() if e["effect"]]
    assert all(effects.count(one) == 1 for one in ids)


def test_a_daemon_with_nothing_to_do_stops_at_once(database, site, launch):
    daemon = launch(site.providers(idle_timeout_ms=60_000))
    database.finished(site.add())  # an idle connection to the CAS stays open

    assert daemon.terminate(within=5) == 0


def test_after_sigkill_a_second_daemon_finishes_everything(simulator, site, launch):
    simulator.break_with(slow(100))
    for _ in range(MOST):
        site.add()
    daemon = launch(site.providers(in_flight=4))
    wait_for(lambda: site.count("COMPLETED") >= 5)
    daemon.kill()
    left = site.in_flight()

    simulator.mend()
    second = launch(site.providers())
    site.all_finished()

    assert left > 0
    assert site.count("COMPLETED") == MOST
    assert "requests of a dead daemon taken over" in second.log()


def test_a_message_that_a_dead_daemon_may_have_sent_is_held(database, simulator, site, launch):
    simulator.break_with({"when": {"command": "SEND_BARK_MESSAGE_TO_CLIENT", "times": 1}, "do": {"hang": "after_effect"}})
    request_id = site.bark()
    daemon = launch(site.providers())
    wait_for(lambda: simulator.journal(request_id))
    daemon.kill()

    launch(site.providers())
    row = database.in_progress(request_id, "HELD")

    assert row["error_code"] == "MAYBE_SENT"
    assert len([e for e in simulator.journal(request_id) if e["effect"]]) == 1


def test_what_a_stalled_daemon_held_is_sent_by_it_no_more(database, simulator, site, launch):
    """The daemon wakes up after its lease: another one has activated and cancelled the card, and the card must stay cancelled."""
    simulator.break_with({"when": {"command": "SEND_BARK_MESSAGE_TO_CLIENT", "times": 1}, "do": {"hang": "after_effect"}})
    card = next(CARDS)
    first = site.bark()
    activate = site.add(card)
    stalled = launch(site.providers(in_flight=1))
    wait_for(lambda: site.in_flight() == 2)
    stalled.process.send_signal(signal.SIGSTOP)
    cancel = site.add(card, "CANCEL_SUBSCRIPTIONS")
    launch(site.providers())
    database.finished(cancel)

    stalled.process.send_signal(signal.SIGCONT)
    wait_for(lambda: f"by another daemon meanwhile request={first}" in stalled.log(), what=stalled.log)
    code = stalled.terminate()

    assert code == 0
    assert simulator.card(card)["subscriptions"] == []
    assert len(simulator.journal(activate)) == 1
    assert database.request(first)["error_code"] == "MAYBE_SENT"


def test_the_database_restarts_and_the_daemon_goes_on(cluster, simulator, site, launch):
    simulator.break_with(slow(100))
    for _ in range(MOST):
        site.add()
    daemon = launch(site.providers(in_flight=4))
    wait_for(lambda: site.count("COMPLETED") >= 5)

    cluster.stop()
    wait_for(lambda: daemon.get("/readyz")[0] == 503)
    cluster.start()

    site.all_finished()
    assert site.count("COMPLETED") == MOST
    wait_for(lambda: daemon.get("/readyz")[0] == 200)
    assert daemon.terminate() == 0


def test_a_provider_that_is_not_effective_claims_nothing(database, simulator, site, launch):
    other = Site(database, simulator)
    providers = {**site.providers(effective=False), **other.providers()}
    waiting = site.add()
    daemon = launch(providers)

    assert database.finished(other.add())["life_cycle_state"] == "COMPLETED"

    row = database.request(waiting)
    assert (row["progress"], row["fence"]) == ("QUEUED", 0)
    assert f'provider is not effective, its requests wait provider="{site.name}"' in daemon.log()


def test_metrics_and_probes_tell_how_it_stands(database, site, launch):
    daemon = launch(site.providers())
    database.finished(site.add())

    def decided():
        return f'contego_requests_decided_total{{disposition="complete",provider="{site.name}"}} 1' in daemon.get("/metrics")[1]

    wait_for(decided, what=lambda: daemon.get("/metrics")[1])
    assert "contego_exchange_duration_seconds_bucket" in daemon.get("/metrics")[1]
    assert daemon.get("/readyz") == (200, "ready\n")
    assert daemon.get("/livez")[0] == 200
    assert daemon.get("/nowhere")[0] == 404


def test_the_environment_overrides_the_file(database, site, launch):
    variable = f"CONTEGOD_PROVIDERS_{site.name.upper().replace('-', '_')}_ENDPOINT"
    launch(site.providers(endpoint="http://127.0.0.1:9"), {variable: site.endpoint})

    assert database.finished(site.add())["life_cycle_state"] == "COMPLETED"


def test_a_daemon_refuses_a_database_without_its_schema(cluster, site, configure):
    empty = cluster.connection  # the database postgres has never been migrated
    daemon = Daemon(configure(site.providers()), {"CONTEGOD_DATABASE_CONNECTION": empty}, ready=False)

    assert daemon.process.wait(timeout=20) == 1
    assert "cannot start" in daemon.log() and "migrate" in daemon.log()
