"""The person who handles held requests: asks the CAS about the command, then releases or cancels.

The journal of the simulator stands for the CAS's own records. If a command was done, its request is cancelled, so that the command is not
done twice. If it was not done, or is safe to repeat, the request is released.
"""

import json
import threading
import time

import psycopg2
from load import UNSAFE
from programs import request_of

PATIENCE = 8.0  # longer than any exchange can still be in flight


class Person(threading.Thread):
    def __init__(self, database, journal, file):
        super().__init__(name="person", daemon=True)
        self.database, self.journal, self.file = database, journal, file
        self.stopping = threading.Event()
        self.carried_out = set()  # requests whose command must not be repeated and was done
        self.read = 0  # bytes of the journal
        self.since = {}
        self.failure = None

    def run(self):
        try:
            with open(self.file, "a", encoding="ascii") as out:
                while not self.stopping.wait(1.0):
                    self._look(out)
        except BaseException as error:  # the main thread reports it
            self.failure = error

    def _look(self, out):
        try:
            held = self.database.query("SELECT id, action, error_code FROM contego.request_open WHERE progress = 'HELD'")
            now = time.monotonic()
            self.since = {row["id"]: self.since.get(row["id"], now) for row in held}
            ripe = [row for row in held if now - self.since[row["id"]] > PATIENCE]
            if ripe:
                self._read_journal()
                self._act(ripe, out)
        except (psycopg2.Error, KeyError):
            self.database.close()

    def _read_journal(self):
        with open(self.journal, "rb") as journal:
            journal.seek(self.read)
            for line in journal:
                if not line.endswith(b"\n"):
                    break
                self.read += len(line)
                entry = json.loads(line)
                if entry["effect"] and entry["command"] in UNSAFE:
                    self.carried_out.add(request_of(entry))

    def _act(self, rows, out):
        verbs = {"cancel": [], "release": []}
        for row in rows:
            verb = "cancel" if row["id"] in self.carried_out else "release"
            verbs[verb].append(row["id"])
            out.write(json.dumps({"id": row["id"], "time": time.time(), "action": row["action"],
                                  "code": row["error_code"], "verb": verb}) + "\n")
        out.flush()
        for verb, ids in verbs.items():
            if ids:
                self.database.query(f"SELECT * FROM contego.{verb}(%s::bigint[], 'asked the CAS')", ids)
