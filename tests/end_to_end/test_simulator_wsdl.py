"""Drives contego-sim with a third-party SOAP toolkit, from nothing but the WSDL that it serves.

CONTEGO_SIM names the program. Run with: CONTEGO_SIM=build/contego-sim python3 tests/end_to_end/test_simulator_wsdl.py
"""

import datetime
import json
import os
import pathlib
import subprocess
import unittest
import urllib.request

import lxml.etree
import zeep

ENVELOPES = pathlib.Path(__file__).parents[2] / "config" / "wsdl" / "soap-envelope.xsd"

AUTHORIZATION = "/ca-server/webservices/client/authorization"
PAIRING = "/ca-server/webservices/caclient/pairing"
MESSAGING = "/ca-server/webservices/caclient/user-text-messaging"
FINGERPRINT = "/ca-server/webservices/caclient/fingerprint"
PIN = "/ca-server/webservices/caclient/pin"

CARD = "01000000017"
OTHER_CARD = "01000000025"
FOREIGN_CARD = "02000000000"
NO_CARD = "09000000000"
BOX = "0012345678"
OTHER_BOX = "0012345679"


def clients(*cards):
    return {"CaClientId": list(cards)}


def services(*ids):
    return {"ServiceCaId": list(ids)}


def boxes(*ids):
    return {"PairingModuleId": list(ids)}


class EveryAnswerIsValid(zeep.Plugin):
    """Validates every answer against the schemas, faults too, since the toolkit alone would accept too much."""

    schema = lxml.etree.XMLSchema(lxml.etree.parse(str(ENVELOPES)))

    def ingress(self, envelope, http_headers, operation):
        self.schema.assertValid(envelope)
        return envelope, http_headers


