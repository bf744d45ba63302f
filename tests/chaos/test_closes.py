"""The CAS that closes its connections does so and counts right, and the run computes the right results from its counts."""

import pathlib
import socket
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

import fickle  # noqa: E402
from closes import judge  # noqa: E402
from fickle import Fickle  # noqa: E402
from programs import wait_for  # noqa: E402


@pytest.fixture
def cas(monkeypatch):
    monkeypatch.setattr(fickle, "UNANSWERED", 0.0)
    made = Fickle(seed=1)
    made.start()
    yield made
    made.stop()
    assert made.failures == []


def closing(monkeypatch, moment, manner):
    monkeypatch.setattr(fickle, "MOMENTS", [(1, lambda rng: moment)])
    monkeypatch.setattr(fickle, "MANNERS", [manner])


def call(cas):
    return socket.create_connection(("127.0.0.1", cas.port), timeout=10)


def request(number):
    body = b"<SequenceNumber>%d00001</SequenceNumber>" % number
    return b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def ask(client, number):
    client.sendall(request(number))
    said = client.recv(65536)
    assert said.endswith(b"</s:Envelope>") and b"ref-%d" % number in said


def test_requests_are_counted_when_they_are_whole_and_answered(cas):
    cas.closing = False
    with call(cas) as client:
        ask(client, 1)
        ask(client, 2)
        client.sendall(request(3)[:-5])

    wait_for(lambda: not cas.conversations, what="the end of the conversation")
    assert cas.done == {1: 1, 2: 1}


@pytest.mark.parametrize("manner", fickle.MANNERS)
def test_an_idle_connection_is_closed_after_the_answer(cas, monkeypatch, manner):
    closing(monkeypatch, 0.001, manner)
    with call(cas) as client:
        ask(client, 1)
        try:
            assert client.recv(1) == b"" and manner != "reset"
        except ConnectionResetError:
            assert manner == "reset"

    assert cas.closed_idle == {manner: 1} and cas.caught == set()


def test_a_request_that_comes_while_its_connection_is_closed_is_not_done(cas, monkeypatch):
    closing(monkeypatch, None, "close")
    with call(cas) as client:
        ask(client, 1)
        client.sendall(request(2))
        with pytest.raises(ConnectionResetError):
            client.recv(1)

    assert cas.done == {1: 1}
    assert cas.caught == {2} and cas.closed_idle.total() == 0


def test_a_request_after_the_polite_end_is_noticed_and_not_done(cas, monkeypatch):
    closing(monkeypatch, 0.0, "fin")
    monkeypatch.setattr(fickle, "LULL", 2.0)
    with call(cas) as client:
        ask(client, 1)
        assert client.recv(1) == b""
        client.sendall(request(2))

        wait_for(lambda: cas.after_the_end == {2}, what="the request is noticed")
    assert cas.done == {1: 1}


def test_a_request_that_comes_in_time_keeps_the_connection(cas, monkeypatch):
    closing(monkeypatch, 3600.0, "close")
    with call(cas) as client:
        ask(client, 1)
        ask(client, 2)

    assert cas.closed_idle.total() == 0


def test_a_request_may_be_done_and_not_answered(cas, monkeypatch):
    monkeypatch.setattr(fickle, "UNANSWERED", 1.0)
    with call(cas) as client:
        client.sendall(request(1))
        assert client.recv(1) == b""

    assert cas.done == {1: 1} and cas.unanswered == {1}


class Counts(Fickle):
    """Returns the counts of a CAS that never ran."""

    def __init__(self, **done):
        self.done = fickle.collections.Counter({int(name[1:]): times for name, times in done.items()})
        self.closed_idle = fickle.collections.Counter()
        self.caught, self.after_the_end, self.unanswered, self.failures = set(), set(), set(), []


def row(number, action, state="COMPLETED", progress="DONE", code=None):
    return {"id": number, "action": action, "state": state, "progress": progress, "code": code}


BARK, ADD = "SEND_BARK_MESSAGE_TO_CLIENT", "ADD_SUBSCRIPTIONS"
HELD = ("PENDING", "HELD", "MAYBE_SENT")


@pytest.mark.parametrize("rows, inserted, done, finding", [
    ([row(1, BARK), row(2, ADD), row(3, BARK, *HELD)], 3, {"_1": 1, "_2": 2, "_3": 1}, None),
    ([row(1, BARK)], 1, {"_1": 2}, "sent twice"),
    ([row(1, BARK, *HELD)], 1, {"_1": 2}, "sent twice"),
    ([row(1, ADD, *HELD)], 1, {}, "repeatable requests that failed"),
    ([row(1, BARK, "REJECTED", "REJECTED", "RETRIES_EXHAUSTED")], 1, {}, "neither COMPLETED nor HELD"),
    ([row(1, BARK, "PENDING", "HELD", "HTTP_404")], 1, {}, "neither COMPLETED nor HELD"),
    ([row(1, ADD)], 1, {}, "never did"),
    ([row(1, ADD)], 2, {"_1": 1}, "not in the table"),
])
def test_each_breach_is_found_and_nothing_else(rows, inserted, done, finding):
    checks, _ = judge(rows, inserted, Counts(**done))

    found = [what for what, count in checks if count]
    assert len(found) == (finding is not None)
    assert all(finding in what for what in found)
