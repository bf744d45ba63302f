"""A CAS made with Spyne, which validates every call with its schema: document/literal, wrapped.

Its binding file is a draft of contegod-draft-binding from the WSDL that Spyne writes. A person wrote nothing.
"""

import json
import pathlib
import subprocess

import pytest

from drafting import assignment, draft, placeholders, require_valid_envelopes
from programs import contegod, fetch
from test_every_command import BOX, CARD, COMMANDS, OTHER_BOX, PIN

SERVER = pathlib.Path(__file__).with_name("spyne_server") / "server.py"

TEXT = {"viewing_card": CARD, "content": "Fish & <chips>"}
DATE = "2030-05-06 07:08:09+02:00"
# Maps a command to the operation and the values that Spyne must have read, without the sequence.
READ = {
    "ADD_SUBSCRIPTIONS": ("AddEntitlement", {"viewing_card": CARD, "entitlement_id": "1111"}),
    "CANCEL_SUBSCRIPTIONS": ("RevokeEntitlement", {"viewing_card": CARD, "entitlement_id": "1111"}),
    "GET_ACTIVE_SUBSCRIPTIONS": ("ListEntitlements", {"viewing_card": CARD}),
    "CREATE_PAIRING": ("MarryCardsToDecoders", {"viewing_cards": [CARD], "decoders": [BOX]}),
    "ADD_TO_EXISTING_PAIRING": ("AppendToMarriage", {"married_card": CARD, "decoders": [OTHER_BOX]}),
    "GET_PAIRING_STATUS_FOR_CARD": ("GetMarriageByCard", {"viewing_card": CARD}),
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": ("GetMarriageByDecoder", {"decoder_serial": BOX}),
    "SEND_MAIL_MESSAGE_TO_CLIENT": ("SubmitEmail", {**TEXT, "delivery_time": DATE}),
    "SEND_BARK_MESSAGE_TO_CLIENT": ("SubmitOsd", {**TEXT, "display_time": DATE, "duration": 30}),
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": (
        "SubmitCyclicOsd", {**TEXT, "display_time": DATE, "duration": 20, "repetitions": 3, "interval_seconds": 110}),
    "DISPLAY_FINGERPRINT": (
        "TriggerFingerprint", {"viewing_card": CARD, "display_time": DATE, "duration": 5, "x": 1, "y": 2, "height": 3, "slot_index": 4}),
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE": ("RestoreParentalCode", {"viewing_card": CARD}),
    "UPDATE_CA_PIN_TO_GIVEN_VALUE": ("ChangeParentalCode", {"viewing_card": CARD, "new_code": PIN}),
}  # fmt: skip

RESULTS = {
    "GET_ACTIVE_SUBSCRIPTIONS": {"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "2222"}]},
    "GET_PAIRING_STATUS_FOR_CARD": {"paired": True, "stbs": [BOX]},
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": {"paired": True, "smartcards": [CARD]},
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """Returns the address of Spyne."""
    log = open(tmp_path_factory.mktemp("spyne") / "log", "wb")
    server = subprocess.Popen(["/usr/bin/python3", "-B", SERVER], stdout=subprocess.PIPE, stderr=log, text=True)
    yield json.loads(server.stdout.readline())["listening"]
    server.terminate()
    server.wait(timeout=10)
    server.stdout.close()
    log.close()


@pytest.fixture(scope="module")
def wsdl(gateway, tmp_path_factory):
    file = tmp_path_factory.mktemp("site") / "gateway.wsdl"
    file.write_text(fetch(gateway + "/?wsdl")[1])
    return file


@pytest.fixture(scope="module")
def drafted(wsdl):
    file = wsdl.with_name("draft.xml")
    done = draft(wsdl, "--output", file)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def providers(gateway, drafted):
    return {"default": {"endpoint": gateway, "binding": str(drafted)}}


@pytest.fixture(scope="module")
def done(database, daemon):
    ids = {code: database.insert(code, parameters) for code, parameters in COMMANDS.items()}
    return {code: database.finished(request_id) for code, request_id in ids.items()}


def test_the_draft_assigns_every_operation_and_is_valid_as_it_is(drafted):
    assert assignment(drafted.read_text()) == {code: operation for code, (operation, _) in READ.items()}
    checked = contegod("check", "--binding", drafted)
    assert (checked.returncode, checked.stderr) == (0, "")
    # An id in each, and 36 parameters. The lists of the two pairing commands have the names of their items.
    assert sum(len(names) for names in placeholders(drafted.read_text()).values()) == 13 + 36


def test_the_envelopes_of_the_draft_are_valid(wsdl, drafted):
    require_valid_envelopes(drafted, wsdl)


@pytest.mark.parametrize("code", COMMANDS)
def test_spyne_reads_what_the_crm_asked_for(done, gateway, code):
    operation, expected = READ[code]
    (read,) = [given for name, given in json.loads(fetch(gateway + "/calls")[1]) if name == operation]

    assert read.pop("call_sequence") == done[code]["id"] * 100_000 + 1
    assert read == expected


@pytest.mark.parametrize("code", COMMANDS)
def test_the_daemon_reads_what_spyne_answered(done, code):
    row = done[code]

    assert row["life_cycle_state"] == "COMPLETED", row
    assert row["reference_number"] == f"spyne-{READ[code][0]}"
    assert row["result"] == RESULTS.get(code)


@pytest.mark.parametrize(("card", "error"), [("01000000998", "SOAP_FAULT:Client.Card"), ("01000000999", "CARD_UNKNOWN")])
def test_a_refusal_of_spyne_is_final(done, database, card, error):
    row = database.finished(database.insert("ADD_SUBSCRIPTIONS", {**COMMANDS["ADD_SUBSCRIPTIONS"], "smartcard_ca_id": card}))

    assert (row["life_cycle_state"], row["error_code"]) == ("REJECTED", error), row
