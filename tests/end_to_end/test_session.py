"""Sessions with the CAS: the number of logins, and the state of the requests meanwhile."""

import signal
import threading
import time

import pytest

from programs import REPOSITORY, wait_for
from repeating_cas import reply
from session_cas import OF_SESSION, PLACES, REFUSED, SessionCas, with_session

PASSWORD = "open-sesame-0815"
BINDING = (REPOSITORY / "config/binding.xml").read_text()


@pytest.fixture
def cas():
    running = SessionCas(PASSWORD)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def secrets(folder):
    (folder / "cas.secrets").write_text(f"KEY={PASSWORD}\n")
    return "cas.secrets"


@pytest.fixture
def site(folder, secrets, database, cas):
    """Returns the section of a provider with sessions. All requests of earlier tests have ended."""
    def make(place="element", lifetime="", **settings):
        (folder / "session.xml").write_text(with_session(BINDING, place, lifetime))
        return {"default": {"endpoint": cas.url, "binding": "session.xml", "secrets_file": secrets, **settings}}

    yield make
    assert database.pending() == []


CARDS = iter(range(10_000_000, 20_000_000))


def insert(database, count):
    return [row["id"] for row in database.query(
        "INSERT INTO contego.request (action, parameters) SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object("
        "'smartcard_ca_id', (%s + n)::text, 'service_ca_id', '1111') FROM generate_series(1, %s) AS n RETURNING id",
        [next(CARDS) for _ in range(count)][0], count)]


def states(database, ids):
    return {row["progress"] for row in database.query("SELECT progress FROM contego.request WHERE id = ANY (%s)", ids)}


def attempts(database, ids):
    return database.query("SELECT max(attempts) AS n FROM contego.request WHERE id = ANY (%s)", ids)[0]["n"]


def completed(database, ids, timeout=60):
    database.all_finished(timeout=timeout)
    assert states(database, ids) == {"DONE"}


def never_given_up(database, ids):
    """Whether all of these are open and wait by themselves."""
    found = states(database, ids)
    assert found <= {"QUEUED", "RETRYING", "IN_FLIGHT"}, found
    return found


def test_a_thousand_requests_at_once_cause_one_login(database, launch, site, cas):
    ids = insert(database, 1000)

    launch(site())
    completed(database, ids)

    assert len(cas.logins) == 1
    assert (len(cas.done), cas.turned_away) == (1000, 0)


def test_a_session_that_ends_while_64_exchanges_are_in_flight_causes_one_more(database, launch, site, cas):
    launch(site(in_flight=64))
    cas.gate.clear()
    ids = insert(database, 64)
    wait_for(lambda: cas.waiting == 64, what=lambda: cas.waiting)
    cas.end_sessions()
    cas.gate.set()

    completed(database, ids)
    assert len(cas.logins) == 2
    assert cas.turned_away == 64
    assert set(cas.done.values()) == {1}
    assert attempts(database, ids) == 0


def test_sessions_that_end_at_random_lose_and_double_nothing(database, launch, site, cas):
    cas.ends_at_random = 0.05
    ids = insert(database, 400)

    launch(site())
    completed(database, ids)

    assert len(cas.done) == 400 and set(cas.done.values()) == {1}
    assert 1 < len(cas.logins) <= 1 + cas.turned_away


def test_a_daemon_that_was_killed_logs_in_again(database, launch, site, cas):
    first = launch(site())
    completed(database, insert(database, 10))
    first.kill()

    launch(site())
    completed(database, insert(database, 10))
    assert len(cas.logins) == 2


def test_a_session_is_renewed_when_its_lifetime_is_over(database, launch, site, cas):
    launch(site(lifetime=' lifetime="1"'))
    first = insert(database, 1)
    completed(database, first)
    over = time.monotonic() + 1
    wait_for(lambda: time.monotonic() > over)

    completed(database, insert(database, 1))
    assert (len(cas.logins), cas.turned_away) == (2, 0)


@pytest.mark.parametrize("place", PLACES)
def test_the_token_is_read_from_its_place(database, launch, site, cas, place):
    cas.is_token_in_header = place == "soap header"
    launch(site(place))

    completed(database, insert(database, 5))
    assert (len(cas.logins), cas.turned_away) == (1, 0)


