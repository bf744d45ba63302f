"""Histories written by hand, for the tests of the checker."""

import json

from check import check
from load import key

CARD = "01000000001"
ADD = key("ADD_SUBSCRIPTIONS", [CARD], ["1001"])
BARK = key("SEND_BARK_MESSAGE_TO_CLIENT", [CARD])


def clock(second):
    return f"1970-01-01T00:{int(second) // 60:02}:{second % 60:09.6f}Z"


class Histories:
    """A history written by hand: every request is inserted at second 10 * id, claimed 1 s, done 2 s and recorded 3 s later."""

    def __init__(self, folder):
        self.folder = folder
        self.rows, self.journal, self.tables, self.held, self.faults, self.operator = [], [], [], [], [], []

    def row(self, number, expect=(ADD,), state="COMPLETED", **more):
        at = 10 * number
        self.rows.append({"id": number, "n": number, "seq": number, "batch": number, "action": "", "express": False,
                          "lanes": [f"card:{CARD}"], "begun": at, "known": at + 0.1, "due": None, "expect": list(expect),
                          "state": state, **more})

    def call(self, number, at, command="ADD_SUBSCRIPTIONS", reference=None, effect=True, status="OK", trouble=""):
        services = ["1001"] if command == "ADD_SUBSCRIPTIONS" else []
        self.journal.append({"seq": len(self.journal) + 1, "time": clock(at), "command": command, "smartcards": [CARD],
                             "stbs": [], "services": services, "effect": effect, "status_code": status,
                             "reference": reference or f"ref-{number}", "sequence_number": f"{number}00001", "details": {},
                             "trouble": trouble})

    def command(self, number, sent, recorded, type="ADD_SUBSCRIPTIONS", outcome="success", reference=None):
        parameters = {"smartcard_ca_id": CARD, **({"service_ca_id": "1001"} if type == "ADD_SUBSCRIPTIONS" else {})}
        self.tables.append({"kind": "command", "id": number, "sequence": 1, "type": type, "parameters": parameters,
                            "outcome": outcome, "reference": reference or f"ref-{number}", "attempts": 1, "sent": sent,
                            "recorded": recorded})

    def claim(self, number, fence, at):
        self.tables.append({"kind": "claim", "id": number, "fence": fence, "claimed": at, "written": at})

    def request(self, number, finished, state="COMPLETED", progress="DONE", error=None):
        self.tables.append({"kind": "request", "id": number, "state": state, "progress": progress, "error": error,
                            "finished": finished, "fence": 1, "attempts": 0})

    def done(self, number, type="ADD_SUBSCRIPTIONS", after=0.0, **row):
        """Enters the rows that a successful request leaves, `after` seconds late."""
        at = 10 * number + after
        self.row(number, expect=[BARK if "BARK" in type else ADD], **row)
        self.claim(number, int(10 * at), at + 1)
        self.call(number, at + 2, type)
        self.command(number, at + 1.5, at + 3, type)
        self.request(number, at + 3)

    def run(self, number, state="DONE", ended=1, cancelled=None):
        """Enters a run for one card."""
        self.operator.append({"run": number, "action": "SEND_BARK_MESSAGE_TO_CLIENT", "cards": [CARD]})
        if cancelled is not None:
            self.operator.append({"run": number, "cancelled": cancelled})
        self.tables.append({"kind": "run", "run": number, "state": state, "cards": 1, "ended": ended})

    def fed(self, number, run, **more):
        """Enters a successful request of a run."""
        self.done(number, "SEND_BARK_MESSAGE_TO_CLIENT", **more)
        self.rows.pop()
        self.tables.append({"kind": "fed", "id": number, "run": run, "action": "SEND_BARK_MESSAGE_TO_CLIENT", "card": CARD,
                            "seq": number, "lanes": [f"card:{CARD}"], "created": 10 * number})

    def entitlement(self, given, request):
        self.tables.append({"kind": "entitlement", "card": CARD, "name": "1001", "given": given, "request": request})

    def drift(self, kind):
        self.tables.append({"kind": "drift", "card": CARD, "drift": kind, "name": "1001"})

    def sort_journal(self):
        """The CAS writes its journal in the order in which it does the commands."""
        self.journal.sort(key=lambda entry: entry["time"])
        for number, entry in enumerate(self.journal, 1):
            entry["seq"] = number

    def findings(self):
        for name in ("rows", "journal", "tables", "held", "faults", "operator"):
            lines = [json.dumps(one) for one in getattr(self, name)]
            (self.folder / f"{name}.jsonl").write_text("".join(line + "\n" for line in lines))
        self.found, self.figures = check(self.folder)
        return self.found

    def kinds(self):
        return {(kind, request_id) for kind, request_id, _ in self.findings()}
