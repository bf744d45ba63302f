"""A CAS that pairs one card with one box a call: `call="each"` makes one exchange for each pair."""

import http.server
import re
import threading

import pytest

from programs import REPOSITORY, contegod, wait_for
from repeating_cas import reply

BINDING = re.sub(r'(<command code="(?:CREATE_PAIRING|ADD_TO_EXISTING_PAIRING)")', r'\1 call="each"',
                 (REPOSITORY / "config/binding.xml").read_text())
CARDS, BOXES = ("01000000017", "01000000025"), ("0012345678", "0012345686", "0012345694")
PAIRS = [(card, box) for card in CARDS for box in BOXES]
PARAMETERS = {"smartcards": [{"smartcard_ca_id": card} for card in CARDS], "stbs": [{"stb_ca_id": box} for box in BOXES]}


class PairingCas:
    """Notes the pairs of all calls. `status` maps a pair to the status of its answers. The answer to the pair `late` waits for `go_on`."""

    def __init__(self):
        cas = self
        self.pairs = []
        self.done = []
        self.status = {}
        self.late = None
        self.go_on = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                text = cas.answer(tuple(re.findall(r":(?:CaClient|PairingModule)Id>(\d+)<", body))).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "text/xml; charset=utf-8")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, pair):
        self.pairs.append(pair)
        if pair == self.late:
            self.go_on.wait(30)
        status = self.status.get(pair, "OK")
        if status == "OK":
            self.done.append(pair)
        return reply(status)

    def stop(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def cas():
    running = PairingCas()
    yield running
    running.stop()


@pytest.fixture
def site(folder, cas):
    (folder / "each.xml").write_text(BINDING)
    return {"default": {"endpoint": cas.url, "binding": "each.xml"}}


def test_each_pair_is_a_call_of_its_own_in_order(database, launch, site, cas):
    launch(site)

    one = database.insert("CREATE_PAIRING", PARAMETERS)
    row = database.finished(one)

    assert row["life_cycle_state"] == "COMPLETED", row
    assert cas.pairs == PAIRS
    commands = database.commands(one)
    assert [c["sequence"] for c in commands] == [1, 2, 3, 4, 5, 6]
    assert [(c["parameters"]["smartcards"][0]["smartcard_ca_id"], c["parameters"]["stbs"][0]["stb_ca_id"]) for c in commands] == PAIRS


def test_it_stops_at_the_first_failure_and_goes_on_there(database, launch, site, cas):
    cas.status[PAIRS[3]] = "SYSTEM_ERROR"
    launch(site)
    one = database.insert("CREATE_PAIRING", PARAMETERS)
    wait_for(lambda: cas.pairs.count(PAIRS[3]) >= 3)
    assert cas.done == PAIRS[:3]
    assert database.request(one)["life_cycle_state"] == "PENDING"

    cas.status.clear()
    row = database.finished(one)
    assert row["life_cycle_state"] == "COMPLETED", row
    assert cas.done == PAIRS


def test_a_refused_pair_ends_the_request(database, launch, site, cas):
    cas.status[PAIRS[2]] = "CLIENT_NOT_FOUND"
    launch(site)

    one = database.insert("CREATE_PAIRING", PARAMETERS)
    row = database.finished(one)

    assert (row["life_cycle_state"], row["error_code"]) == ("REJECTED", "CLIENT_NOT_FOUND")
    assert cas.pairs == PAIRS[:3]
    assert [c["outcome"] for c in database.commands(one)] == ["success", "success", "rejected"]


def test_a_daemon_that_is_killed_in_the_middle_is_followed_by_one_that_goes_on_there(database, launch, site, cas):
    cas.late = PAIRS[3]
    first = launch(site)
    one = database.insert("CREATE_PAIRING", PARAMETERS)
    wait_for(lambda: PAIRS[3] in cas.pairs)
    wait_for(lambda: len(database.commands(one)) == 3)  # the three answers are durable
    first.kill()
    cas.late = None
    cas.go_on.set()

    launch(site)
    row = database.finished(one, timeout=30)

    assert row["life_cycle_state"] == "COMPLETED", row
    # The fourth call was in flight, and it is safe to repeat. No other pair is sent twice.
    assert cas.pairs == PAIRS[:4] + PAIRS[3:]
    assert len(database.commands(one)) == len(PAIRS)


def test_the_pairing_of_an_action_is_split_too(database, launch, site, cas):
    launch(site)

    one = database.insert("BECOME_SUBSCRIBER", {"distributions": [
        {"distributor": "ROOM", "smartcards": [CARDS[0]], "stbs": BOXES[:2], "services": ["1111"]}]})
    row = database.finished(one)

    assert row["life_cycle_state"] == "COMPLETED", row
    assert [c["type"] for c in database.commands(one)] == ["CREATE_PAIRING", "CREATE_PAIRING", "ADD_SUBSCRIPTIONS"]
    assert cas.pairs[:2] == [(CARDS[0], BOXES[0]), (CARDS[0], BOXES[1])]


def test_the_dry_runs_show_the_pairs(folder, site):
    shown = contegod("plan", "--action", "CREATE_PAIRING", "--binding", folder / "each.xml", "--parameters", "-",
                     stdin='{"smartcards": [{"smartcard_ca_id": "01"}], "stbs": [{"stb_ca_id": "91"}, {"stb_ca_id": "92"}]}')
    assert shown.stdout.count('"CREATE_PAIRING"') == 2, shown.stderr
