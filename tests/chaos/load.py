"""The load of a CRM: a stream of requests that a seed decides.

Every request says beforehand its expected commands and its final state, so that the checker does not rely on the planner. The requests
of a card alternate (on, off, on, ...). Each works on a group of services of its own kind, so that each has an effect in the journal of
the CAS.
"""

import random

import hostile

UNSAFE = {
    "SEND_MAIL_MESSAGE_TO_CLIENT": {},
    "SEND_BARK_MESSAGE_TO_CLIENT": {},
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": {"repetition_count": 2, "repetition_interval": 60},
    "DISPLAY_FINGERPRINT": {"position_x": 10, "position_y": 20, "height": 30, "fingerprint_slot": 1},
}
ASKING = ["GET_ACTIVE_SUBSCRIPTIONS", "GET_PAIRING_STATUS_FOR_CARD"]


def key(command, cards, services=(), stbs=()):
    """Returns a command as all three histories name it."""
    return " ".join([command, ",".join(sorted(cards)), ",".join(services), ",".join(sorted(stbs))])


class Requests:
    """An endless stream; equal seeds give equal streams. It remembers a few numbers for each card."""

    def __init__(self, seed, cards):
        self.random = random.Random(f"load {seed}")
        self.cards = cards
        self.uses = {}  # (card, kind) to the number of uses so far
        self.kinds = [
            (30, self.toggle), (14, self.start_or_stop), (8, self.activate), (6, self.swap), (14, self.unsafe),
            (6, self.pin), (9, self.pairing), (4, self.ask), (2, self.invalid), (2, self.foreign), (5, self.scheduled),
            (3, self.hostile),
        ]

    def __iter__(self):
        weights = [weight for weight, _ in self.kinds]
        number = 0
        while True:
            number += 1
            index = self.random.randrange(self.cards)
            (_, make), = self.random.choices(self.kinds, weights)
            made = {"n": number, "delay": None, "state": "COMPLETED", **make(index)}
            made["priority"] = "EXPRESS" if self.random.random() < 0.1 else "REGULAR"
            made["priority"] = made.pop("odd_priority", made["priority"])
            # A household uses one connection, so that its order is the order of this stream; a few rows do not.
            made["connection"] = (index // 2 + made.pop("stray", 0)) % 2
            yield made

    def nth(self, index, kind):
        """Returns 0, 1, 2, ... for the uses of a card in one kind."""
        self.uses[index, kind] = self.uses.get((index, kind), -1) + 1
        return self.uses[index, kind]

    @staticmethod
    def card(index):
        return f"01{index:09}"

    @staticmethod
    def direct(command, cards, expect=None, **parameters):
        return {"action": command, "parameters": parameters, "expect": [expect or key(command, cards)]}

    @staticmethod
    def action(name, card, services, adds=(), cancels=(), **changes):
        place = {"distributor": "ROOM", "smartcards": [card], "stbs": [], "services": services, **changes}
        expect = [key("ADD_SUBSCRIPTIONS", [card], [s]) for s in adds]
        expect += [key("CANCEL_SUBSCRIPTIONS", [card], [s]) for s in cancels]
        return {"action": name, "parameters": {"distributions": [place]}, "expect": expect}

    def subscription(self, command, card, service):
        return self.direct(command, [card], key(command, [card], [service]), smartcard_ca_id=card, service_ca_id=service)

    def toggle(self, index):
        service = self.random.choice(["1001", "1002"])
        command = "CANCEL_SUBSCRIPTIONS" if self.nth(index, service) % 2 else "ADD_SUBSCRIPTIONS"
        return self.subscription(command, self.card(index), service)

    def start_or_stop(self, index):
        two = ["2001", "2002"]
        if self.nth(index, "start") % 2:
            return self.action("STOP_SERVICE", self.card(index), [], cancels=two, removed={"services": two})
        return self.action("START_SERVICE", self.card(index), two, adds=two, added={"services": two})

    def activate(self, index):
        three = ["3001", "3002", "3003"]
        if self.nth(index, "activate") % 2:
            return self.action("DEACTIVATE_SUBSCRIPTION", self.card(index), three, cancels=three)
        return self.action("ACTIVATE_SUBSCRIPTION", self.card(index), three, adds=three)

    def swap(self, index):
        use = self.nth(index, "swap")
        new, old = ("4001", "4002") if use % 2 == 0 else ("4002", "4001")
        if use == 0:  # there is no service yet to take away
            return self.subscription("ADD_SUBSCRIPTIONS", self.card(index), new)
        return self.action("SWAP_SERVICE", self.card(index), [new], [new], [old],
                           added={"services": [new]}, removed={"services": [old]})

    def scheduled(self, index):
        service = f"5{self.nth(index, 'scheduled'):05}"  # a service of its own each time, since the request overtakes others and is overtaken
        made = self.subscription("ADD_SUBSCRIPTIONS", self.card(index), service)
        return {**made, "delay": round(self.random.uniform(0.5, 8), 3), "stray": self.random.randrange(2)}

    def unsafe(self, index):
        command = self.random.choice(list(UNSAFE))
        more = UNSAFE[command] or {"message": f"message {self.random.randrange(10**6)}"}
        if command == "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT":
            more = {**more, "message": "again and again"}
        stray = int(self.random.random() < 0.3)
        return {**self.direct(command, [self.card(index)], smartcard_ca_id=self.card(index), **more), "stray": stray}

    def pin(self, index):
        card = self.card(index)
        return self.direct("UPDATE_CA_PIN_TO_GIVEN_VALUE", [card], smartcard_ca_id=card, new_pin="0000")

    def pairing(self, index):
        """Households of two cards: paired with a first box, then joined by more boxes."""
        house = index // 2
        cards = [self.card(2 * house), self.card(2 * house + 1)]
        use = self.nth(house, "pairing")
        box, before = f"00{house * 400 + use:08}", f"00{house * 400 + use - 1:08}"
        if use == 0:
            return self.direct("CREATE_PAIRING", cards, key("CREATE_PAIRING", cards, (), [box]),
                               smartcards=[{"smartcard_ca_id": card} for card in cards], stbs=[{"stb_ca_id": box}])
        if use >= 400:
            return self.pin(index)
        joins = key("ADD_TO_EXISTING_PAIRING", cards[:1], (), [box])
        if use % 2:
            return self.direct("ADD_TO_EXISTING_PAIRING", cards, joins, smartcard_ca_id=cards[0], stbs=[{"stb_ca_id": box}])
        made = self.action("ADD_INSTALLED_ITEM", cards[0], [], stbs=[before, box], added={"stbs": [box]})
        return {**made, "expect": [key("GET_PAIRING_STATUS_FOR_CARD", cards[:1]), joins]}

    def ask(self, index):
        return self.direct(self.random.choice(ASKING), [self.card(index)], smartcard_ca_id=self.card(index))

    def invalid(self, index):
        made = self.direct("ADD_SUBSCRIPTIONS", [], smartcard_ca_id=self.card(index), service_ca_id="not a number")
        return {**made, "expect": [], "state": "REJECTED"}

    def foreign(self, index):
        return {**self.subscription("ADD_SUBSCRIPTIONS", f"02{index:09}", "1001"), "expect": [], "state": "REJECTED"}

    def hostile(self, index):
        """Uses a service of its own each time, so that every legal row has an effect."""
        return hostile.made(self.random, self.card(index), f"6{self.nth(index, 'hostile'):05}")
