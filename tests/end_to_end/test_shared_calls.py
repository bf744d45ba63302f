"""Messages with the same text go to the CAS in one call. Each request keeps its own outcome, journal and order."""

import itertools
import re

import pytest

from programs import REPOSITORY, Simulator, contegod, wait_for

BINDING = REPOSITORY / "config/plural-messages.xml"
RANGES = (f"0100{n:03}" for n in itertools.count(1))  # the first digits of the cards of a test
INSERT = """
INSERT INTO contego.request (action, parameters)
SELECT 'SEND_BARK_MESSAGE_TO_CLIENT', jsonb_build_object('smartcard_ca_id', %s || lpad(n::text, 4, '0'), 'message', 'The match begins')
FROM generate_series(1, %s) AS n
RETURNING id, parameters ->> 'smartcard_ca_id' AS card"""


@pytest.fixture(scope="module")
def providers(simulator):
    return {"default": {"endpoint": simulator.url, "in_flight": 2, "exchange_timeout_ms": 1500, "binding": str(BINDING)}}


@pytest.fixture
def prefix(simulator):
    yield next(RANGES)
    simulator.mend()


def send(database, prefix, count):
    """Inserts a message to each of `count` cards. Returns the ids by card."""
    return {row["card"]: row["id"] for row in database.query(INSERT, prefix, count)}


def ended(database, ids, timeout=60.0):
    """Returns the rows by id, once none waits for the daemon any more."""
    def rows():
        found = database.query("SELECT * FROM contego.request WHERE id = ANY (%s)", list(ids.values()))
        return found if all(row["progress"] in ("DONE", "REJECTED", "HELD") for row in found) else None

    return {row["id"]: row for row in wait_for(rows, timeout, lambda: database.pending())}


def calls(simulator):
    return sum(simulator.calls().get("SEND_BARK_MESSAGE_TO_CLIENT", {}).values())


def shown(simulator, card):
    return len(simulator.card(card).get("barks", []))


def test_500_messages_go_in_few_calls_and_each_has_its_own_record(database, simulator, daemon, prefix):
    before = calls(simulator)
    ids = send(database, prefix, 500)

    rows = ended(database, ids)

    assert {row["progress"] for row in rows.values()} == {"DONE"}
    assert calls(simulator) - before <= 20
    assert {shown(simulator, card) for card in ids} == {1}
    commands = database.query("SELECT * FROM contego.command WHERE request_id = ANY (%s)", list(ids.values()))
    assert len(commands) == 500
    by_request = {command["request_id"]: command for command in commands}
    for card, request_id in ids.items():
        command = by_request[request_id]
        assert re.findall(r"<utm:CaClientId>(\d+)</utm:CaClientId>", command["request"]) == [card]
        assert "requests in this call -->" in command["request"]
        assert command["outcome"] == "success" and command["attempts"] == 1
    metrics = daemon.get("/metrics")[1]
    labels = 'command="SEND_BARK_MESSAGE_TO_CLIENT",provider="default"'
    assert f"contego_shared_call_requests_sum{{{labels}}} 500" in metrics
    assert f"contego_split_calls_total{{{labels}}} 0" in metrics


def test_a_card_that_the_cas_does_not_know_is_rejected_alone(database, simulator, daemon, prefix):
    ids = send(database, prefix, 300)
    unknown = database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": "0999" + prefix, "message": "The match begins"})

    rows = ended(database, {**ids, "unknown": unknown})

    assert rows[unknown]["progress"] == "REJECTED" and rows[unknown]["error_code"] == "CLIENT_NOT_FOUND"
    assert {rows[one]["progress"] for one in ids.values()} == {"DONE"}
    assert {shown(simulator, card) for card in ids} == {1}


def test_a_call_without_an_answer_holds_each_of_its_requests_and_is_never_repeated(database, simulator, daemon, prefix):
    simulator.break_with({"when": {"smartcard": f"{prefix}0007", "times": 1}, "do": {"hang": "after_effect"}})
    ids = send(database, prefix, 40)

    rows = ended(database, ids)

    held = [row for row in rows.values() if row["progress"] == "HELD"]
    assert len(held) > 1 and {row["error_code"] for row in held} == {"MAYBE_SENT"}
    assert ids[f"{prefix}0007"] in {row["id"] for row in held}
    assert {row["progress"] for row in rows.values()} <= {"HELD", "DONE"}
    assert {shown(simulator, card) for card in ids} == {1}


def test_a_passing_failure_is_tried_again_for_each(database, simulator, daemon, prefix):
    simulator.break_with({"when": {"smartcard": f"{prefix}*", "times": 1}, "do": {"status_code": "SYSTEM_ERROR"}})
    ids = send(database, prefix, 50)

    rows = ended(database, ids)

    assert {row["progress"] for row in rows.values()} == {"DONE"}
    assert {shown(simulator, card) for card in ids} == {1}


