"""Faults of the network and the CAS: safe commands are repeated, others are held, and no outcome is guessed."""

import itertools
import socket

import pytest

CARDS = (f"01000{n:06}" for n in itertools.count(2000))


@pytest.fixture(scope="module")
def providers(simulator):
    return {"default": {"endpoint": simulator.url, "exchange_timeout_ms": 700}}


@pytest.fixture
def card(simulator, daemon):
    yield next(CARDS)
    simulator.mend()


def once(card, **what):
    """A rule of the simulator that fires for the first call of this card."""
    return {"when": {"smartcard": card, "times": 1}, "do": what}


def once_a_bark(card, **what):
    """The same for a message: if the CAS counts as down, a GET command goes before it."""
    return {"when": {"smartcard": card, "command": "SEND_BARK_MESSAGE_TO_CLIENT", "times": 1}, "do": what}


def add(database, card):
    return database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1111"})


def bark(database, card):
    return database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": card, "message": "Hello"})


FAULTS = {
    "unavailable": {"http_status": 503},
    "bad_gateway": {"http_status": 502},
    "too_many": {"http_status": 429},
    "wrong_password": {"http_status": 401},
    "system_error": {"status_code": "SYSTEM_ERROR"},
    "server_fault": {"fault": {"code": "Server", "text": "busy"}},
    "wrong_length": {"wrong_length": True},
    "slow_drip": {"drip_bytes_per_second": 20},
    "hang_before": {"hang": "before_effect"},
    "hang_after": {"hang": "after_effect"},
    "reset_before": {"reset": "before_effect"},
    "reset_after": {"reset": "after_effect"},
    "late": {"latency_ms": 2000},
}