class SimulatorByItsWsdl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = subprocess.Popen(
            [os.environ["CONTEGO_SIM"], "--listen", "127.0.0.1:0", "--seed", "7"],
            stdout=subprocess.PIPE,
            text=True,
        )
        cls.address = json.loads(cls.simulator.stdout.readline())["listening"]
        cls.clients = {
            path: zeep.Client(cls.address + path + "?wsdl", plugins=[EveryAnswerIsValid()])
            for path in (AUTHORIZATION, PAIRING, MESSAGING, FINGERPRINT, PIN)
        }

    @classmethod
    def tearDownClass(cls):
        cls.simulator.terminate()
        code = cls.simulator.wait(timeout=10)
        cls.simulator.stdout.close()
        assert code == 0, f"contego-sim ended with {code}"

    def setUp(self):
        self.admin("POST", "/sim/reset")

    def admin(self, method, path, document=None):
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.address + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def state(self, card=CARD):
        return json.loads(self.admin("GET", f"/sim/state?smartcard={card}&secrets=1"))

    def call(self, path, operation, **fields):
        fields.setdefault("SequenceNumber", 1)
        return self.clients[path].service[operation](**{operation + "Request": fields})

    def assert_status(self, status, answer):
        self.assertEqual(status, answer.StatusCode, answer.Message)
        self.assertRegex(answer.ReferenceNumber, r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")

    def test_the_wsdl_names_the_address_that_it_was_asked_at(self):
        for path, client in self.clients.items():
            (service,) = client.wsdl.services.values()
            (port,) = service.ports.values()
            self.assertEqual(self.address + path, port.binding_options["address"])

    def test_add_subscriptions_gives_every_client_every_service(self):
        end = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)
        answer = self.call(
            AUTHORIZATION,
            "AddSubscriptions",
            CaClientIds=clients(CARD, OTHER_CARD),
            ServiceCaIds=services("1111", "2222"),
            EndTime=end,
        )

        self.assert_status("OK", answer)
        for card in (CARD, OTHER_CARD):
            held = self.state(card)["subscriptions"]
            self.assertEqual(["1111", "2222"], [one["service_ca_id"] for one in held])
            self.assertTrue(all(one["end_date"].startswith("2099-01-01") for one in held))

    def test_cancel_subscriptions_takes_the_service_away_once(self):
        call = {"CaClientIds": clients(CARD), "ServiceCaIds": services("1111")}
        self.assert_status("OK", self.call(AUTHORIZATION, "AddSubscriptions", **call))

        self.assert_status("OK", self.call(AUTHORIZATION, "CancelSubscriptions", **call))
        self.assert_status("NOT_SUBSCRIBED", self.call(AUTHORIZATION, "CancelSubscriptions", **call))
        self.assertEqual([], self.state()["subscriptions"])

    def test_get_active_subscriptions_lists_what_was_added(self):
        start = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
        self.call(
            AUTHORIZATION,
            "AddSubscriptions",
            CaClientIds=clients(CARD),
            ServiceCaIds=services("1111"),
            StartTime=start,
        )

        answer = self.call(AUTHORIZATION, "GetActiveSubscriptions", CaClientId=CARD)

        self.assert_status("OK", answer)
        (one,) = answer.Subscriptions.Subscription
        self.assertEqual(("1111", start, None), (one.ServiceCaId, one.StartTime, one.EndTime))

    def test_get_active_subscriptions_of_an_untouched_card_is_empty(self):
        answer = self.call(AUTHORIZATION, "GetActiveSubscriptions", CaClientId=CARD)

        self.assert_status("OK", answer)
        self.assertEqual([], list(answer.Subscriptions.Subscription if answer.Subscriptions else []))

    def test_create_pairing_is_seen_from_the_card_and_from_the_box(self):
        call = {"CaClientIds": clients(CARD), "PairingModuleIds": boxes(BOX)}
        self.assert_status("OK", self.call(PAIRING, "CreatePairing", **call))
        self.assert_status("ALREADY_PAIRED", self.call(PAIRING, "CreatePairing", **call))

        of_card = self.call(PAIRING, "GetPairingStatusForCard", CaClientId=CARD)
        of_box = self.call(PAIRING, "GetPairingStatusForPairingModule", PairingModuleId=BOX)

        self.assertEqual((True, [BOX]), (of_card.Paired, of_card.PairingModuleIds.PairingModuleId))
        self.assertEqual((True, [CARD]), (of_box.Paired, of_box.CaClientIds.CaClientId))

    def test_the_pairing_status_of_what_is_not_paired_is_false(self):
        of_card = self.call(PAIRING, "GetPairingStatusForCard", CaClientId=CARD)
        of_box = self.call(PAIRING, "GetPairingStatusForPairingModule", PairingModuleId=BOX)

        self.assert_status("OK", of_card)
        self.assert_status("OK", of_box)
        self.assertIs(False, of_card.Paired)
        self.assertIs(False, of_box.Paired)

    def test_add_to_existing_pairing_adds_a_box_and_a_card(self):
        self.call(PAIRING, "CreatePairing", CaClientIds=clients(CARD), PairingModuleIds=boxes(BOX))

        answer = self.call(
            PAIRING,
            "AddToExistingPairing",
            PairedCaClientId=CARD,
            CaClientIds=clients(OTHER_CARD),
            PairingModuleIds=boxes(OTHER_BOX),
        )

        self.assert_status("OK", answer)
        self.assertEqual([BOX, OTHER_BOX], self.state(OTHER_CARD)["stbs"])

    def test_add_to_existing_pairing_needs_a_pairing(self):
        answer = self.call(PAIRING, "AddToExistingPairing", PairedCaClientId=CARD, PairingModuleIds=boxes(BOX))

        self.assert_status("PAIRING_NOT_FOUND", answer)

    def test_send_mail_message_to_clients_reaches_the_inbox(self):
        answer = self.call(MESSAGING, "SendMailMessageToClients", CaClientIds=clients(CARD), Message="Soir\u00e9e <&>")

        self.assert_status("OK", answer)
        self.assertEqual("Soir\u00e9e <&>", self.state()["mails"][0]["message"])

    def test_send_bark_message_to_clients_reaches_the_screen(self):
        answer = self.call(
            MESSAGING,
            "SendBarkMessageToClients",
            CaClientIds=clients(CARD),
            Message="Hello",
            DisplayDurationInSeconds=20,
        )

        self.assert_status("OK", answer)
        self.assertEqual([{"message": "Hello", "display_duration": 20}], self.state()["barks"])

    def test_send_repeating_bark_message_to_clients_checks_the_interval(self):
        call = {
            "CaClientIds": clients(CARD),
            "Message": "Hello",
            "DisplayDurationInSeconds": 20,
            "RepetitionCount": 3,
        }
        good = self.call(MESSAGING, "SendRepeatingBarkMessageToClients", RepetitionIntervalInSeconds=110, **call)
        bad = self.call(MESSAGING, "SendRepeatingBarkMessageToClients", RepetitionIntervalInSeconds=15, **call)

        self.assert_status("OK", good)
        self.assert_status("INPUT_VALIDATION_ERROR", bad)
        self.assertEqual([3], [one["repetition_count"] for one in self.state()["barks"]])

    def test_display_fingerprint_on_clients_is_shown(self):
        answer = self.call(
            FINGERPRINT,
            "DisplayFingerprintOnClients",
            CaClientIds=clients(CARD),
            DisplayDurationInSeconds=5,
            PositionX=1,
            PositionY=2,
            Height=3,
            FingerprintSlot=4,
        )

        self.assert_status("OK", answer)
        self.assertEqual([{"display_duration": 5, "fingerprint_slot": 4}], self.state()["fingerprints"])

    def test_update_ca_pin_sets_it_and_sets_it_back(self):
        self.assert_status("OK", self.call(PIN, "UpdateCaPinToGivenValue", CaClientIds=clients(CARD), NewPin="4711"))
        self.assertEqual("4711", self.state()["pin"])

        self.assert_status("OK", self.call(PIN, "UpdateCaPinToDefaultValue", CaClientIds=clients(CARD)))
        self.assertEqual("0000", self.state()["pin"])
        self.assertNotIn("4711", self.admin("GET", "/sim/journal"))

    def test_a_plural_call_does_nothing_where_one_client_is_refused(self):
        for card, status in ((NO_CARD, "CLIENT_NOT_FOUND"), (FOREIGN_CARD, "CLIENT_NOT_MANAGED_BY_SMS")):
            answer = self.call(
                AUTHORIZATION, "AddSubscriptions", CaClientIds=clients(CARD, card), ServiceCaIds=services("1111")
            )
            self.assert_status(status, answer)
        self.assertEqual({}, self.state())

    def test_a_product_that_does_not_exist_is_refused(self):
        answer = self.call(
            AUTHORIZATION, "AddSubscriptions", CaClientIds=clients(CARD), ServiceCaIds=services("9111")
        )

        self.assert_status("PRODUCT_NOT_FOUND", answer)

    def test_a_fault_that_was_ordered_is_raised_as_one(self):
        rule = {"when": {"command": "GET_ACTIVE_SUBSCRIPTIONS"}, "do": {"fault": {"code": "Server", "text": "busy"}}}
        self.admin("POST", "/sim/faults", [rule])
        self.addCleanup(self.admin, "DELETE", "/sim/faults")

        with self.assertRaises(zeep.exceptions.Fault) as raised:
            self.call(AUTHORIZATION, "GetActiveSubscriptions", CaClientId=CARD)

        self.assertEqual("busy", raised.exception.message)


if __name__ == "__main__":
    unittest.main()
