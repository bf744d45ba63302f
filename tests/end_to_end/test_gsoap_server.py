"""A CAS made with gSOAP: document/literal, strict validation, WS-Addressing, a UsernameToken with digest, typed faults and a code table.

soapcpp2 writes its WSDL. Its binding file is a draft of contegod-draft-binding in which a person wrote the lines of ANSWERS.
"""

import base64
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.request

import pytest

from drafting import answered, assignment, draft, require_valid_envelopes
from programs import contegod, fetch
from test_every_command import BOX, CARD, COMMANDS, DATE, OTHER_BOX, PIN

SOURCES = pathlib.Path(__file__).with_name("gsoap_server")
PASSWORD = "Rosin-4711-bow"

# What the person who binds the site answers: a text, what replaces it, and how often it stands there.
HEAD = """
  <format name="product"><row ours="1111" theirs="NEWS"/><row ours="2222" theirs="SPORT"/></format>
  <part name="head">
    <wsa:MessageID xmlns:wsa="http://www.w3.org/2005/08/addressing">urn:uuid:{message.id}</wsa:MessageID>
    <wsa:Action xmlns:wsa="http://www.w3.org/2005/08/addressing" soapenv:mustUnderstand="1">{action}</wsa:Action>
    <wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" soapenv:mustUnderstand="1">
      <b:username-token user="contego" password="{secret.GATEWAY}"/>
    </wsse:Security>
  </part>
  <correlation at="/Envelope/Header/RelatesTo" equals="urn:uuid:{message.id}"/>
  <outcomes>
    <status code="1201" is="rejected"/>
    <status code="1305" is="success"/>
    <status code="1900" is="retry"/>"""
ANSWERS = [
    ('name="draft"', 'name="gsoap"'),
    ("\n  <outcomes>", HEAD),
    ("<soapenv:Header/>", '<soapenv:Header><b:part name="head"/></soapenv:Header>', 13),
    ("{service_ca_id}", "{service_ca_id:product}", 2),
    ('at="@product"/>', 'at="@product" format="product"/>'),
]
LINES_BY_HAND = 29  # 13 of them are the same: the header of each command

TIME = int(datetime.datetime.fromisoformat(DATE).timestamp())
TEXT = {"cardNumber": CARD, "text": "Fish & <chips>"}
# Maps a command to the operation and the values that gSOAP must have read, without the number of the command.
READ = {
    "ADD_SUBSCRIPTIONS": ("grantProduct", {"cardNumber": CARD, "product": "NEWS"}),
    "CANCEL_SUBSCRIPTIONS": ("revokeProduct", {"cardNumber": CARD, "product": "NEWS"}),
    "GET_ACTIVE_SUBSCRIPTIONS": ("listProducts", {"cardNumber": CARD}),
    "CREATE_PAIRING": ("pairCardsWithBoxes", {"cards": [CARD], "boxes": [BOX]}),
    "ADD_TO_EXISTING_PAIRING": ("joinPairing", {"pairedCardNumber": CARD, "cards": [], "boxes": [OTHER_BOX]}),
    "GET_PAIRING_STATUS_FOR_CARD": ("getPairingOfCard", {"cardNumber": CARD}),
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": ("getPairingOfBox", {"boxSerial": BOX}),
    "SEND_MAIL_MESSAGE_TO_CLIENT": ("deliverMail", {**TEXT, "deliveryTime": TIME}),
    "SEND_BARK_MESSAGE_TO_CLIENT": ("pushBanner", {**TEXT, "displayTime": TIME, "duration": 30}),
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": (
        "pushRepeatedBanner", {**TEXT, "displayTime": TIME, "duration": 20, "repeatCount": 3, "repeatInterval": 110}),
    "DISPLAY_FINGERPRINT": (
        "displayFingerprint", {"cardNumber": CARD, "displayTime": TIME, "duration": 5, "positionX": 1, "positionY": 2, "height": 3, "slot": 4}),
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE": ("resetPin", {"cardNumber": CARD}),
    "UPDATE_CA_PIN_TO_GIVEN_VALUE": ("changePin", {"cardNumber": CARD, "newPin": PIN}),
}  # fmt: skip

