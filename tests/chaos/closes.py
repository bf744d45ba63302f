"""A CAS that closes idle connections at any moment. Messages must not be sent twice because of it."""

import random
import time

from fickle import Fickle
from folder import Folder
from programs import REPOSITORY, wait_for
from stage import Stage

IN_FLIGHT = 32
MOST_WAITING = 500
DRAIN = 60.0  # seconds
# Each action is inserted as often as it is listed. A message is not safe to repeat.
ACTIONS = ["ADD_SUBSCRIPTIONS", "ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS", "GET_ACTIVE_SUBSCRIPTIONS",
           "GET_PAIRING_STATUS_FOR_CARD", "SEND_MAIL_MESSAGE_TO_CLIENT", "SEND_MAIL_MESSAGE_TO_CLIENT",
           "SEND_BARK_MESSAGE_TO_CLIENT", "SEND_BARK_MESSAGE_TO_CLIENT", "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT"]
MESSAGE = {"SEND_MAIL_MESSAGE_TO_CLIENT": '{"message": "Hello"}', "SEND_BARK_MESSAGE_TO_CLIENT": '{"message": "Hello"}',
           "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT": '{"message": "Hello", "repetition_count": 2, "repetition_interval": 60}',
           "ADD_SUBSCRIPTIONS": '{"service_ca_id": "1001"}', "CANCEL_SUBSCRIPTIONS": '{"service_ca_id": "1001"}'}

INSERT = """INSERT INTO contego.request (action, parameters)
    SELECT a.action, jsonb_build_object('smartcard_ca_id', '01' || lpad((%s + a.n)::text, 9, '0')) || a.more::jsonb
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS a (action, more, n)"""

ROWS = "SELECT id, action, life_cycle_state AS state, progress, error_code AS code FROM contego.request"

HOW = """The CAS is a program of this test: it counts the requests that it has read whole, and answers them. It then closes the connection
without reading: at once, after a few ms, later, or when the next request is under way. It closes with a shutdown, at once, or with a
reset. A connection is idle if no byte had arrived on it at that moment. One request of a hundred is done and not answered. Requests come
in bursts, so that connections are idle in between. Half of them are messages, which are not safe to repeat."""


class ClosesStage(Stage):
    def __init__(self, folder, daemons, seed, careless):
        self.careless = careless
        self.cas = Fickle(seed)
        self.cas.start()
        super().__init__(folder, daemons, seed)

    def provider_section(self):
        binding = (REPOSITORY / "config/binding.xml").read_text()
        if self.careless:
            binding = binding.replace('repeat-safe="no"', 'repeat-safe="yes"')
        file = self.folder / "binding.xml"
        file.write_text(binding)
        return {**super().provider_section(), "endpoint": f"http://127.0.0.1:{self.cas.port}", "in_flight": IN_FLIGHT,
                "claim_ahead": 32, "breaker": {}, "binding": str(file)}

    def close(self):
        super().close()
        self.cas.stop()


def declare(verbs):
    parser = verbs.add_parser("closes", help=__doc__, description=__doc__, epilog=HOW + " Exit status: 0 every check holds, 1 one "
                              "does not, 2 bad command line.")
    parser.add_argument("--closes", type=int, default=10000, metavar="N", help="idle connections to close; default 10000")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--keep", action="store_true", help="keep the files of the run; they are kept anyway if it fails")
    parser.add_argument("--careless", action="store_true",
                        help="call messages safe to repeat in the binding: the check must find the messages sent twice")
    parser.set_defaults(play=play)


class Bursts:
    """Inserts requests of all kinds, a few at a time, each with a card of its own."""

    def __init__(self, database, seed):
        self.database, self.random = database, random.Random(f"bursts {seed}")
        self.inserted = 0

    def insert_until(self, enough):
        while not enough():
            actions = self.random.choices(ACTIONS, k=self.random.randint(1, 2 * IN_FLIGHT))
            self.database.query(INSERT, self.inserted, actions, [MESSAGE.get(action, "{}") for action in actions])
            self.inserted += len(actions)
            time.sleep(self.random.uniform(0, 0.1))
            wait_for(lambda: self.waiting() < MOST_WAITING, DRAIN, "the daemons keep up")

    def waiting(self):
        return self.database.query("SELECT count(*) AS n FROM contego.request_open WHERE progress <> 'HELD'")[0]["n"]


def play(given):
    with Folder(given.keep) as folder:
        stage = ClosesStage(folder.path, 2, given.seed, given.careless)
        try:
            bursts = Bursts(stage.another_database(), given.seed)
            bursts.insert_until(lambda: stage.cas.closed_idle.total() >= given.closes)
            stage.cas.closing = False
            wait_for(lambda: not bursts.waiting(), DRAIN, "every request has ended or is held")
            rows = stage.database.query(ROWS)
        finally:
            stage.close()
        checks, figures = judge(rows, bursts.inserted, stage.cas)
        checks.append(("daemons that ended by themselves", len(stage.crashes())))
        print("\n".join(page(checks, figures)))
        folder.clean = all(found == 0 for _, found in checks)
    return 0 if folder.clean else 1


def is_message(row):
    return row["action"].startswith("SEND_")


def judge(rows, inserted, cas):
    """Returns checks, which must count nothing, and figures, both as (name, count)."""
    def count(condition):
        return sum(1 for row in rows if condition(row, cas.done[row["id"]]))

    def completed(row):
        return row["state"] == "COMPLETED"

    def maybe_sent(row):
        return row["progress"] == "HELD" and row["code"] == "MAYBE_SENT"

    held = {row["id"] for row in rows if maybe_sent(row)}
    checks = [
        ("messages that the CAS was sent twice", count(lambda row, done: is_message(row) and done > 1)),
        ("repeatable requests that failed", count(lambda row, done: not is_message(row) and not completed(row))),
        ("messages neither COMPLETED nor HELD with MAYBE_SENT",
         count(lambda row, done: is_message(row) and not completed(row) and not maybe_sent(row))),
        ("requests COMPLETED that the CAS never did", count(lambda row, done: completed(row) and not done)),
        ("requests inserted that are not in the table", inserted - len(rows)),
        ("failures of the test's CAS", len(cas.failures)),
    ]
    figures = [
        ("requests", len(rows)),
        *((f"idle connections closed: {manner}", times) for manner, times in sorted(cas.closed_idle.items())),
        ("closed while a request had arrived that was not read", len(cas.caught)),
        ("closed after a request was done, without an answer", len(cas.unanswered)),
        ("repeatable requests COMPLETED", count(lambda row, done: not is_message(row) and completed(row))),
        ("repeatable requests done more than once", count(lambda row, done: not is_message(row) and done > 1)),
        ("messages COMPLETED", count(lambda row, done: is_message(row) and completed(row))),
        ("messages HELD with MAYBE_SENT", len(held)),
        ("- done, and not answered", len(held & cas.unanswered)),
        ("- arrived when the connection was closed, and not read", len(held & cas.caught)),
        ("- arrived after the shutdown of the connection", len(held & cas.after_the_end)),
        ("- none of these: under way at the moment of the close", len(held - cas.unanswered - cas.caught - cas.after_the_end)),
    ]
    return checks, figures


def page(checks, figures):
    yield "| check | found |"
    yield "|---|---|"
    for what, found in checks:
        yield f"| {what} | {found} |"
    yield ""
    yield "| figure | |"
    yield "|---|---|"
    for what, count in figures:
        yield f"| {what} | {count} |"
