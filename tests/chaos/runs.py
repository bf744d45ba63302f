"""An operator who starts, pauses, resumes and cancels runs, refreshes cards and reconciles them during the faults, and the checks of what became
of them."""

import json
import random
import threading
import time

import psycopg2

PARAMETERS = {
    "SEND_BARK_MESSAGE_TO_CLIENT": {"message": "a message of a run"},
    "DISPLAY_FINGERPRINT": {"position_x": 10, "position_y": 20, "height": 30, "fingerprint_slot": 1},
}
CARDS_OF_A_RUN = 150
PACE = 60
PAUSE_BETWEEN_RUNS = 4.0  # seconds
STANDSTILL = 60.0  # seconds without progress after which runs that have not ended count as lost
START = """SELECT run FROM contego.start_run(%s, cards => %s::text[], parameters => %s, pace => %s, idempotency_key => %s,
                                             process_id => %s, reason => 'chaos')"""
RECONCILE = "SELECT reconciliation FROM contego.reconcile(pace => %s, reason => 'chaos')"
PROGRESS = "SELECT run, state, done + failed AS ended FROM contego.run_progress"
LEDGER_IS_UP_TO_DATE = """SELECT NOT EXISTS (SELECT FROM contego.feed_inbox)
    AND NOT EXISTS (SELECT FROM contego.feed AS f WHERE f.position > (SELECT l.position FROM contego.ledger AS l)) AS true"""


class Operator(threading.Thread):
    """Writes operator.jsonl: a line for each run with its cards, and one for each run that was cancelled."""

    def __init__(self, database, cards, seed, file):
        super().__init__(name="operator", daemon=True)
        self.database, self.cards, self.file = database, cards, file
        self.random = random.Random(f"operator {seed}")
        self.stopping = threading.Event()
        self.runs = 0
        self.failure = None

    def run(self):
        try:
            with open(self.file, "w", encoding="ascii") as self.out:
                while not self.stopping.is_set():
                    self._play_a_run()
                    self._refresh_a_card()
                    if self.runs == 3:
                        self._ask(RECONCILE, PACE)
                    self.stopping.wait(PAUSE_BETWEEN_RUNS)
                self._wait_for_ends()
                self._ask(RECONCILE, 1000)
                self._wait_for_ends()
        except BaseException as error:  # the main thread reports it
            self.failure = error

    def _play_a_run(self):
        self.runs += 1
        name = f"run {self.runs}"
        action = self.random.choice(list(PARAMETERS))
        cards = [f"01{index:09}" for index in self.random.sample(range(self.cards), min(CARDS_OF_A_RUN, self.cards))]
        run = self._ask(START, action, cards, json.dumps(PARAMETERS[action]), PACE, f"chaos {name}", name)[0]["run"]
        self._note(run=run, action=action, cards=cards)
        fate = self.random.choice(["left alone", "paused", "cancelled"])
        self.stopping.wait(self.random.uniform(0.2, 2.0))
        if fate == "paused":
            self._ask("SELECT * FROM contego.pause_run(%s, 'chaos')", run)
            self.stopping.wait(self.random.uniform(0.2, 2.0))
            self._ask("SELECT * FROM contego.resume_run(%s, 'chaos')", run)
        elif fate == "cancelled":
            self._ask("SELECT * FROM contego.cancel_run(%s, 'chaos')", run)
            self._note(run=run, cancelled=time.time())

    def _refresh_a_card(self):
        self._ask("SELECT * FROM contego.refresh(%s, reason => 'chaos')", f"01{self.random.randrange(self.cards):09}")

    def _wait_for_ends(self):
        """Resumes runs that paused themselves, and waits for the end of all."""
        last, moved = None, time.monotonic()
        while time.monotonic() - moved < STANDSTILL:
            runs = self._ask(PROGRESS)
            if all(r["state"] in ("DONE", "CANCELLED") for r in runs) and self._ask(LEDGER_IS_UP_TO_DATE)[0]["true"]:
                return
            for paused in [r["run"] for r in runs if r["state"] == "PAUSED"]:
                self._ask("SELECT * FROM contego.resume_run(%s, 'chaos')", paused)
            now = sorted((r["run"], r["state"], r["ended"]) for r in runs)
            if now != last:
                last, moved = now, time.monotonic()
            time.sleep(0.2)

    def _ask(self, sql, *values):
        """Asks until the database answers. Each statement may be repeated."""
        while True:
            try:
                return self.database.query(sql, *values)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self.database.close()
                time.sleep(0.1)

    def _note(self, **facts):
        self.out.write(json.dumps(facts) + "\n")
        self.out.flush()