def test_a_token_with_characters_of_xml_arrives_as_it_is(database, launch, site, cas):
    cas.make_token = lambda: "a<b>&\"c'&amp;]]>{x} %s"
    launch(site())

    ids = insert(database, 5)
    completed(database, ids)
    assert cas.turned_away == 0
    assert "<SessionId>****</SessionId>" in database.commands(ids[0])[0]["request"]


def test_a_wrong_password_causes_one_login_for_each_wait(database, launch, site, cas):
    cas.password = "another one"
    ids = insert(database, 200)
    daemon = launch(site(retry={"first_delay_ms": 200, "longest_delay_ms": 800}))

    wait_for(lambda: len(cas.logins) >= 6)
    never_given_up(database, ids)
    gaps = [after - before for before, after in zip(cas.logins, cas.logins[1:])]
    assert all(gap >= least - 0.02 for gap, least in zip(gaps, (0.2, 0.4, 0.8, 0.8, 0.8))), gaps
    assert not cas.done
    assert "the login to the CAS failed" in daemon.log() and REFUSED in daemon.log()
    metrics = daemon.get("/metrics")[1]
    assert 'contego_endpoint_up{endpoint="%s",provider="default"} 0' % cas.url in metrics
    assert 'contego_logins_total{outcome="failed",provider="default"} ' in metrics
    told = database.query("SELECT error_code FROM contego.request WHERE id = ANY (%s) AND error_code IS NOT NULL", ids)
    assert {row["error_code"] for row in told} == {"LOGIN_FAILED"}

    cas.password = PASSWORD
    completed(database, ids)
    assert attempts(database, ids) == 0
    assert cas.turned_away == 0


WRONG_ANSWERS = {
    "a page": lambda token: (200, {"Content-Type": "text/html"}, f"<html>welcome {token}</html>"),
    "no XML": lambda token: (200, {}, f"welcome {token}"),
    "no token": lambda token: (200, {}, reply()),
    "an empty token": lambda token: (200, {}, reply(more="<SessionId/>")),
    "a short token": lambda token: (200, {}, reply(more="<SessionId>1</SessionId>")),
    "two tokens": lambda token: (200, {}, reply(more="<SessionId>abcd</SessionId><SessionId>efgh</SessionId>")),
    "a token of a megabyte": lambda token: (200, {}, reply(more=f"<SessionId>{'x' * (1 << 20)}</SessionId>")),
    "a token with a line end": lambda token: (200, {}, reply(more="<SessionId>abcd\nX-Evil: 1</SessionId>")),
    "half an envelope": lambda token: (200, {}, reply(more=f"<SessionId>{token}</SessionId>")[:-20]),
    "nothing": lambda token: (200, {}, ""),
    "a fault": lambda token: (500, {}, "<x/>"),
    "unavailable": lambda token: (503, {"Retry-After": "1"}, ""),
    "unauthorized": lambda token: (401, {}, f"{token}?"),
    "elsewhere": lambda token: (302, {"Location": f"/?token={token}"}, ""),
    "closed": lambda token: None,
    "a status that is expired": lambda token: (200, {}, reply(OF_SESSION)),
    "a tag too much": lambda token: (200, {}, reply(more=f"<SessionId>{token}</SessionId></r>")),
}


@pytest.mark.parametrize("name", WRONG_ANSWERS)
def test_a_wrong_answer_to_the_login_delays_requests_and_fails_none(database, launch, site, cas, name):
    cas.answer_login = WRONG_ANSWERS[name]
    launch(site())
    ids = insert(database, 20)
    wait_for(lambda: len(cas.logins) >= 3)
    never_given_up(database, ids)
    assert not cas.done

    cas.answer_login = None
    completed(database, ids)
    assert attempts(database, ids) == 0


def test_a_login_that_hangs_delays_requests_and_fails_none(database, launch, site, cas):
    release = threading.Event()
    cas.answer_login = lambda token: release.wait(30) and None
    launch(site(exchange_timeout_ms=300))
    ids = insert(database, 20)
    wait_for(lambda: len(cas.logins) >= 2)
    never_given_up(database, ids)

    cas.answer_login = None
    release.set()
    completed(database, ids)
    assert attempts(database, ids) == 0


