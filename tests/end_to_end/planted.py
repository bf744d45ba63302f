"""PINs and passwords that a CRM writes, a CAS repeats, or a wrong configuration contains; and the places in which they must not appear."""

import base64
import itertools
import random
import re

from programs import wait_for
from repeating_cas import ANSWERS, WRITTEN

RANDOM = random.Random("planted")
CARDS = (f"01{n:09}" for n in itertools.count(900_000))
PASSWORD = "PWquagga4711okapi"  # the password for the CAS
DATABASE_PASSWORD = "DBzebra0815gnu"
SITE_SECRET = "KEYibex4711tapir"  # {secret.KEY} in the header of every envelope, and in the login
TOKEN = "TOKsloth0815+yak/=="  # {session}, in the header of every envelope and in a header of HTTP

# Notations in which a PIN is recognised. A password is recognised only as it is, as the error page of a proxy shows it.
DISGUISED = {name for name in ANSWERS if name.rsplit(" ", 1)[-1] in {write.__name__ for write in WRITTEN[1:]}} | {"UTF-16", "an attribute"}
HALF = 10  # this number of digits of a PIN must not appear either

PIN_COMMAND = "UPDATE_CA_PIN_TO_GIVEN_VALUE"

# Mistakes of a CRM: an action and parameters for a card and a PIN.
MISTAKES = {
    **{f"as {name}": (lambda card, pin, name=name: (PIN_COMMAND, {"smartcard_ca_id": card, name: pin}))
       for name in ["pin", "newPin", "NEW_PIN", "new_pin ", "new-pin", "Pin", "new_pin_code", "capin", "\tpin", "pin\u200b"]},
    "with a digit too few": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": pin[:-1]}),
    "with letters": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": f"a{pin}b"}),
    "as a number": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": int(pin)}),
    "as a fraction": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": float(pin)}),
    "in a list": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": [pin, [pin]]}),
    "in an object": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": {"value": pin, "a": [{"b": pin}]}}),
    "as a name": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": {pin: 1}}),
    "in the card": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": {"id": card, "pin": pin}, "new_pin": pin}),
    "in a list in the card": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": [{"pin": [pin]}], "new_pin": pin}),
    "nested": lambda card, pin: ("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1", "a": [{"b": [{"pin": {"c": pin}}]}]}),
    "with the service": lambda card, pin: ("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": {"pin": pin}}),
    "in smartcards": lambda card, pin: ("CREATE_PAIRING", {"smartcards": [{"smartcard_ca_id": card, "pin": pin}], "stbs": [{"stb_ca_id": "1"}]}),
    "in the id of smartcards": lambda card, pin: ("CREATE_PAIRING", {
        "smartcards": [{"smartcard_ca_id": {"pin": pin}}], "stbs": [{"stb_ca_id": [{"PIN": pin}]}]}),
    "in cards of a place": lambda card, pin: ("BECOME_SUBSCRIBER", {"distributions": [
        {"distributor": "R", "smartcards": [{"pin": pin}, card], "stbs": [{"newPin": [pin]}], "services": ["1"]}]}),
    "in what was added": lambda card, pin: ("SWAP_INSTALLED_ITEM", {"distributions": [
        {"distributor": "R", "smartcards": [card], "services": ["1"], "added": {"smartcards": [{"pin": pin}], "pin": pin},
         "removed": {"stbs": [[{"pin": pin}]]}}]}),
    "for the distributor": lambda card, pin: ("BECOME_SUBSCRIBER", {"distributions": [
        {"distributor": {"pin": pin}, "smartcards": [card], "services": ["1"], "paired": {"pin": pin}}], "draft": {"pin": pin}}),
    "for an unknown action": lambda card, pin: ("CHANGE_THE_PIN", {"card": card, "pin": pin, "more": {"newPin": pin}}),
    "misspelt": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pn": pin, "newpassword": pin, "ｎｅｗ＿ｐｉｎ": pin}),
    "misspelt, nested": lambda card, pin: ("UPDATE_CA_PIN_TO_DEFAULT_VALUE", {"smartcard_ca_id": card, "data": {"np": pin}, "more": [pin]}),
    "beside a mistake": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": pin, "colour": "red", "x": [1]}),
}


