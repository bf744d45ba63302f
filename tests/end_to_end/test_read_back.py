"""The binding calls no command safe to repeat: a command without an answer is read back, and sent again only if it was not done."""

import itertools

import pytest

from programs import REPOSITORY

CARDS = (f"01000{n:06}" for n in itertools.count(9000))
BOXES = (f"00009{n:05}" for n in itertools.count(1))


@pytest.fixture(scope="module")
def providers(simulator, folder):
    careful = folder / "careful.xml"
    text = (REPOSITORY / "config/binding.xml").read_text()
    careful.write_text(text.replace('repeat-safe="yes"', 'repeat-safe="no"'))
    return {"default": {"endpoint": simulator.url, "binding": str(careful), "exchange_timeout_ms": 1000}}


@pytest.fixture
def card(simulator, daemon):
    yield next(CARDS)
    simulator.mend()


def parameters_of(command, card):
    if command == "CREATE_PAIRING":
        return {"smartcards": [{"smartcard_ca_id": card}], "stbs": [{"stb_ca_id": next(BOXES)}]}
    return {"smartcard_ca_id": card, "service_ca_id": "1111"}


@pytest.mark.parametrize("command", ["ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS", "CREATE_PAIRING"])
@pytest.mark.parametrize("moment", ["before_effect", "after_effect"])
def test_what_no_answer_came_for_has_its_effect_exactly_once(database, simulator, card, command, moment):
    if command == "CANCEL_SUBSCRIPTIONS":
        database.finished(database.insert("ADD_SUBSCRIPTIONS", parameters_of("ADD_SUBSCRIPTIONS", card)))
    simulator.break_with({"when": {"smartcard": card, "command": command, "times": 1}, "do": {"reset": moment}})

    row = database.finished(database.insert(command, parameters_of(command, card)))

    assert row["life_cycle_state"] == "COMPLETED", row
    effects = [e for e in simulator.journal(row["id"]) if e["command"] == command and e["effect"]]
    assert len(effects) == 1
    attempts = database.query(
        "SELECT attempt, exchange, outcome FROM contego.attempt WHERE request_id = %s ORDER BY attempt", row["id"])
    assert attempts[0] == {"attempt": 1, "exchange": "sent_no_answer", "outcome": "hold"}
    assert attempts[1]["exchange"] == ("answered" if moment == "before_effect" else "read_back")
    assert attempts[1]["outcome"] == "success"


def test_a_message_is_still_held(database, simulator, card):
    simulator.break_with({"when": {"smartcard": card, "times": 1}, "do": {"reset": "after_effect"}})

    request_id = database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": card, "message": "Hello"})

    assert database.in_progress(request_id, "HELD")["error_code"] == "MAYBE_SENT"
