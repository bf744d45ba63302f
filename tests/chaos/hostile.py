"""Rows in the load of kinds that once stopped a provider. They share cards with the good rows.

Each row is of one of three sorts. A legal row must end like any other. A wrong order must end REJECTED. A row that no daemon could handle
is refused by the INSERT. It has a transaction of its own, so that no other row is refused with it.
"""

import json

LONG_AGO = ["-infinity", "4714-11-24 00:00:00+00 BC", "0001-01-01 00:00:00+00"]
PRIORITIES = ["AAA", "express", "a" + "é" * 40, "é" * 60, "ZZZ"]


def nested(depth, core):
    return "[" * depth + core + "]" * depth


def made(random, card, service):
    """Returns the columns of a hostile row, and the state in which it must end. REFUSED: the INSERT must refuse it."""
    good = {"smartcard_ca_id": card, "service_ca_id": service}
    kind = random.choice([since_ever, since_ever, odd_priority, deep, too_deep, too_many_digits, too_many_cards, large, too_large, never])
    return {"action": "ADD_SUBSCRIPTIONS", "parameters": good, "expect": [], "state": "REJECTED", **kind(random, card, good)}


def with_member(good, written):
    """Appends JSON text, since Python would not nest so deep, and would not write such numbers."""
    return json.dumps(good)[:-1] + f', "more": {written}}}'


def since_ever(random, card, good):
    services = f"ADD_SUBSCRIPTIONS {card} {good['service_ca_id']} "
    return {"at": random.choice(LONG_AGO), "expect": [services], "state": "COMPLETED"}


def odd_priority(random, card, good):
    """The row may be refused at once or rejected later: both are right."""
    return {"odd_priority": random.choice(PRIORITIES), "alone": True}


def deep(random, card, good):
    return {"written": with_member(good, nested(random.randrange(2, 25), '{"pin": "0000"}'))}


def too_deep(random, card, good):
    return {"written": with_member(good, nested(random.choice([60, 450, 900, 2500]), '{"pin": "0000"}')), "alone": True, "state": "REFUSED"}


def too_many_digits(random, card, good):
    return {"written": with_member(good, "[" + ",".join(["1e131071"] * random.choice([20, 1000, 9000])) + "]"), "alone": True, "state": "REFUSED"}


def too_many_cards(random, card, good):
    items = ", ".join(f'{{"smartcard_ca_id": "7{n}"}}' for n in range(20_000))
    return {"action": "CREATE_PAIRING", "written": f'{{"smartcards": [{items}], "stbs": []}}', "alone": True, "state": "REFUSED"}


def large(random, card, good):
    return {"written": with_member(good, '"' + "x" * random.choice([20_000, 200_000, 900_000]) + '"')}


def too_large(random, card, good):
    return {"written": with_member(good, '"' + "x" * random.choice([1_200_000, 3_000_000]) + '"'), "alone": True, "state": "REFUSED"}


def never(random, card, good):
    return {"at": "infinity", "alone": True, "state": "REFUSED"}