X = DATABASE_PASSWORD
GOOD_CONNECTION = f"host=/nowhere dbname=x password={X}"
# Configurations with a mistake near a password, as text.
CONFIGURATIONS = {
    "a comma is missing": f'{{"database": {{"connection": "{GOOD_CONNECTION}" "lease_ms": 1}}}}',
    "a quote is missing": f'{{"database": {{"connection": "{GOOD_CONNECTION}, "lease_ms": 1}}}}',
    "no end": f'{{"database": {{"connection": "{GOOD_CONNECTION}',
    "a line in it": f'{{"database": {{"connection": "host=/nowhere password={X}\n"}}}}',
    "an escape nobody knows": f'{{"database": {{"connection": "password={X}\\q"}}}}',
    "a comma too many": f'{{"database": {{"connection": "{GOOD_CONNECTION}",}}, "providers": {{}}}}',
    "no quotes": f'{{"database": {{"password": {X}}}}}',
    "single quotes": f"{{'database': {{'password': '{X}'}}}}",
    "a key nobody knows": f'{{"database": {{"connection": "dbname=x", "password": "{X}"}}, "providers": {{"a": {{"password": "{X}"}}}}}}',
    "a list": f'{{"database": {{"connection": ["{GOOD_CONNECTION}"], "password_file": ["{X}"]}}, "providers": {{"a": {{"user": ["{X}"]}}}}}}',
    "an object": f'{{"database": {{"connection": {{"password": "{X}"}}, "password_file": {{"x": "{X}"}}}}, "providers": {{}}}}',
    "a quote of libpq is missing": '{"database": {"connection": "dbname=x password=\'%s"}, "providers": {"a": {"endpoint": "http://h"}}}' % X,
    "a word nobody knows": '{"database": {"connection": "dbname=x pasword=%s"}, "providers": {"a": {"endpoint": "http://h"}}}' % X,
    "a word alone": '{"database": {"connection": "dbname=x password = %s %s"}, "providers": {"a": {"endpoint": "http://h"}}}' % (X, X),
    "a URI with a bad port": '{"database": {"connection": "postgresql://u:%s@/nowhere:x/db"}, "providers": {"a": {"endpoint": "http://h"}}}' % X,
    "a URI with a percent": '{"database": {"connection": "postgresql://u:%s%%zz@h/db"}, "providers": {"a": {"endpoint": "http://h"}}}' % X,
    "a server that is not there": '{"database": {"connection": "host=/nowhere password=%s"}, "providers": {"a": {"endpoint": "http://127.0.0.1:9"}}}' % X,
    "a mode nobody knows": '{"database": {"connection": "host=/nowhere password=%s sslmode=bogus"}, "providers": {"a": {"endpoint": "http://h"}}}' % X,
    "in the endpoint": '{"database": {"connection": "host=/nowhere"}, "providers": {"a": {"endpoint": "http://u:%s@h:x/"}, "b": {"endpoint": "ftp://u:%s@h"}}}' % (X, X),
    "in a standby": '{"database": {"connection": "host=/nowhere"}, "providers": {"a": {"endpoint": "http://h", "standby_endpoints": ["ftp://u:%s@h", 1]}}}' % X,
    "twice": '{"database": {"connection": "password=%s", "connection": 1}, "providers": {"a": {"endpoint": "http://h"}}}' % X,
    "to listen": '{"database": {"connection": "host=/nowhere", "listen_connection": ["password=%s"]}, "providers": {"a": {"endpoint": "http://h"}}}' % X,
    "bytes that are no text": '{"database": {"connection": "password=%s\udcff"}, "providers": {}}' % X,
}

# Queries with which a login might see the PIN of an open request of another login.
LOOKS = [
    "SELECT parameters::text FROM contego.request", "SELECT r::text FROM contego.request AS r", "SELECT to_jsonb(r)::text FROM contego.request AS r",
    "SELECT parameters::text FROM contego.request_open", "SELECT r::text FROM contego.request_open AS r",
    "SELECT parameters #>> '{new_pin}' FROM contego.request WHERE parameters ? 'new_pin'",
    "SELECT parameters::text FROM contego.request_status", "SELECT s::text FROM contego.request_status AS s",
    "SELECT contego.masked(parameters)::text FROM contego.request", "SELECT contego.shown(parameters)::text FROM contego.request",
    "SELECT string_agg(parameters::text, ',') FROM contego.request WHERE parameters IS NOT NULL",
    "SELECT most_common_vals::text FROM pg_stats WHERE schemaname = 'contego'", "SELECT histogram_bounds::text FROM pg_stats WHERE schemaname = 'contego'",
    "SELECT lanes::text || error_description FROM contego.request", "SELECT t::text FROM contego.subject AS t",
    "SELECT row_to_json(c)::text FROM contego.command AS c", "SELECT q::text FROM contego.stuck AS q", "SELECT t::text FROM contego.timeline AS t",
    "SELECT f::text FROM contego.finished_after(0) AS f", "SELECT p::text FROM contego.preview('cancel', ARRAY(SELECT generate_series(1, 1000))) AS p",
    "SELECT query FROM pg_stat_activity", "SELECT r::text FROM contego.request AS r WHERE pg_temp.tell(r.parameters)",
    "SELECT parameters::text FROM contego.request WHERE pg_temp.tell(parameters)", "SELECT id::text FROM contego.request WHERE pg_temp.tell(parameters)",
    "SELECT id::text FROM contego.request_status WHERE pg_temp.tell(parameters)",
    "WITH x AS (SELECT * FROM contego.request) SELECT x::text FROM x", "SELECT (SELECT parameters::text FROM contego.request LIMIT 1)",
    "TABLE contego.request", "SELECT xmlforest(parameters)::text FROM contego.request", "SELECT query_to_xml('TABLE contego.request', true, true, '')::text",
    "SELECT table_to_xml('contego.request_open', true, true, '')::text", "INSERT INTO contego.request (action, parameters) VALUES ('X', '{}') RETURNING (SELECT r::text FROM contego.request AS r LIMIT 1)",
    "SELECT s::text FROM contego.submit('X', '{}', idempotency_key => 'of the other') AS s",
]
TELL = ("CREATE FUNCTION pg_temp.tell(jsonb) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
        "$$ BEGIN RAISE NOTICE 'told: %', $1; RETURN true; END $$")