RESULTS = {
    "GET_ACTIVE_SUBSCRIPTIONS": {"subscriptions": [{"service_ca_id": "1111", "start_date": "2030-01-01T00:00:00Z"}, {"service_ca_id": "2222"}]},
    "GET_PAIRING_STATUS_FOR_CARD": {"paired": True, "stbs": [BOX, OTHER_BOX]},
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": {"paired": False, "smartcards": []},
}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Builds the server. Returns the folder with the program and its WSDL."""
    folder = tmp_path_factory.mktemp("gsoap")
    environment = {**os.environ, "CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "1"}
    for command in (["cmake", "-G", "Ninja", "-S", SOURCES, "-B", folder], ["cmake", "--build", folder, "-j2"]):
        made = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture(scope="module")
def wsdl(built):
    return built / "Gateway.wsdl"


@pytest.fixture(scope="module")
def gateway(built):
    """Returns the address of the server."""
    server = subprocess.Popen([built / "gateway", PASSWORD], stdout=subprocess.PIPE, text=True)
    yield json.loads(server.stdout.readline())["listening"]
    server.terminate()
    server.wait(timeout=10)
    server.stdout.close()


@pytest.fixture(scope="module")
def drafted(wsdl, tmp_path_factory):
    """The draft as the tool writes it, and the questions that the tool asks."""
    file = tmp_path_factory.mktemp("site") / "draft.xml"
    done = draft(wsdl, "--output", file)
    assert done.returncode == 0, done.stderr
    return file, done.stderr


@pytest.fixture(scope="module")
def binding(drafted):
    text, written = answered(drafted[0].read_text(), ANSWERS)
    assert written == LINES_BY_HAND and text.count("\n") > 300
    file = drafted[0].with_name("site.xml")
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    """Writes a file of secrets with this password."""

    def write(password):
        file = tmp_path_factory.mktemp("secrets") / "secrets"
        file.touch(mode=0o600)
        file.write_text(f"GATEWAY={password}\n")
        return str(file)

    return write


@pytest.fixture(scope="module")
def providers(gateway, binding, secrets):
    one = {"endpoint": gateway, "binding": str(binding), "retry": {"first_delay_ms": 50, "longest_delay_ms": 100, "most_attempts": 2}}
    return {"default": {**one, "secrets_file": secrets(PASSWORD)}, "wrong": {**one, "secrets_file": secrets("Rosin-4712-bow")}}


@pytest.fixture(scope="module")
def done(database, daemon):
    ids = {code: database.insert(code, parameters) for code, parameters in COMMANDS.items()}
    return {code: database.finished(request_id) for code, request_id in ids.items()}


def test_the_draft_assigns_every_operation_and_is_valid_as_it_is(drafted):
    file, questions = drafted
    assert assignment(file.read_text()) == {code: operation for code, (operation, _) in READ.items()}
    checked = contegod("check", "--binding", file)
    assert (checked.returncode, checked.stderr) == (0, "")
    for asked in ("product takes only NEWS, SPORT: which value of service_ca_id is which?", "which texts of //gatewayFault/errorCode are final refusals",
                  "does the CAS want a user and a password"):  # fmt: skip
        assert asked in questions


def test_the_envelopes_are_valid(wsdl, binding):
    require_valid_envelopes(binding, wsdl)


@pytest.mark.parametrize("code", COMMANDS)
def test_gsoap_reads_what_the_crm_asked_for(done, gateway, code):
    operation, expected = READ[code]
    number = done[code]["id"] * 100_000 + 1
    (read,) = [given for name, given in json.loads(fetch(gateway + "/")[1]) if (name, given["sequenceNumber"]) == (operation, number)]

    assert read == {**expected, "sequenceNumber": number}


@pytest.mark.parametrize("code", COMMANDS)
def test_the_daemon_reads_what_gsoap_answered(done, code):
    row = done[code]

    assert row["life_cycle_state"] == "COMPLETED", row
    assert row["reference_number"] == f"gsoap-{READ[code][0]}"
    assert row["result"] == RESULTS.get(code)


def add(database, card, provider="default"):
    return database.insert("ADD_SUBSCRIPTIONS", {**COMMANDS["ADD_SUBSCRIPTIONS"], "smartcard_ca_id": card}, provider=provider)


@pytest.mark.parametrize(
    ("card", "state", "error", "description"),
    [
        ("01000000991", "REJECTED", "1201", "There is no such card."),
        ("01000000992", "COMPLETED", None, None),
        ("123", "REJECTED", "SOAP_FAULT:Client", "Validation constraint violation"),  # the schema wants 11 digits
    ],
)
def test_the_code_of_a_typed_fault_decides(daemon, database, card, state, error, description):
    row = database.finished(add(database, card))

    assert (row["life_cycle_state"], row["error_code"]) == (state, error), row
    assert description is None or description in row["error_description"]


def test_a_fault_that_the_table_calls_passing_is_tried_again(daemon, database):
    row = database.finished(add(database, "01000000993"))

    assert (row["life_cycle_state"], row["error_code"]) == ("REJECTED", "RETRIES_EXHAUSTED"), row
    assert database.commands(row["id"])[0]["attempts"] == 2


@pytest.mark.parametrize(("card", "provider", "error"), [("01000000994", "default", "1777"), (CARD, "wrong", "SOAP_FAULT:FailedAuthentication")])
def test_a_code_without_a_row_and_a_refused_token_are_held(daemon, database, card, provider, error):
    row = database.in_progress(add(database, card, provider), "HELD")

    assert row["error_code"] == error


def test_the_password_and_its_digest_stand_nowhere(done, database, daemon):
    (command,) = database.commands(done["ADD_SUBSCRIPTIONS"]["id"])

    assert '#PasswordDigest">****</wsse:Password>' in command["request"]
    assert "RelatesTo" in command["response"] and "Security" not in command["response"]
    assert PASSWORD not in command["request"] + daemon.log()


ADDRESSING = """<a:MessageID xmlns:a="http://www.w3.org/2005/08/addressing">urn:uuid:1</a:MessageID>
<a:Action xmlns:a="http://www.w3.org/2005/08/addressing">urn:gsoap.example:gateway#resetPin</a:Action>"""
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"


