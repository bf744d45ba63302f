"""A CAS of quite another make: SOAP 1.2, other paths, names, nesting and attributes, all of them in its binding file.

The default binding contains nothing of it, so a call that works here is not compiled into the daemon.
"""

import http.server
import threading
import xml.etree.ElementTree as ElementTree

import pytest

from test_every_command import COMMANDS

SOAP = "http://www.w3.org/2003/05/soap-envelope"
SITE = "urn:example:signal"

START = '<s:ab b:if="start_indication">{start_indication:uhr}</s:ab>'

# Maps a command to the content of its call. The verb of the call is in an attribute.
CALLS = {
    "ADD_SUBSCRIPTIONS": '<s:karte nr="{smartcard_ca_id}"><s:paket>{service_ca_id}</s:paket></s:karte>',
    "CANCEL_SUBSCRIPTIONS": '<s:karte nr="{smartcard_ca_id}"><s:paket>{service_ca_id}</s:paket></s:karte>',
    "CREATE_PAIRING": '<s:karte b:each="smartcards" nr="{smartcard_ca_id}"/><s:dose b:each="stbs" nr="{stb_ca_id}"/>',
    "ADD_TO_EXISTING_PAIRING": '<s:zu nr="{smartcard_ca_id}"/><s:karte b:each="smartcards" nr="{smartcard_ca_id}"/>'
    '<s:dose b:each="stbs" nr="{stb_ca_id}"/>',
    "GET_ACTIVE_SUBSCRIPTIONS": '<s:karte nr="{smartcard_ca_id}"/>',
    "GET_PAIRING_STATUS_FOR_CARD": '<s:karte nr="{smartcard_ca_id}"/>',
    "GET_PAIRING_STATUS_FOR_PAIRING_MODULE": '<s:dose nr="{stb_ca_id}"/>',
    "SEND_MAIL_MESSAGE_TO_CLIENT": '<s:karte nr="{smartcard_ca_id}"/><s:text>{message}</s:text>' + START,
    "SEND_BARK_MESSAGE_TO_CLIENT": '<s:karte nr="{smartcard_ca_id}"/><s:text dauer="{display_duration}">{message}</s:text>' + START,
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": '<s:karte nr="{smartcard_ca_id}"/><s:text dauer="{display_duration}" '
    'mal="{repetition_count}" alle="{repetition_interval}">{message}</s:text>' + START,
    "DISPLAY_FINGERPRINT": '<s:karte nr="{smartcard_ca_id}"/><s:zeichen x="{position_x}" y="{position_y}" '
    'hoch="{height}" platz="{fingerprint_slot}" dauer="{display_duration}"/>'
    '<s:ab b:if="display_date">{display_date:uhr}</s:ab>',
    "UPDATE_CA_PIN_TO_DEFAULT_VALUE": '<s:karte nr="{smartcard_ca_id}"/>',
    "UPDATE_CA_PIN_TO_GIVEN_VALUE": '<s:karte nr="{smartcard_ca_id}"/><s:geheim>{new_pin}</s:geheim>',
}

VALUES = {
    "GET_PAIRING_STATUS_FOR_CARD": '<value name="paired" type="boolean" at="//befund/@gepaart"/>'
    '<list name="stbs" at="//dose/@nr"/>',
}


def command(code, call):
    return f"""
  <command code="{code}" path="/signal/{code.lower()}" action="{SITE}:{code.lower()}" repeat-safe="yes">
    <request>
      <e:Envelope xmlns:e="{SOAP}" xmlns:s="{SITE}">
        <e:Body><s:auftrag verb="{code.lower()}" id="{{request.id}}"><s:inhalt>{call}</s:inhalt></s:auftrag></e:Body>
      </e:Envelope>
    </request>
    <reply status="//befund/@kode" message="//befund/@wort" reference="//befund/beleg/@nr">{VALUES.get(code, "")}</reply>
  </command>"""


BINDING = f"""<binding xmlns="urn:contego:binding:1" xmlns:b="urn:contego:binding:1" name="other" soap="1.2"
  ignores="communication_queue_number">
  <format name="uhr" time="DD.MM.YYYY hh:mm:ss" zone="Europe/Oslo"/>
  <outcomes><status code="0" is="success"/><status code="7" is="rejected"/></outcomes>
{"".join(command(code, call) for code, call in CALLS.items())}
</binding>
"""