class Planted:
    def __init__(self, database, cas):
        self.database, self.cas = database, cas
        self.pins = {}  # the PIN, and the place in which it was planted
        self.ids = []

    def pin(self, where):
        pin = "".join(RANDOM.choice("123456789") for _ in range(20))
        self.pins[pin] = where
        return pin

    def insert(self, action, parameters, **columns):
        self.ids.append(self.database.insert(action, parameters, **columns))
        return self.ids[-1]

    def plant(self):
        for where, answer in ANSWERS.items():
            card, pin = next(CARDS), self.pin(f"the CAS answers: {where}")
            self.cas.answers[card] = (answer, pin)
            self.insert(PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": pin})
            for secret in (SITE_SECRET, TOKEN):
                card = next(CARDS)
                self.cas.answers[card] = (answer, secret)
                self.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1111"})
            if where in DISGUISED:
                continue
            card = next(CARDS)
            self.cas.answers[card] = (answer, PASSWORD if len(self.pins) % 3 else base64.b64encode(f"crm:{PASSWORD}".encode()).decode())
            self.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1111"})
        for where, mistake in MISTAKES.items():
            self.insert(*mistake(next(CARDS), self.pin(f"the CRM writes: {where}")))
        for verb in ("cancel", "close"):
            one = self.insert(PIN_COMMAND, {"smartcard_ca_id": next(CARDS), "new_pin": self.pin(f"ended by {verb}")}, scheduled_date="2100-01-01")
            self.database.query(f"SELECT * FROM contego.{verb}(%s, 'no more')", one)
        self.insert(PIN_COMMAND, {"smartcard_ca_id": next(CARDS), "new_pin": self.pin("done")}, subscription="S", idempotency_key="planted")

    def settle(self):
        """Waits until all requests have ended or are held. Releases the held requests once, so that they fail again, and then cancels them."""
        self._wait()
        held = "(SELECT array_agg(id) FROM contego.request_open WHERE progress = 'HELD')"
        self.database.query(f"SELECT * FROM contego.release({held}, 'once more')")
        self._wait()
        self.database.query(f"SELECT * FROM contego.cancel({held}, 'enough')")
        assert self.database.query("SELECT id, progress FROM contego.request_open") == []

    def _wait(self):
        sql = "SELECT id, progress, error_code FROM contego.request_open WHERE progress <> 'HELD' LIMIT 5"
        wait_for(lambda: not self.database.query(sql), 90, lambda: self.database.query(sql))

    def found_in(self, text):
        """Returns the planted secrets in a text, each with the text around it."""
        halves = {pin[at:at + HALF]: where for pin, where in self.pins.items() for at in range(len(pin) - HALF + 1)}
        found = {}
        for digits in re.finditer(r"\d{%d,}" % HALF, text):
            run = digits.group()
            for at in range(len(run) - HALF + 1):
                if where := halves.get(run[at:at + HALF]):
                    found.setdefault(where, text[max(0, digits.start() - 60):digits.end() + 20])
        return found


def passwords_in(text):
    """Returns the passwords, their HTTP header, and pieces of the site's secret and of the token in a text, each with the text around it."""
    header = base64.b64encode(f"crm:{PASSWORD}".encode()).decode().rstrip("=")
    pieces = [whole[at:at + HALF] for whole in (SITE_SECRET, TOKEN) for at in range(len(whole) - HALF + 1)]
    return {secret: text[max(0, text.index(secret) - 60):text.index(secret) + 40]
            for secret in (PASSWORD, DATABASE_PASSWORD, header, *pieces) if secret in text}
