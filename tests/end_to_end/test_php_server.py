"""A CAS made with PHP's SoapServer: RPC, literal and encoded.

Its binding file is a draft of contegod-draft-binding in which a person wrote two lines.
"""

import json
import os
import pathlib
import socket
import subprocess
import time

import pytest

from drafting import answered, assignment, draft, require_valid_envelopes
from programs import contegod, fetch
from test_every_command import BOX, CARD, COMMANDS, DATE, OTHER_BOX, PIN

SOURCES = pathlib.Path(__file__).with_name("php_server")

# The three types of lists, each with the type of its items.
LISTS = {"Cards": "xsd:string", "Boxes": "xsd:string", "Products": "tns:Product"}
# Each style: the attributes of soap:body, and the schema of a list type of this name and these items.
STYLES = {
    "literal": (
        'use="literal"',
        '<xsd:complexType name="{0}"><xsd:sequence><xsd:element name="item" type="{1}" minOccurs="0" maxOccurs="unbounded"/></xsd:sequence></xsd:complexType>',
    ),
    "encoded": (
        'use="encoded" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"',
        '<xsd:complexType name="{0}"><xsd:complexContent><xsd:restriction base="soapenc:Array">'
        '<xsd:attribute ref="soapenc:arrayType" wsdl:arrayType="{1}[]"/></xsd:restriction></xsd:complexContent></xsd:complexType>',
    ),
}

# What the person who binds the site answers: lines that are replaced, and by what. The draft itself has no mistake.
ANSWERS = [
    ('<status code="0" is="success"/>', '<status code="0" is="success"/>\n    <status code="17" is="rejected"/>'),
    ('name="draft"', 'name="php"'),
]

CARD_ONLY = {"SmartCardNo": CARD}
TEXT = {**CARD_ONLY, "Text": "Fish & <chips>"}
# Maps a command to the operation and the values that SoapServer must have read, without the transaction.
READ = {
    "ADD_SUBSCRIPTIONS": ("activateProduct", {**CARD_ONLY, "ProductCode": "1111"}),
    "CANCEL_SUBSCRIPTIONS": ("deactivateProduct", {**CARD_ONLY, "ProductCode": "1111"}),
    "GET_ACTIVE_SUBSCRIPTIONS": ("queryProducts", CARD_ONLY),
    "CREATE_PAIRING": ("pairDevices", {"cards": [CARD], "boxes": [BOX]}),
    "ADD_TO_EXISTING_PAIRING": ("extendPairing", {"PairedCardNo": CARD, "boxes": [OTHER_BOX]}),
    "GET_PAIRING_STATUS_FOR_CARD": ("getPairedDevices", CARD_ONLY),
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": ("getPairedCards", {"BoxSerial": BOX}),
    "SEND_MAIL_MESSAGE_TO_CLIENT": ("sendMail", {**TEXT, "SendTime": DATE}),
    "SEND_BARK_MESSAGE_TO_CLIENT": ("showPopup", {**TEXT, "DisplayTime": DATE, "DurationSeconds": 30}),
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": (
        "showRepeatedPopup", {**TEXT, "DisplayTime": DATE, "DurationSeconds": 20, "RepeatCount": 3, "RepeatInterval": 110}),
    "DISPLAY_FINGERPRINT": (
        "showFingerprint", {**CARD_ONLY, "DisplayTime": DATE, "DurationSeconds": 5, "PosX": 1, "PosY": 2, "Height": 3, "Slot": 4}),
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE": ("resetPin", CARD_ONLY),
    "UPDATE_CA_PIN_TO_GIVEN_VALUE": ("setPin", {**CARD_ONLY, "NewPin": PIN}),
}  # fmt: skip

RESULTS = {
    "GET_ACTIVE_SUBSCRIPTIONS": {"subscriptions": [{"service_ca_id": "1111", "start_date": "2030-01-01T00:00:00Z"}, {"service_ca_id": "2222"}]},
    "GET_PAIRING_STATUS_FOR_CARD": {"paired": True, "stbs": [BOX]},
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": {"paired": True, "smartcards": [CARD]},
}