ANSWERED = {"system_error", "server_fault", "wrong_length", "slow_drip"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_command_safe_to_repeat_is_repeated_until_it_is_done(database, simulator, card, fault):
    simulator.break_with(once(card, **FAULTS[fault]))

    row = database.finished(add(database, card))

    (command,) = database.commands(row["id"])
    assert row["life_cycle_state"] == "COMPLETED", row
    assert command["attempts"] == 2
    # If the CAS answered at all, even only a part, the fault may lie in this command.
    assert row["attempts"] == (1 if fault in ANSWERED else 0), "if the CAS answered no other call, it is an outage"
    assert row["error_code"] is None and command["error_code"] is None
    assert [one["service_ca_id"] for one in simulator.card(card)["subscriptions"]] == ["1111"]


NOT_PROCESSED = {
    "unavailable": "HTTP_503",
    "too_many": "HTTP_429",
    "wrong_password": "HTTP_401",
    "system_error": "SYSTEM_ERROR",
}


@pytest.mark.parametrize("fault", NOT_PROCESSED)
def test_a_message_that_the_cas_did_not_take_is_sent_again(database, simulator, card, fault):
    simulator.break_with(once_a_bark(card, **FAULTS[fault]))

    row = database.finished(bark(database, card))

    assert row["life_cycle_state"] == "COMPLETED"
    assert len(simulator.card(card)["barks"]) == 1


MAYBE_SENT = ["bad_gateway", "wrong_length", "slow_drip", "hang_before", "hang_after", "reset_before", "reset_after"]


@pytest.mark.parametrize("fault", MAYBE_SENT)
def test_a_message_sent_without_an_answer_is_held_and_never_sent_twice(database, simulator, card, fault):
    simulator.break_with(once_a_bark(card, **FAULTS[fault]))

    request_id = bark(database, card)
    row = database.in_progress(request_id, "HELD")

    assert (row["life_cycle_state"], row["error_code"]) == ("PENDING", "MAYBE_SENT")
    assert "not safe to repeat" in row["error_description"]
    (command,) = database.commands(request_id)
    assert (command["outcome"], command["attempts"]) == ("hold", 1)
    assert command["request"] and "Hello" in command["request"]


def test_a_message_cut_off_after_its_effect_was_shown_exactly_once(database, simulator, card):
    simulator.break_with(once_a_bark(card, reset="after_effect"))

    request_id = bark(database, card)
    database.in_progress(request_id, "HELD")

    # A later request of another card shows that the daemon went on and had time to repeat the command.
    database.finished(add(database, next(CARDS)))
    assert database.request(request_id)["progress"] == "HELD"
    assert [e["effect"] for e in simulator.journal(request_id)] == [True]
    assert len(simulator.card(card)["barks"]) == 1


def test_what_is_held_blocks_its_card_and_no_other(database, simulator, card):
    simulator.break_with(once_a_bark(card, reset="after_effect"))
    held = bark(database, card)
    database.in_progress(held, "HELD")

    behind = add(database, card)
    elsewhere = add(database, next(CARDS))

    assert database.finished(elsewhere)["life_cycle_state"] == "COMPLETED"
    assert database.in_progress(behind, "BLOCKED")["blocked_by"] == held
    assert simulator.journal(behind) == []


def test_garbage_is_never_taken_for_success(database, simulator, card):
    simulator.break_with(once(card, garbage=True))

    request_id = add(database, card)
    row = database.in_progress(request_id, "HELD")

    assert row["error_code"] == "UNREADABLE_ANSWER"
    assert "<<<" in database.commands(request_id)[0]["response"]


def test_an_unknown_status_is_held_with_its_code(database, simulator, card):
    simulator.break_with(once(card, status_code="MOON_IN_THE_WRONG_HOUSE"))

    row = database.in_progress(add(database, card), "HELD")

    assert row["error_code"] == "MOON_IN_THE_WRONG_HOUSE"


def test_retry_after_is_waited_for_but_no_longer_than_the_longest_delay(database, simulator, card, launch):
    launch({"patient": {"endpoint": simulator.url, "retry": {"first_delay_ms": 20, "longest_delay_ms": 2000}}})
    simulator.break_with(once(card, http_status=503, headers={"Retry-After": "1000000000000"}))

    request_id = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1111"}, provider="patient")
    row = database.finished(request_id)

    (command,) = database.commands(request_id)
    waited = command["sent_date"] - command["first_sent_date"]
    assert row["life_cycle_state"] == "COMPLETED"
    assert 1.9 <= waited.total_seconds() <= 5


def test_of_several_commands_only_the_one_that_failed_is_repeated(database, simulator, card):
    simulator.break_with({"when": {"smartcard": card, "service": "2222", "times": 2}, "do": {"http_status": 503}})
    place = {"distributor": "R", "smartcards": [card], "stbs": [], "services": ["1111", "2222", "3333"]}

    row = database.finished(database.insert("ACTIVATE_SUBSCRIPTION", {"distributions": [place]}))

    assert row["life_cycle_state"] == "COMPLETED"
    assert [c["attempts"] for c in database.commands(row["id"])] == [1, 3, 1]


def test_retries_end_when_the_configuration_says_so(database, simulator, card, launch):
    simulator.break_with({"when": {"smartcard": card}, "do": {"status_code": "SYSTEM_ERROR"}})
    policy = {"first_delay_ms": 1, "longest_delay_ms": 2, "most_attempts": 3}
    launch({"short": {"endpoint": simulator.url, "retry": policy}})

    row = database.finished(
        database.insert("GET_ACTIVE_SUBSCRIPTIONS", {"smartcard_ca_id": card}, provider="short"))

    assert (row["life_cycle_state"], row["error_code"]) == ("REJECTED", "RETRIES_EXHAUSTED")
    assert "SYSTEM_ERROR" in row["error_description"]


@pytest.mark.parametrize("action", ["ADD_SUBSCRIPTIONS", "SEND_BARK_MESSAGE_TO_CLIENT"])
def test_a_cas_that_is_not_there_is_tried_again_whatever_the_command(database, launch, action):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, but not listening: connections are refused
        launch({"absent": {"endpoint": f"http://127.0.0.1:{nobody.getsockname()[1]}"}})
        card = next(CARDS)
        more = {"message": "Hello"} if "BARK" in action else {"service_ca_id": "1111"}

        request_id = database.insert(action, {"smartcard_ca_id": card, **more}, provider="absent")
        row = database.in_progress(request_id, "RETRYING")

    assert row["error_code"] == "TRANSPORT_CONNECT"


def test_a_storm_of_faults_loses_and_doubles_nothing(database, simulator, card):
    simulator.break_with(
        {"when": {"probability": 0.1}, "do": {"http_status": 503}},
        {"when": {"probability": 0.1}, "do": {"reset": "after_effect"}},
        {"when": {"probability": 0.05}, "do": {"reset": "before_effect"}},
        {"when": {"probability": 0.05}, "do": {"wrong_length": True}},
    )
    cards = list(itertools.islice(CARDS, 100))

    ids = [add(database, one) for one in cards]
    rows = [database.finished(one, 60) for one in ids]

    assert {row["life_cycle_state"] for row in rows} == {"COMPLETED"}
    for one in cards:
        assert [s["service_ca_id"] for s in simulator.card(one)["subscriptions"]] == ["1111"]
