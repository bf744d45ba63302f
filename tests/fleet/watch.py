"""Watches the hosts of the database during a trial: which of them take writes, and which numbers the daemons have."""

import json
import threading
import time

import psycopg2
from replicas import NAMES

PAUSE = 0.25  # seconds
ASK = "SELECT NOT pg_is_in_recovery(), coalesce((SELECT json_object_agg(id, name) FROM contego.daemon), '{}')"


class Watch(threading.Thread):
    """Writes watch.jsonl: the time, the hosts that take writes, and the names of the daemons by number."""

    def __init__(self, replicas, database_name, file):
        super().__init__(name="watch", daemon=True)
        self.targets = {name: replicas.connection(name, database_name) for name in NAMES}
        self.open = {}
        self.file = file
        self.stopping = threading.Event()

    def run(self):
        with open(self.file, "w", encoding="ascii") as out:
            while not self.stopping.wait(PAUSE):
                answers = {name: answer for name in NAMES if (answer := self._ask(name))}
                daemons = {number: name for _, known in answers.values() for number, name in known.items()}
                line = {"time": time.time(), "writable": [name for name, (writable, _) in answers.items() if writable], "daemons": daemons}
                print(json.dumps(line), file=out, flush=True)
        for connection in self.open.values():
            connection.close()

    def _ask(self, name):
        """Returns None if the host does not answer."""
        try:
            if name not in self.open:
                self.open[name] = psycopg2.connect(self.targets[name])
                self.open[name].autocommit = True
            with self.open[name].cursor() as cursor:
                cursor.execute(ASK)
                return cursor.fetchone()
        except psycopg2.Error:
            if name in self.open:
                self.open.pop(name).close()
            return None

    def stop(self):
        self.stopping.set()
        self.join()