def token(nonce, kind="PasswordDigest", created="2026-01-02T03:04:05Z"):
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + PASSWORD.encode()).digest()).decode()
    return f"""<s:Security xmlns:s="{PROFILE}wssecurity-secext-1.0.xsd" xmlns:u="{PROFILE}wssecurity-utility-1.0.xsd"><s:UsernameToken>
<s:Username>contego</s:Username><s:Password Type="{PROFILE}username-token-profile-1.0#{kind}">{digest if kind == "PasswordDigest" else PASSWORD}</s:Password>
<s:Nonce EncodingType="{PROFILE}soap-message-security-1.0#Base64Binary">{base64.b64encode(nonce).decode()}</s:Nonce><u:Created>{created}</u:Created>
</s:UsernameToken></s:Security>"""


def post(gateway, header, more=""):
    """Sends resetPin by hand, and returns the answer."""
    body = f'<g:resetPin xmlns:g="urn:gsoap.example:gateway"><g:ticket sequenceNumber="1"/><g:cardNumber>{CARD}</g:cardNumber>{more}</g:resetPin>'
    envelope = f"""<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"""
    request = urllib.request.Request(gateway + "/", envelope.encode(), {"Content-Type": "text/xml", "SOAPAction": '"urn:gsoap.example:gateway#resetPin"'})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def now():
    return f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (lambda: ADDRESSING, "FailedAuthentication"),
        (lambda: ADDRESSING.splitlines()[1] + token(b"no message id 01", created=now()), "MessageAddressingHeaderRequired"),
        (lambda: token(b"no addressing 01", created=now()), "MessageAddressingHeaderRequired"),
        (lambda: ADDRESSING.replace("#resetPin", "#grantProduct") + token(b"another action 1", created=now()), "ActionNotSupported"),
        (lambda: ADDRESSING + token(b"a plain password", "PasswordText", now()), "FailedAuthentication"),
        (lambda: ADDRESSING + token(b"an old message 1"), "Authentication expired"),
    ],
    ids=["no token", "no message id", "no addressing", "another action", "plain password", "an old token"],
)
def test_gsoap_refuses_a_call_with_another_header(gateway, header, said):
    answer = post(gateway, header())

    assert "Fault>" in answer and "gsoap-resetPin" not in answer
    assert said in answer


def test_gsoap_takes_a_token_once_and_no_unknown_element(gateway):
    first, second = (ADDRESSING + token(nonce, created=now()) for nonce in (b"sixteen letters1", b"sixteen letters2"))

    assert "gsoap-resetPin" in post(gateway, first)
    assert "FailedAuthentication" in post(gateway, first)
    assert "in element 'g:mood'" in post(gateway, second, more="<g:mood>fine</g:mood>")
