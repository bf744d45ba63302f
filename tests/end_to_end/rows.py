"""Rows that no sane program would insert, one kind after the other. A seed decides.

A kind is a function that makes the columns of a row. A row names the columns that a refusal of it may name, and has a card of its own.
PostgreSQL itself refuses values that it cannot read as their type, such as a number too large, or JSON nested beyond its stack. It does
so before any function of the schema runs: these errors name no column, and the schema cannot change that.
"""

import dataclasses
import json
import random

DATES = ["-infinity", "infinity", "4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00", "0001-01-01 00:00:00+00",
         "0001-12-31 23:59:59.999999+00 BC", "1970-01-01 00:00:00+00", "1900-02-28 23:59:60+00", "2038-01-19 03:14:08+00",
         "9999-12-31 23:59:59+00", "10000-01-01 00:00:00+00", "now", "epoch", "yesterday", "2000-01-01 00:00:00+15:59",
         "2000-01-01 00:00:00-15:59", "1582-10-10 00:00:00+00", "2026-03-29 02:30:00 Europe/Berlin"]

TEXTS = ["", " ", "\t", "\n", "  x  ", "'", "''; DROP TABLE contego.request; --", "\\", "\\x00", "\\u0000", "%s %d %n", "{}", "{0}",
         "$1", "$$", "NULL", "null", "None", "a" * 40 + "é" * 40, "a" + "é" * 40, "a" + "é" * 49 + "€" * 60, "é" * 41, "€" * 99,
         "\U0001f4fa" * 41, "a" * 99 + "\U0001f4fa", "e\u0301" * 60, "\u202eevil\u202c", "\u200b", "\ufeff", "\u2028\u2029",
         "\u00a0", "\uffff", "\ufdd0", "\U0010ffff", "שלום", "مرحبا", "\x01\x02\x1b[31m", "\x7f", "\x85", "]]>", "<a>&amp;</a>",
         "../../etc/passwd", "http://127.0.0.1:1/", "x" * 101, "x" * 501, "x" * 2713, "y" * 10_000]

PRIORITIES = ["AAA", "EXPRESS ", "express", "Express", "REGULAR\n", "ＥＸＰＲＥＳＳ", "E\u200bXPRESS", "ZZZ", "0", "-1", "~"]
PROVIDERS = ["Default", "DEFAULT", "default ", " default", "default\u200b", "de\u0301fault", "defau1t", "defa\u202eult", "default\n"]

NUMBERS = ["1e131071", "-1e131071", "1e-16383", "0e-16383", "0e16383", "1e-400", "1e400", "-1e400", "-0.0", "-0", "9223372036854775807",
           "9223372036854775808", "-9223372036854775809", "18446744073709551616", "1.7976931348623159e308", "4.9e-324", "1e308",
           "0.1", "1E+2", "1" * 40, "9" * 1000, "9" * 100_000, "0." + "3" * 16_000, "1e131072", "1e-16384", "01", "-", "NaN", "1e999999999"]

LEAVES = ["null", "true", "false", '""', "[]", "{}", "0", "[[]]", "[{}]", '{"": ""}', "[null]", '["x", 1]', '"\\ud83d\\udcfa"', '"\\u0001"']

PINS = ["pin", "PIN", "newPin", "NEW_PIN", "pın", "pi\u0307n", "new_pin", "mapping", "spin", "p in", "ｐｉｎ"]

MEMBERS = ["smartcard_ca_id", "smartcards", "stbs", "distributions", "service_ca_id", "message", "draft", "order", "new_pin", "x"]

ACTIONS = ["ADD_SUBSCRIPTIONS", "CREATE_PAIRING", "BECOME_SUBSCRIBER", "SWAP_INSTALLED_ITEM", "SEND_BARK_MESSAGE_TO_CLIENT",
           "DISPLAY_FINGERPRINT", "UPDATE_CA_PIN_TO_GIVEN_VALUE", "CHANGE_SUBSCRIPTION_DISTRIBUTION", "GET_PAIRING_STATUS_FOR_CARD"]


@dataclasses.dataclass
class Row:
    kind: str
    about: tuple  # the columns that a refusal may name
    columns: dict


def parameters(card, member=None, written=None):
    """Returns good parameters with one bad member, which is JSON as written."""
    good = {"smartcard_ca_id": json.dumps(card), "service_ca_id": '"1111"'}
    if member is not None:
        good[member] = written
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in good.items()) + "}"


def nested(depth, core="1", kind="array"):
    opening, closing = {"array": ("[", "]"), "object": ('{"a":', "}"), "mixed": ('[{"":', "}]")}[kind]
    return opening * depth + core + closing * depth