CURSED_CARD = "01000000666"


class OtherCas(http.server.BaseHTTPRequestHandler):
    """Notes its calls. Answers success, or for one card a failure that repeats the whole call."""

    protocol_version = "HTTP/1.1"
    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        order = ElementTree.fromstring(body).find(f".//{{{SITE}}}auftrag")
        self.seen.append((self.path, dict(self.headers), order))
        cursed = CURSED_CARD in body
        words = " ".join(t for t in order.itertext() if t.strip()) if cursed else ""
        answer = (
            f'<x:Envelope xmlns:x="{SOAP}"><x:Body><y:antwort xmlns:y="{SITE}">'
            f'<y:befund kode="{7 if cursed else 0}" wort="no good: {words}" gepaart="1"><y:beleg nr="B-{order.get("id")}"/></y:befund>'
            '<y:dose nr="0012345678"/></y:antwort></x:Body></x:Envelope>'
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def providers(folder):
    (folder / "other.xml").write_text(BINDING)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OtherCas)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {"default": {"endpoint": f"http://127.0.0.1:{server.server_port}/root", "binding": "other.xml"}}
    server.shutdown()
    server.server_close()


def sent(code, parameters, database):
    """Returns the finished row, and the path, headers and content of the call."""
    row = database.finished(database.insert(code, parameters))
    (call,) = [one for one in OtherCas.seen if one[2].get("id") == str(row["id"])]
    return row, *call


@pytest.mark.parametrize("code", COMMANDS)
def test_a_command_goes_out_under_the_names_of_the_site(database, daemon, code):
    row, path, headers, order = sent(code, COMMANDS[code], database)

    assert row["life_cycle_state"] == "COMPLETED", row
    assert row["reference_number"] == f"B-{row['id']}"
    assert (path, order.get("verb")) == (f"/root/signal/{code.lower()}", code.lower())
    assert headers["Content-Type"].startswith("application/soap+xml")
    assert f'action="{SITE}:{code.lower()}"' in headers["Content-Type"]
    assert "SOAPAction" not in headers


def test_values_arrive_in_elements_and_attributes(database, daemon):
    _, _, _, order = sent("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", COMMANDS["SEND_REPEATING_BARK_MESSAGE_TO_CLIENT"], database)

    text = order.find(f".//{{{SITE}}}text")
    assert text.text == "Fish & <chips>"
    assert text.attrib == {"dauer": "20", "mal": "3", "alle": "110"}
    assert order.find(f".//{{{SITE}}}ab").text == "06.05.2030 07:08:09"


def test_a_date_without_a_place_is_refused_and_not_dropped(database, daemon):
    row = database.finished(database.insert("ADD_SUBSCRIPTIONS", {**COMMANDS["CANCEL_SUBSCRIPTIONS"], "start_date": "2030-01-01T00:00:00Z"}))

    assert (row["life_cycle_state"], row["error_code"]) == ("REJECTED", "VALIDATION_ERROR")
    assert row["error_description"].startswith("start_date: must be absent, because the binding has no place for it")
    assert [one for one in OtherCas.seen if one[2].get("id") == str(row["id"])] == []


def test_results_are_read_where_the_binding_says(database, daemon):
    row, *_ = sent("GET_PAIRING_STATUS_FOR_CARD", {"smartcard_ca_id": "01000000017"}, database)

    assert row["result"] == {"paired": True, "stbs": ["0012345678"]}


def test_its_own_code_rejects(database, daemon):
    row, *_ = sent("GET_ACTIVE_SUBSCRIPTIONS", {"smartcard_ca_id": CURSED_CARD}, database)

    assert (row["life_cycle_state"], row["error_code"]) == ("REJECTED", "7")
    assert row["error_description"].startswith("no good")


def test_a_pin_that_the_cas_repeats_is_masked_all_the_same(database, daemon):
    row, *_ = sent("UPDATE_CA_PIN_TO_GIVEN_VALUE", {"smartcard_ca_id": CURSED_CARD, "new_pin": "4711"}, database)

    (stored,) = database.commands(row["id"])
    assert "no good" in row["error_description"]
    for text in (row["error_description"], stored["error_description"], stored["response"], stored["request"], daemon.log()):
        assert "no good: 4711" not in text and ">4711<" not in text