def test_a_daemon_that_dies_in_the_middle_leaves_each_message_done_or_in_doubt(database, simulator, launch, daemon, prefix):
    simulator.break_with({"when": {"smartcard": f"{prefix}*"}, "do": {"latency_ms": 400}})
    daemon.process.send_signal(19)  # SIGSTOP: the other one does the work
    doomed = launch()
    ids = send(database, prefix, 3000)
    wait_for(lambda: any(shown(simulator, card) for card in itertools.islice(ids, 1)), what="the first call")
    doomed.kill()
    daemon.process.send_signal(18)
    simulator.mend()

    rows = ended(database, ids)

    for card, request_id in ids.items():
        times = shown(simulator, card)
        assert times <= 1
        if rows[request_id]["progress"] == "DONE":
            assert times == 1
        else:
            assert rows[request_id]["error_code"] == "MAYBE_SENT"
    assert sum(row["progress"] == "DONE" for row in rows.values()) >= 500, "the requests that the daemon had not claimed"


def test_a_daemon_that_is_told_to_stop_gives_gathered_requests_back(database, simulator, launch, daemon, prefix):
    simulator.break_with({"when": {"smartcard": f"{prefix}*"}, "do": {"latency_ms": 300}})
    daemon.process.send_signal(19)
    told = launch()
    ids = send(database, prefix, 1200)
    wait_for(lambda: database.count("progress = 'IN_FLIGHT'") > 500)
    code = told.terminate()
    daemon.process.send_signal(18)

    assert code == 0, told.log()
    rows = ended(database, ids)

    assert {row["progress"] for row in rows.values()} == {"DONE"}
    assert {shown(simulator, card) for card in ids} == {1}


def test_messages_of_one_card_keep_their_order_and_their_calls(database, simulator, daemon, prefix):
    card = f"{prefix}0001"
    first = [database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": card, "message": text}) for text in ("a", "b", "a", "a")]

    ended(database, dict(enumerate(first)))

    assert [one["message"] for one in simulator.card(card)["barks"]] == ["a", "b", "a", "a"]


@pytest.fixture(scope="module")
def answering_for_each():
    running = Simulator("--items")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def items_binding(folder):
    """The binding whose answers name each card."""
    text = BINDING.read_text()
    reply = 'reference="//ReferenceNumber"/>'
    at = text.index(reply, text.index('<command code="SEND_BARK_MESSAGE_TO_CLIENT"'))
    items = ('reference="//ReferenceNumber"><items at="//Result" card="CaClientId" status="StatusCode" message="Message" '
             'reference="ReferenceNumber"/></reply>')
    file = folder / "items.xml"
    file.write_text(text[:at] + items + text[at + len(reply):])
    return file


def test_the_items_of_an_answer_decide_about_each_request(answering_for_each, database, launch, items_binding, daemon, prefix):
    launch({"items": {"endpoint": answering_for_each.url, "in_flight": 2, "binding": str(items_binding)}})
    rows = database.query(INSERT.replace("(action, parameters)", "(action, provider, parameters)").replace(
        "'SEND_BARK_MESSAGE_TO_CLIENT',", "'SEND_BARK_MESSAGE_TO_CLIENT', 'items',"), prefix, 60)
    ids = {row["card"]: row["id"] for row in rows}
    unknown = database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": "0999" + prefix, "message": "The match begins"},
                              provider="items")

    found = ended(database, {**ids, "unknown": unknown})

    assert found[unknown]["progress"] == "REJECTED" and found[unknown]["error_code"] == "CLIENT_NOT_FOUND"
    assert {found[one]["progress"] for one in ids.values()} == {"DONE"}
    assert len({found[one]["reference_number"] for one in ids.values()}) == 60, "each has the reference of its own item"
    assert calls(answering_for_each) <= 10
    (command,) = database.commands(next(iter(ids.values())))
    assert command["response"].count("<Result>") == 1


def test_a_saved_answer_with_items_is_read_item_by_item(items_binding):
    answer = ('<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><A><StatusCode>PARTLY</StatusCode>'
              "<Result><CaClientId>0101</CaClientId><StatusCode>OK</StatusCode></Result>"
              "<Result><CaClientId>0102</CaClientId><StatusCode>CLIENT_NOT_FOUND</StatusCode></Result></A></e:Body></e:Envelope>")

    done = contegod("read", "--binding", items_binding, "--command", "SEND_BARK_MESSAGE_TO_CLIENT", "--answer", "-", stdin=answer)

    assert done.returncode == 0, done.stderr
    first, second = done.stdout.split("smartcard: ")[1:]
    assert first.startswith("0101\noutcome: success\n")
    assert second.startswith("0102\noutcome: rejected\n")
