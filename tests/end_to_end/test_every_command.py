"""Each of the 13 commands, inserted by SQL, sent, answered and recorded."""

import subprocess

import pytest

from programs import WSDL

CARD = "01000000017"
BOX = "0012345678"
OTHER_BOX = "0012345679"
PIN = "4711"
DATE = "2030-05-06T07:08:09+02:00"

MESSAGE = {"smartcard_ca_id": CARD, "message": "Fish & <chips>", "start_indication": DATE}

# The CAS can do them in this order: all of them use the same card.
COMMANDS = {
    "ADD_SUBSCRIPTIONS": {"smartcard_ca_id": CARD, "service_ca_id": "1111", "sub_provisioning_distribution_id": "ROOM"},
    "GET_ACTIVE_SUBSCRIPTIONS": {"smartcard_ca_id": CARD},
    "CREATE_PAIRING": {
        "smartcards": [{"smartcard_ca_id": CARD, "smartcard_sub_provisioning_distribution_id": "ROOM"}],
        "stbs": [{"stb_ca_id": BOX}],
    },
    "ADD_TO_EXISTING_PAIRING": {"smartcard_ca_id": CARD, "stbs": [{"stb_ca_id": OTHER_BOX}]},
    "GET_PAIRING_STATUS_FOR_CARD": {"smartcard_ca_id": CARD},
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": {"stb_ca_id": BOX},
    "SEND_MAIL_MESSAGE_TO_CLIENT": {**MESSAGE, "communication_queue_number": "77"},
    "SEND_BARK_MESSAGE_TO_CLIENT": {**MESSAGE, "display_duration": 30},
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": {**MESSAGE, "repetition_count": 3, "repetition_interval": 110},
    "DISPLAY_FINGERPRINT": {
        "smartcard_ca_id": CARD,
        "display_date": DATE,
        "display_duration": 5,
        "position_x": 1,
        "position_y": 2,
        "height": 3,
        "fingerprint_slot": 4,
    },
    "UPDATE_CA_PIN_TO_GIVEN_VALUE": {"smartcard_ca_id": CARD, "new_pin": PIN},
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE": {"smartcard_ca_id": CARD},
    "CANCEL_SUBSCRIPTIONS": {"smartcard_ca_id": CARD, "service_ca_id": "1111"},
}

RESULTS = {
    "GET_ACTIVE_SUBSCRIPTIONS": ("subscriptions", "1111"),
    "GET_PAIRING_STATUS_FOR_CARD": ("stbs", BOX),
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": ("smartcards", CARD),
}

REFERENCE = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def done(database, simulator, daemon):
    """Finishes every command once. Returns the id of the request of each code."""
    ids = {code: database.insert(code, parameters) for code, parameters in COMMANDS.items()}
    for request_id in ids.values():
        database.finished(request_id)
    return ids


@pytest.mark.parametrize("code", COMMANDS)
def test_it_is_completed_with_what_was_sent_and_answered(database, done, code):
    row = database.request(done[code])
    (command,) = database.commands(done[code])

    assert (row["life_cycle_state"], row["progress"]) == ("COMPLETED", "DONE"), row
    assert row["error_code"] is None and row["executed_date"] is not None
    assert (command["type"], command["outcome"], command["status_code"]) == (code, "success", "OK")
    assert CARD in command["request"] or BOX in command["request"]
    assert "StatusCode>OK<" in command["response"]
    assert command["attempts"] == 1 and command["duration_ms"] > 0


@pytest.mark.parametrize("code", COMMANDS)
def test_the_reference_number_is_the_one_that_the_cas_gave(database, simulator, done, code):
    row = database.request(done[code])
    (command,) = database.commands(done[code])

    assert row["reference_number"] == command["reference_number"]
    assert f">{row['reference_number']}<" in command["response"]
    for entry in simulator.journal(done[code]):
        assert (entry["command"], entry["reference"]) == (code, row["reference_number"])


@pytest.mark.parametrize("code", COMMANDS)
def test_the_stored_envelopes_are_valid_by_the_schema(database, done, code, tmp_path):
    (command,) = database.commands(done[code])

    for part in ("request", "response"):
        file = tmp_path / f"{part}.xml"
        # A masked PIN is not a valid PIN, so the schema rejects it.
        file.write_text(command[part].replace("****", PIN))
        checked = subprocess.run(
            ["xmllint", "--noout", "--schema", str(WSDL / "soap-envelope.xsd"), str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("code", RESULTS)
def test_what_was_asked_for_stands_in_the_result(database, done, code):
    member, expected = RESULTS[code]

    result = database.request(done[code])["result"]

    assert expected in str(result[member])
    if code != "GET_ACTIVE_SUBSCRIPTIONS":
        assert result["paired"] is True


def test_the_cas_did_each_of_them_once(simulator, done):
    effects = [e["command"] for e in simulator.journal() if e["effect"]]

    assert sorted(effects) == sorted(code for code in COMMANDS if not code.startswith("GET_"))


def test_the_viewer_got_the_message_as_the_crm_wrote_it(simulator, done):
    card = simulator.card(CARD)

    assert card["mails"][0]["message"] == MESSAGE["message"]
    assert card["barks"][0]["display_duration"] == 30
    assert card["barks"][1]["repetition_count"] == 3
    assert card["barks"][1]["display_duration"] == 20, "the documented default"


def test_the_pin_was_set_and_stands_nowhere(database, simulator, daemon, done):
    journal = simulator.journal(done["UPDATE_CA_PIN_TO_GIVEN_VALUE"])
    request_id = done["UPDATE_CA_PIN_TO_GIVEN_VALUE"]
    (command,) = database.commands(request_id)

    assert journal[0]["effect"] and journal[0]["details"]["new_pin"] == "****"
    assert database.request(request_id)["parameters"]["new_pin"] == "****"
    assert command["parameters"]["new_pin"] == "****"
    assert "NewPin>****<" in command["request"]
    for stored in (database.request(request_id), dict(command)):
        # Numbers, dates and references may contain the same digits by chance.
        texts = {k: v for k, v in stored.items() if k in ("parameters", "request", "error_description", "result")}
        assert PIN not in str(texts)
    assert f'"{PIN}"' not in daemon.log() and f">{PIN}<" not in daemon.log()


def test_the_pin_reached_the_card(database, simulator, daemon):
    other = "01000000025"
    database.finished(database.insert("UPDATE_CA_PIN_TO_GIVEN_VALUE", {"smartcard_ca_id": other, "new_pin": "8642"}))

    assert simulator.card(other)["pin"] == "8642"