class Rows:
    """An endless stream of rows; equal seeds give equal streams."""

    def __init__(self, seed, first_card):
        self.random = random.Random(f"rows {seed}")
        self.next_card = first_card
        self.kinds = [
            (10, self.date), (6, self.text), (8, self.priority), (5, self.provider), (6, self.key), (10, self.number), (4, self.numbers),
            (8, self.depth), (4, self.deep_pin), (6, self.pin_in_a_list), (4, self.twice), (3, self.wide), (5, self.not_a_list),
            (14, self.anything), (4, self.message), (4, self.distribution), (3, self.several),
        ]

    def __iter__(self):
        weights = [weight for weight, _ in self.kinds]
        while True:
            (_, make), = self.random.choices(self.kinds, weights)
            yield make()

    def one_of_each(self):
        return [make() for _, make in self.kinds]

    def card(self):
        self.next_card += 1
        return f"01{self.next_card:09}"

    def row(self, kind, about, written=None, **columns):
        card = self.card()
        given = {"action": "ADD_SUBSCRIPTIONS", "parameters": written or parameters(card), "subscription": f"any-{card}"}
        return Row(kind, tuple(about.split()), {**given, **columns})

    def about_parameters(self, kind, member, written, action=None):
        action = action or self.random.choice(ACTIONS)
        return self.row(kind, "parameters", parameters(self.card(), member, written), action=action)

    # Values of the CRM's columns.

    def date(self):
        return self.row("date", "scheduled_date", scheduled_date=self.random.choice(DATES))

    def text(self):
        column = self.random.choice(["action", "subscription", "process_name", "process_id"])
        return self.row(f"text in {column}", column, **{column: self.random.choice(TEXTS)})

    def priority(self):
        return self.row("priority", "priority", priority=self.random.choice(PRIORITIES + TEXTS + [None]))

    def provider(self):
        return self.row("provider", "provider", provider=self.random.choice(PROVIDERS + TEXTS + [None]))

    def key(self):
        key = self.random.choice(TEXTS + ["same"]) + self.random.choice(["", f"{self.next_card}"])
        return self.row("idempotency key", "idempotency_key", idempotency_key=key)

    def several(self):
        return self.row("several", "scheduled_date priority provider process_id parameters idempotency_key",
                        scheduled_date=self.random.choice(DATES), priority=self.random.choice(PRIORITIES + TEXTS),
                        process_id=self.random.choice(TEXTS), idempotency_key=self.random.choice(TEXTS) + str(self.next_card))

    # Values of members of the parameters.

    def number(self):
        member = self.random.choice(MEMBERS + ["position_x", "repetition_count", "communication_queue_number", "display_duration"])
        return self.about_parameters("number", member, self.random.choice(NUMBERS))

    def numbers(self):
        some = ",".join([self.random.choice(NUMBERS[:18])] * self.random.choice([3, 3, 7, 7, 30, 300]))
        return self.about_parameters("numbers", self.random.choice(MEMBERS), f"[{some}]")

    def depth(self):
        depth = self.random.choice([29, 30, 31, 32, 33, 34, 64, 300, 450, 900, 2000, 5000, 25_000])
        kind = self.random.choice(["array", "object", "mixed"])
        return self.about_parameters(f"nested {kind}", self.random.choice(MEMBERS), nested(depth, kind=kind))

    def deep_pin(self):
        depth = self.random.choice([1, 5, 28, 30, 31, 32, 450, 900, 2500])
        core = f'{{{json.dumps(self.random.choice(PINS))}: "1234"}}'
        return self.about_parameters("a PIN in the depth", self.random.choice(MEMBERS), nested(depth, core))

    def pin_in_a_list(self):
        name = json.dumps(self.random.choice(PINS))
        written = self.random.choice(['[{{{0}: "1234"}}]', '[[{{{0}: [1, {{{0}: 2}}]}}]]', '{{{0}: {{{0}: "1"}}}}', '["1234", {{{0}: null}}]'])
        return self.about_parameters("a PIN in a list", self.random.choice(MEMBERS), written.format(name))

    def twice(self):
        name = json.dumps(self.random.choice(["smartcard_ca_id", "new_pin", "", "k" * 65_536, "\u202e", "a"]))
        return self.row("members twice", "parameters", "{" + f'{name}: 1, {name}: [2], "": {{}}, {name}: "01000000017"' + "}")

    def wide(self):
        member = self.random.choice(["smartcards", "stbs"])
        inner = member[:-1] + "_ca_id"
        items = ",".join(f'{{"{inner}": "{n:011}"}}' for n in range(self.random.choice([49, 51, 60, 60, 60, 60, 300, 2000])))
        return self.about_parameters("wide", member, f"[{items}]", action="CREATE_PAIRING")

    def not_a_list(self):
        written = self.random.choice(['[["01000000017"]]', '[{"smartcard_ca_id": {"pin": "1234"}}]', '[{"smartcard_ca_id": ["1", ["2"]]}]',
                                      '{"smartcard_ca_id": "1"}', '[1, 2, 3]', '[{"smartcard_ca_id": 1e131071}]', '[[[[[]]]]]', '"01000000017"'])
        return self.about_parameters("no list of cards", self.random.choice(["smartcards", "stbs", "smartcard_ca_id"]), written)

    def message(self):
        text = self.random.choice([json.dumps(one) for one in TEXTS] + ['"\\u0000"', '"\\ud800"', '"\\udfff\\ud800"', '"\\u202e\\u0000"'])
        return self.about_parameters("message", "message", text, action="SEND_BARK_MESSAGE_TO_CLIENT")

    def distribution(self):
        many = self.random.choice([1, 2, 60])
        services = json.dumps([str(n) for n in range(many)])
        cards = self.random.choice(['["{0}"]', '[{{"pin": "1234"}}, "{0}"]', '[["{0}"]]', "[null, true, 1e131071]", '{{"a": "{0}"}}'])
        place = '{"distributor": "R", "smartcards": ' + cards.format(self.card()) + f', "services": {services}, "added": {{"services": []}}}}'
        return self.row("distribution", "parameters", f'{{"distributions": [{place}]}}', action=self.random.choice(ACTIONS))

    def anything(self):
        members = {self.random.choice(MEMBERS + PINS + TEXTS[:30]): self._any(0) for _ in range(self.random.randrange(6))}
        written = "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in members.items()) + "}"
        return self.row("anything", "parameters", written, action=self.random.choice(ACTIONS))

    def _any(self, depth):
        choice = self.random.random()
        if depth > 4 or choice < 0.3:
            return self.random.choice(LEAVES)
        if choice < 0.5:
            return json.dumps(self.random.choice(TEXTS + [self.card()]))
        if choice < 0.6:
            return self.random.choice(NUMBERS[:18])
        if choice < 0.8:
            return "[" + ", ".join(self._any(depth + 1) for _ in range(self.random.randrange(5))) + "]"
        names = self.random.choices(MEMBERS + PINS + ["smartcard_ca_id", "added", "services"], k=self.random.randrange(5))
        return "{" + ", ".join(f"{json.dumps(name)}: {self._any(depth + 1)}" for name in names) + "}"


