"""A CAS made from the project's WSDL with a third-party SOAP toolkit understands every envelope, and is understood.

The toolkit is the npm package soap; it is installed into a temporary folder, from the versions in soap_server/.
"""

import json
import pathlib
import shutil
import subprocess

import pytest

from programs import WSDL, fetch
from test_every_command import BOX, CARD, COMMANDS, DATE, OTHER_BOX, PIN

SOURCES = pathlib.Path(__file__).with_name("soap_server")

CLIENTS = {"CaClientIds": {"CaClientId": [CARD]}}
SERVICES = {"ServiceCaIds": {"ServiceCaId": ["1111"]}}

# Maps a command to the operation and the values that the toolkit must have read, without the number of the request.
READ = {
    "ADD_SUBSCRIPTIONS": ("AddSubscriptions", {**CLIENTS, **SERVICES}),
    "CANCEL_SUBSCRIPTIONS": ("CancelSubscriptions", {**CLIENTS, **SERVICES}),
    "GET_ACTIVE_SUBSCRIPTIONS": ("GetActiveSubscriptions", {"CaClientId": CARD}),
    "CREATE_PAIRING": ("CreatePairing", {**CLIENTS, "PairingModuleIds": {"PairingModuleId": [BOX]}}),
    "ADD_TO_EXISTING_PAIRING": (
        "AddToExistingPairing",
        {"PairedCaClientId": CARD, "PairingModuleIds": {"PairingModuleId": [OTHER_BOX]}},
    ),
    "GET_PAIRING_STATUS_FOR_CARD": ("GetPairingStatusForCard", {"CaClientId": CARD}),
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": ("GetPairingStatusForPairingModule", {"PairingModuleId": BOX}),
    "SEND_MAIL_MESSAGE_TO_CLIENT": (
        "SendMailMessageToClients",
        {**CLIENTS, "Message": "Fish & <chips>", "StartIndicationTime": DATE},
    ),
    "SEND_BARK_MESSAGE_TO_CLIENT": (
        "SendBarkMessageToClients",
        {**CLIENTS, "Message": "Fish & <chips>", "DisplayDurationInSeconds": 30, "StartIndicationTime": DATE},
    ),
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": (
        "SendRepeatingBarkMessageToClients",
        {
            **CLIENTS,
            "Message": "Fish & <chips>",
            "DisplayDurationInSeconds": 20,
            "RepetitionCount": 3,
            "RepetitionIntervalInSeconds": 110,
            "StartIndicationTime": DATE,
        },
    ),
    "DISPLAY_FINGERPRINT": (
        "DisplayFingerprintOnClients",
        {
            **CLIENTS,
            "DisplayTime": DATE,
            "DisplayDurationInSeconds": 5,
            "PositionX": 1,
            "PositionY": 2,
            "Height": 3,
            "FingerprintSlot": 4,
        },
    ),
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE": ("UpdateCaPinToDefaultValue", CLIENTS),
    "UPDATE_CA_PIN_TO_GIVEN_VALUE": ("UpdateCaPinToGivenValue", {**CLIENTS, "NewPin": PIN}),
}

RESULTS = {
    "GET_ACTIVE_SUBSCRIPTIONS": {"subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "2222"}]},
    "GET_PAIRING_STATUS_FOR_CARD": {"paired": True, "stbs": [BOX]},
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": {"paired": True, "smartcards": [CARD]},
}


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory):
    """Returns the address of the toolkit's server."""
    folder = tmp_path_factory.mktemp("soap-server")
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(SOURCES / name, folder)
    installed = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    server = subprocess.Popen(["node", "server.js", str(WSDL)], cwd=folder, stdout=subprocess.PIPE, text=True)
    said = json.loads(server.stdout.readline())
    assert said["services"] == 5
    yield said["listening"]
    server.terminate()
    server.wait(timeout=10)
    server.stdout.close()


@pytest.fixture(scope="module")
def providers(toolkit):
    return {"default": {"endpoint": toolkit}}


@pytest.fixture(scope="module")
def done(database, daemon):
    ids = {code: database.insert(code, parameters) for code, parameters in COMMANDS.items()}
    return {code: database.finished(request_id) for code, request_id in ids.items()}


@pytest.mark.parametrize("code", COMMANDS)
def test_the_toolkit_reads_what_the_crm_asked_for(done, toolkit, code):
    operation, expected = READ[code]
    calls = [one for one in json.loads(fetch(toolkit + "/calls")[1]) if one["operation"] == operation]

    (read,) = [one["args"][operation + "Request"] for one in calls]

    assert int(read.pop("SequenceNumber")) == done[code]["id"] * 100_000 + 1
    assert comparable(read) == comparable(expected)


@pytest.mark.parametrize("code", COMMANDS)
def test_the_daemon_reads_what_the_toolkit_answered(done, code):
    row = done[code]

    assert row["life_cycle_state"] == "COMPLETED", row
    assert row["reference_number"].startswith("toolkit-")
    assert row["result"] == RESULTS.get(code)


def comparable(args):
    """The toolkit turns dates into UTC, leaves numbers of custom simple types as text, and writes a list of one in either form."""
    if isinstance(args, dict):
        return {name: comparable(member) for name, member in args.items()}
    if isinstance(args, list) and len(args) == 1:
        return comparable(args[0])
    return "2030-05-06T05:08:09.000Z" if args == DATE else str(args)