@pytest.fixture(scope="module", params=STYLES)
def use(request):
    return request.param


@pytest.fixture(scope="module")
def wsdl(use, tmp_path_factory):
    body_attributes, list_type = STYLES[use]
    file = tmp_path_factory.mktemp(use) / "gateway.wsdl"
    list_types = "".join(list_type.format(*one) for one in LISTS.items())
    file.write_text((SOURCES / "gateway.wsdl").read_text().replace("@BODY_ATTRIBUTES@", body_attributes).replace("@LIST_TYPES@", list_types))
    return file


@pytest.fixture(scope="module")
def drafted(wsdl):
    """The draft as the tool writes it."""
    file = wsdl.with_name("draft.xml")
    done = draft(wsdl, "--output", file)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def binding(drafted):
    text, written = answered(drafted.read_text(), ANSWERS)
    assert written == 2 and text.count("\n") > 300
    file = drafted.with_name("site.xml")
    file.write_text(text)
    return file


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def gateway(use, wsdl):
    """Returns the address of SoapServer."""
    url = f"http://127.0.0.1:{free_port()}"
    environment = {**os.environ, "GATEWAY_WSDL": str(wsdl), "GATEWAY_CALLS": str(wsdl.with_name("calls")), "GATEWAY_USE": use}
    log = open(wsdl.with_name("php.log"), "wb")
    server = subprocess.Popen(["php", "-S", url[7:], SOURCES / "server.php"], env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + 20
    while True:
        try:
            fetch(url + "/calls")
            break
        except OSError:
            assert server.poll() is None and time.monotonic() < deadline, wsdl.with_name("php.log").read_text()
            time.sleep(0.05)
    yield url
    server.terminate()
    server.wait(timeout=10)
    log.close()


@pytest.fixture(scope="module")
def providers(gateway, binding):
    return {"default": {"endpoint": gateway, "binding": str(binding)}}


@pytest.fixture(scope="module")
def done(database, daemon):
    ids = {code: database.insert(code, parameters) for code, parameters in COMMANDS.items()}
    return {code: database.finished(request_id) for code, request_id in ids.items()}


def test_the_draft_assigns_every_operation_and_is_valid_as_it_is(drafted):
    assert assignment(drafted.read_text()) == {code: operation for code, (operation, _) in READ.items()}
    checked = contegod("check", "--binding", drafted)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_envelopes_of_the_draft_are_valid(wsdl, binding):
    require_valid_envelopes(binding, wsdl)


@pytest.mark.parametrize("code", COMMANDS)
def test_php_reads_what_the_crm_asked_for(done, gateway, code):
    operation, expected = READ[code]
    (read,) = [request for name, request in json.loads(fetch(gateway + "/calls")[1]) if name == operation]

    assert int(read.pop("TransactionId")) == done[code]["id"] * 100_000 + 1
    assert comparable(read) == comparable(expected)


@pytest.mark.parametrize("code", COMMANDS)
def test_the_daemon_reads_what_php_answered(done, code):
    row = done[code]

    assert row["life_cycle_state"] == "COMPLETED", row
    assert row["reference_number"] == f"php-{READ[code][0]}"
    assert row["result"] == RESULTS.get(code)


@pytest.mark.parametrize(("card", "error"), [("01000000998", "SOAP_FAULT:Client"), ("01000000999", "17")])
def test_a_refusal_of_php_is_final(done, database, card, error):
    row = database.finished(database.insert("ADD_SUBSCRIPTIONS", {**COMMANDS["ADD_SUBSCRIPTIONS"], "smartcard_ca_id": card}))

    assert (row["life_cycle_state"], row["error_code"]) == ("REJECTED", error), row


def comparable(read):
    """A list of SoapServer is an object with items if it is literal, and one item is no list."""
    if isinstance(read, dict) and set(read) == {"item"}:
        read = read["item"] if isinstance(read["item"], list) else [read["item"]]
    if isinstance(read, dict):
        return {name: comparable(member) for name, member in read.items() if member is not None}
    return [comparable(one) for one in read] if isinstance(read, list) else str(read)