def huge(card):
    """Returns the few rows that take a second to send. Each of them once stopped the whole queue."""
    def about(kind, member, written, action="ADD_SUBSCRIPTIONS"):
        row = Row(kind, ("parameters",), {"action": action, "parameters": parameters(card(), member, written)})
        return row

    services = json.dumps([f"{n:04}" for n in range(200)])
    cards = json.dumps([f"02{n:09}" for n in range(200)])
    many_cards = ",".join(f'{{"smartcard_ca_id": "{n}"}}' for n in range(1_000_000))
    twenty_four = '{"pin": "' + "1" * 100 + '", "a": ' + nested(440, '"x"') + "}"
    yield about("81 KB of the largest numbers", "x", "[" + ",".join(["1e131071"] * 9000) + "]")
    yield about("a million cards", "smartcards", f"[{many_cards}]", "CREATE_PAIRING")
    yield about("24 MB of one text", "message", '"' + "x" * 24_000_000 + '"', "SEND_BARK_MESSAGE_TO_CLIENT")
    yield about("24 MB nested 450 deep", "x", "[" + ",".join([twenty_four] * 24_000) + "]")
    yield about("1 MB of text", "message", '"' + "é" * 520_000 + '"', "SEND_MAIL_MESSAGE_TO_CLIENT")
    yield about("900 KB of zeros", "x", "[" + ",".join(["0"] * 450_000) + "]")
    yield about("5,000 cards", "smartcards", "[" + ",".join(f'{{"smartcard_ca_id": "7{n}"}}' for n in range(5000)) + "]", "CREATE_PAIRING")
    place = f'[{{"distributor": "R", "smartcards": {cards}, "services": {services}}}]'
    yield about("200 cards with 200 services", "distributions", place, "ACTIVATE_SUBSCRIPTION")
    for column in ("action", "subscription", "process_name", "process_id", "provider", "priority", "idempotency_key"):
        given = {"action": "ADD_SUBSCRIPTIONS", "parameters": parameters(card())}
        yield Row(f"1 MB in {column}", (column,), {**given, column: "€x" * 262_144})
