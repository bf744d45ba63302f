"""The CRM's side: a stream of requests that a seed decides, and two connections that insert it.

Every request says beforehand which commands it must lead to and in which state it must end, so that the checker need not
believe the planner. A card's requests alternate (on, off, on, ...), each on a group of services of its own kind: every one of
them changes something in the CAS that its journal shows.
"""

import json
import random
import threading
import time

import psycopg2
import psycopg2.extras

UNSAFE = {
    "SEND_MAIL_MESSAGE_TO_CLIENT": {},
    "SEND_BARK_MESSAGE_TO_CLIENT": {},
    "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": {"repetition_count": 2, "repetition_interval": 60},
    "DISPLAY_FINGERPRINT": {"position_x": 10, "position_y": 20, "height": 30, "fingerprint_slot": 1},
}
ASKING = ["GET_ACTIVE_SUBSCRIPTIONS", "GET_PAIRING_STATUS_FOR_CARD"]


def key(command, cards, services=(), stbs=()):
    """A command as all three histories name it."""
    return " ".join([command, ",".join(sorted(cards)), ",".join(services), ",".join(sorted(stbs))])


class Requests:
    """An endless stream; equal seeds give equal streams. What is remembered is a few numbers per card used."""

    def __init__(self, seed, cards):
        self.random = random.Random(f"load {seed}")
        self.cards = cards
        self.uses = {}  # (card, kind) -> how often so far
        self.kinds = [
            (30, self.toggle), (14, self.start_or_stop), (8, self.activate), (6, self.swap), (14, self.unsafe),
            (6, self.pin), (9, self.pairing), (4, self.ask), (2, self.invalid), (2, self.foreign), (5, self.scheduled),
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
            # A household keeps to one connection, so that its order is the order of this stream; a few rows do not.
            made["connection"] = (index // 2 + made.pop("stray", 0)) % 2
            yield made

    def nth(self, index, kind):
        """0, 1, 2, ... for the uses of a card in one kind."""
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
        if use == 0:  # nothing is there yet that could be taken away
            return self.subscription("ADD_SUBSCRIPTIONS", self.card(index), new)
        return self.action("SWAP_SERVICE", self.card(index), [new], [new], [old],
                           added={"services": [new]}, removed={"services": [old]})

    def scheduled(self, index):
        service = f"5{self.nth(index, 'scheduled'):05}"  # its own each time: it is overtaken and overtakes
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
        """Households of two cards: paired with a first box, then joined by more of them."""
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


INSERT = """INSERT INTO contego.request (action, parameters, priority, scheduled_date, idempotency_key) VALUES %s
            RETURNING id, idempotency_key, sequence_number, lanes, extract(epoch FROM scheduled_date)::float8"""
LOOK_UP = """SELECT r.id, i.idempotency_key, r.sequence_number, r.lanes, extract(epoch FROM r.scheduled_date)::float8
             FROM contego.idempotency AS i JOIN contego.request AS r ON r.id = i.request_id
             WHERE i.provider = 'default' AND i.idempotency_key = ANY (%s)"""
ROW = "(%s, %s, %s, now() + %s * interval '1 second', %s)"


class Inserter:
    """One connection of the CRM. A batch is one transaction; where its answer was lost, the keys tell what became of it."""

    def __init__(self, connection, stopping):
        self.target = connection
        self.connection = None
        self.stopping = stopping
        self.in_doubt = 0  # transactions whose commit was not answered

    def insert(self, batch):
        """Inserts for as long as it takes; returns (row of the database, when it was begun, when it was known)."""
        began = time.time()
        rows = [(r["action"], json.dumps(r["parameters"]), r["priority"], r["delay"], f"chaos-{r['n']}") for r in batch]
        while True:
            try:
                found = self._insert_or_look_up(rows)
                return found, began, time.time()
            except psycopg2.Error:
                self._drop()
                self.in_doubt += 1
                if self.stopping.wait(0.1):
                    raise

    def _insert_or_look_up(self, rows):
        if self.connection is None:
            self.connection = psycopg2.connect(self.target)
        with self.connection.cursor() as cursor:
            try:
                found = psycopg2.extras.execute_values(cursor, INSERT, rows, ROW, page_size=len(rows), fetch=True)
            except psycopg2.errors.UniqueViolation:
                self.connection.rollback()
                cursor.execute(LOOK_UP, [[row[4] for row in rows]])
                found = cursor.fetchall()
            self.connection.commit()
        assert len(found) == len(rows), f"{len(found)} of {len(rows)} rows of one transaction are there"
        return found

    def _drop(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Load(threading.Thread):
    """Inserts `count` requests at `rate` a second (0: as fast as it goes) and writes rows.jsonl."""

    def __init__(self, requests, count, rate, connection, file):
        super().__init__(name="load", daemon=True)
        self.requests, self.count, self.rate, self.file = requests, count, rate, file
        self.stopping = threading.Event()
        self.inserters = [Inserter(connection, self.stopping) for _ in range(2)]
        self.locks = [threading.Lock() for _ in range(2)]
        self.inserted = 0
        self.batches = 0
        self.failure = None

    def run(self):
        try:
            with open(self.file, "w", encoding="ascii") as out:
                self._run(out)
        except BaseException as error:  # the main thread reports it
            self.failure = error

    def _run(self, out):
        stream = iter(self.requests)
        began, left = time.monotonic(), self.count
        while left > 0 and not self.stopping.is_set():
            size = min(left, max(20, self.rate // 10))
            waiting = [next(stream) for _ in range(size)]
            self._insert_side_by_side(waiting, out)
            left -= size
            if self.rate:
                self.stopping.wait(max(0, began + (self.count - left) / self.rate - time.monotonic()))

    def _insert_side_by_side(self, rows, out):
        """Both connections at the same time, in a few transactions each."""
        threads = []
        for number, inserter in enumerate(self.inserters):
            own = [row for row in rows if row["connection"] == number]
            threads.append(threading.Thread(target=self._insert, args=(inserter, own, out)))
            threads[-1].start()
        for thread in threads:
            thread.join()

    def _insert(self, inserter, rows, out):
        try:
            while rows:
                batch, rows = rows[:40], rows[40:]
                found, began, known = inserter.insert(batch)
                self._write(out, batch, found, began, known)
        except BaseException as error:
            self.failure = error
            self.stopping.set()

    def _write(self, out, batch, found, began, known):
        by_key = {row[1]: row for row in found}
        with self.locks[0]:
            self.batches += 1
            for row in batch:
                request_id, _, sequence, lanes, due = by_key[f"chaos-{row['n']}"]
                line = {"id": request_id, "n": row["n"], "seq": sequence, "batch": self.batches, "action": row["action"],
                        "express": row["priority"] == "EXPRESS", "lanes": lanes, "begun": began, "known": known,
                        "due": due if row["delay"] is not None else None, "expect": row["expect"], "state": row["state"]}
                out.write(json.dumps(line) + "\n")
            self.inserted += len(batch)