# The exchange of a request that was in flight may still come to the CAS after the cancellation.
AFTER_A_CANCELLATION = 4.0

SENT = """CREATE TEMP TABLE sent AS
    SELECT m.run, m.card, count(j.number) AS times
    FROM member AS m
    LEFT JOIN fed AS f ON f.run = m.run AND f.card = m.card
    LEFT JOIN journal AS j ON j.id = f.id AND j.performed AND j.class = 'not repeat-safe'
    GROUP BY m.run, m.card"""

RUNS = [
    ("lost", "SELECT 0, 'run ' || run || ' is ' || state || ' at the end' FROM run WHERE state NOT IN ('DONE', 'CANCELLED')"),
    ("lost", """SELECT 0, 'run ' || run || ' is DONE, and was never sent to card ' || card
                FROM sent JOIN run USING (run) WHERE run.state = 'DONE' AND times = 0"""),
    ("lost", """SELECT 0, 'run ' || run || ' is DONE with ' || ended || ' of ' || cards || ' cards'
                FROM run WHERE state = 'DONE' AND ended <> cards"""),
    ("doubled", "SELECT 0, 'run ' || run || ' was sent ' || times || ' times to card ' || card FROM sent WHERE times > 1"),
    ("doubled", """SELECT f.id, 'run ' || f.run || ' was sent to card ' || f.card || ' after it was cancelled'
                   FROM fed AS f JOIN cancellation AS c USING (run) JOIN journal AS j ON j.id = f.id
                   WHERE j.performed AND j.time > c.time + ?
                     AND f.id NOT IN (SELECT id FROM held WHERE verb = 'release') -- a person let it be sent again
                     AND NOT EXISTS (SELECT 1 FROM fault WHERE fault.late AND j.time BETWEEN fault.begun AND fault.ended + ?)"""),
    # The latest effect of a service at the CAS decides what a card has. A person who cancels a request that the CAS did leaves a difference.
    ("ledger", """SELECT e.request, 'the ledger says ' || CASE e.given WHEN 1 THEN 'given' ELSE 'taken' END || ' for service ' || e.name
                      || ' of card ' || e.card || ', and the CAS says otherwise'
                  FROM entitlement AS e
                  JOIN effect AS a ON a.card = e.card AND a.service = e.name
                  WHERE a.given <> e.given
                    AND NOT EXISTS (SELECT 1 FROM lane JOIN request AS r ON r.id = lane.id
                                    WHERE lane.lane = 'card:' || e.card AND r.progress NOT IN ('DONE', 'REJECTED'))
                    AND NOT EXISTS (SELECT 1 FROM lane JOIN late ON late.id = lane.id WHERE late.effect AND lane.lane = 'card:' || e.card)"""),
    ("ledger", """SELECT 0, 'a reconciliation found that card ' || d.card || ' differs from the ledger: ' || d.kind || ' ' || d.name
                  FROM drift AS d
                  WHERE NOT EXISTS (SELECT 1 FROM lane JOIN request AS r ON r.id = lane.id
                                    WHERE lane.lane = 'card:' || d.card AND r.progress NOT IN ('DONE', 'REJECTED'))
                    AND NOT EXISTS (SELECT 1 FROM lane JOIN late ON late.id = lane.id WHERE late.effect AND lane.lane = 'card:' || d.card)"""),
]

EFFECT = """CREATE TEMP TABLE effect AS
    SELECT card, service, given FROM change AS c
    WHERE number = (SELECT max(number) FROM change AS d WHERE d.card = c.card AND d.service = c.service)"""


def findings_of(database, late_for):
    for table, statement in (("sent", SENT), ("effect", EFFECT)):
        database.execute(f"DROP TABLE IF EXISTS {table}")
        database.execute(statement)
    database.execute("CREATE INDEX effect_service ON effect (card, service)")
    database.execute("ANALYZE")
    for check, sql in RUNS:
        for request_id, sentence in database.execute(sql, [AFTER_A_CANCELLATION, late_for][:sql.count("?")]):
            yield check, request_id, sentence