def test_sessions_that_end_at_once_delay_requests_and_fail_none(database, launch, site, cas):
    cas.ends_at_random = 1.0
    launch(site(retry={"first_delay_ms": 100, "longest_delay_ms": 200}))
    ids = insert(database, 20)
    wait_for(lambda: len(cas.logins) >= 5)
    never_given_up(database, ids)

    cas.ends_at_random = 0.0
    completed(database, ids)


def test_a_standby_endpoint_has_a_session_of_its_own(database, launch, site, cas):
    other = SessionCas(PASSWORD)
    try:
        launch(site(standby_endpoints=[other.url], breaker={"failures": 3, "probe_interval_ms": 100}))
        completed(database, insert(database, 20))
        assert (len(cas.logins), len(other.logins)) == (1, 0)
        cas.go_away()
        completed(database, insert(database, 100))
        assert (len(other.logins), other.turned_away) == (1, 0)

        back = SessionCas(PASSWORD, cas.port)
        wait_for(lambda: (completed(database, insert(database, 10)), back.done)[1])
        assert (len(back.logins), len(other.logins), other.turned_away) == (1, 1, 0)
        back.stop()
    finally:
        other.stop()


def test_a_wrong_password_at_one_endpoint_leads_to_the_standby(database, launch, site, cas):
    other = SessionCas(PASSWORD)
    cas.password = "another one"
    try:
        launch(site(standby_endpoints=[other.url]))
        ids = insert(database, 50)
        completed(database, ids)
        assert (len(other.done), len(cas.done)) == (50, 0)
        assert attempts(database, ids) == 0
    finally:
        other.stop()


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGHUP, signal.SIGTERM]], ids=["stop", "reload and stop"])
def test_a_daemon_that_is_stopped_while_it_logs_in_gives_its_requests_back(database, launch, site, cas, signals):
    release = threading.Event()

    def late(token):
        release.wait(30)
        return 200, {}, reply(more=f"<SessionId>{token}</SessionId>")

    cas.answer_login = late
    daemon = launch(site())
    ids = insert(database, 40)
    wait_for(lambda: cas.logins)
    for one in signals:
        daemon.process.send_signal(one)
    wait_for(lambda: "stopping" in daemon.log())
    release.set()

    wait_for(lambda: daemon.process.poll() is not None)
    assert daemon.process.returncode == 0, daemon.log()
    assert states(database, ids) == {"QUEUED"}
    assert not cas.done

    cas.answer_login = None
    launch(site())
    completed(database, ids)
    assert (len(cas.logins), attempts(database, ids)) == (2, 0)


def test_a_login_that_hangs_does_not_keep_a_daemon_from_stopping(database, launch, site, cas):
    release = threading.Event()
    cas.answer_login = lambda token: release.wait(60) and None
    daemon = launch(site(exchange_timeout_ms=60000), drain_timeout_ms=500)
    ids = insert(database, 40)
    wait_for(lambda: cas.logins)

    daemon.terminate(within=10)
    assert states(database, ids) <= {"QUEUED", "RETRYING"}
    cas.answer_login = None
    release.set()
    launch(site())
    completed(database, ids)
    assert (attempts(database, ids), max(cas.done.values())) == (0, 1)


def test_a_message_is_sent_again_after_a_session_has_ended(database, launch, site, cas):
    launch(site())
    completed(database, insert(database, 1))
    cas.end_sessions()

    one = database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": "01000000017", "message": "hello"})
    assert database.finished(one)["life_cycle_state"] == "COMPLETED"
    assert (len(cas.logins), cas.turned_away) == (2, 1)


def test_a_reload_while_it_logs_in_changes_nothing(database, launch, site, cas):
    release = threading.Event()
    cas.answer_login = lambda token: release.wait(30) and (200, {}, reply(REFUSED))
    daemon = launch(site())
    ids = insert(database, 5)
    wait_for(lambda: cas.logins)
    daemon.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "SIGHUP changes nothing" in daemon.log())
    cas.answer_login = None
    release.set()

    completed(database, ids)
    assert len(cas.logins) == 2
