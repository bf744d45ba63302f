"""One fault at the site: a load, the fault in the middle of it, and the histories that the checker of tests/chaos reads."""

import json
import time

import history
from insert import Load
from load import Requests
from person import Person
from watch import Watch

CARDS = 3000
LONGEST_DELAY = 60.0  # seconds that the load may end late


class Trial:
    def __init__(self, stage, fault, rate, seed):
        self.stage, self.fault, self.folder = stage, fault, stage.folder
        seconds = fault.before + fault.lasts + fault.after
        requests = Requests(seed, CARDS)
        # Rows that may be refused are those of tests/chaos. The largest delay the CRM for a second, which would look like a disturbance.
        requests.kinds = [one for one in requests.kinds if one[1] != requests.hostile]
        self.load = Load(requests, int(rate * seconds), rate, stage.connection, self.folder / "rows.jsonl")
        self.person = Person(stage.another_database(), stage.journal, self.folder / "held.jsonl")
        self.watch = Watch(stage.replicas, stage.database_name, self.folder / "watch.jsonl")

    def play(self):
        try:
            self._play()
        finally:
            self.load.stopping.set()
            self.person.stopping.set()
            self.watch.stop()
        for thread in (self.load, self.person):
            if thread.failure:
                raise thread.failure
        codes, _ = self.stage.end_daemons()
        with self.stage.session() as session:
            history.dump(session, self.folder / "tables.jsonl")
            self._put_aside_lost_rows(session)
        unclean = [f"{member.name} stopped with {code}" for member, code in zip(self.stage.members, codes) if code != 0]
        lines = (json.dumps({"sentence": sentence}) + "\n" for sentence in [*self.stage.crashes(), *unclean])
        (self.folder / "crashes.jsonl").write_text("".join(lines))

    def _play(self):
        for thread in (self.watch, self.load, self.person):
            thread.start()
        time.sleep(self.fault.before)
        begun = time.time()
        self.fault.begin(self.stage)
        time.sleep(max(0.0, begun + self.fault.lasts - time.time()))
        self.fault.end(self.stage)
        line = {"name": self.folder.name, "begun": begun, "ended": time.time(), "late": True}
        (self.folder / "faults.jsonl").write_text(json.dumps(line) + "\n")
        self.load.join(self.fault.after + LONGEST_DELAY)
        assert not self.load.is_alive(), "the CRM could not insert its load: is a COMMIT waiting for a standby?"
        self.stage.drain(self.person)
        self.person.stopping.set()
        self.person.join()

    def _put_aside_lost_rows(self, session):
        """Moves rows that were acknowledged and that the database has lost to gone.jsonl. Their numbers may have been given again."""
        with session.cursor() as cursor:
            cursor.execute("SELECT idempotency_key, request_id FROM contego.idempotency")
            known = dict(cursor.fetchall())
        rows = list(history.lines(self.folder / "rows.jsonl"))
        for name, there in (("rows.jsonl", True), ("gone.jsonl", False)):
            lines = (json.dumps(row) + "\n" for row in rows if (known.get(f"chaos-{row['n']}") == row["id"]) is there)
            (self.folder / name).write_text("".join(lines))
