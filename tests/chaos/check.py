#!/usr/bin/python3
"""Compares three histories of a run: the rows inserted, the journal of the CAS, and the tables.

It needs only the files of the run (history.py names them), so it can be run again on a kept folder:
    tests/chaos/check.py FOLDER
It prints a list of findings: (check, request, sentence). If there are none, every promise was kept.
"""

import itertools
import pathlib
import sys

import history
import runs
from order import reordered

LATE_FOR = 5.0  # seconds after the end of a fault in which the CAS may still do earlier commands

LOST = [
    ("lost", "SELECT id, 'inserted and committed, and not in the table' FROM row WHERE id NOT IN (SELECT id FROM request)"),
    ("lost", "SELECT id, 'still ' || progress || ' at the end' FROM request WHERE state = 'PENDING' AND progress <> 'HELD'"),
    ("lost", """SELECT row.id, 'should be ' || row.state || ' and is ' || request.state || ' ' || coalesce(error, '')
                FROM row JOIN request USING (id)
                WHERE request.state <> 'PENDING' AND request.progress <> 'CANCELLED' AND request.state <> row.state
                  AND row.state <> 'ANY'"""),
    ("lost", """SELECT id, 'cancelled by nobody' FROM request
                WHERE progress = 'CANCELLED' AND id NOT IN (SELECT id FROM held WHERE verb = 'cancel')
                  AND id NOT IN (SELECT id FROM fed WHERE error = 'WITHDRAWN' OR run IN (SELECT run FROM cancellation))"""),
    # A row that the load did not note: one transaction was done twice.
    ("doubled", "SELECT id, 'is in the table and was not inserted' FROM request WHERE id NOT IN (SELECT id FROM row)"),
    ("doubled", "SELECT max(id), 'inserted ' || count(*) || ' times' FROM row GROUP BY n HAVING count(*) > 1"),
]

COMPLETED = [
    ("lost", """SELECT r.id, 'COMPLETED, and the CAS never did ' || e.key
                FROM request AS r JOIN expected AS e USING (id)
                WHERE r.state = 'COMPLETED' AND e.class <> 'question' AND NOT EXISTS (
                    SELECT 1 FROM journal AS j WHERE j.id = r.id AND j.key = e.key AND j.performed)"""),
    # In the right order each expected command has an effect. Otherwise a late effect of another request must have come before it.
    ("reordered", """SELECT r.id, 'COMPLETED, and nothing ever changed by ' || e.key
                FROM request AS r JOIN expected AS e USING (id)
                WHERE r.state = 'COMPLETED' AND e.class <> 'question'
                  AND EXISTS (SELECT 1 FROM journal AS j WHERE j.id = r.id AND j.key = e.key AND j.performed)
                  AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE j.id = r.id AND j.key = e.key AND j.effect)
                  AND NOT EXISTS (SELECT 1 FROM late JOIN lane AS l ON l.id = late.id JOIN lane AS m ON m.lane = l.lane
                                  WHERE m.id = r.id AND late.effect)"""),
    ("lost", """SELECT r.id, 'COMPLETED without a command for ' || e.key
                FROM request AS r JOIN expected AS e USING (id)
                WHERE r.state = 'COMPLETED' AND NOT EXISTS (
                    SELECT 1 FROM command AS c WHERE c.id = r.id AND c.key = e.key AND c.outcome = 'success')"""),
    ("lost", """SELECT r.id, 'COMPLETED with a command that is ' || c.outcome
                FROM request AS r JOIN command AS c USING (id)
                WHERE r.state = 'COMPLETED' AND c.outcome NOT IN ('success', 'skipped')"""),
    ("lost", """SELECT c.id, 'success that the CAS did not give: ' || c.key || ' ' || c.reference
                FROM command AS c
                WHERE c.outcome = 'success' AND c.class <> 'question' AND NOT EXISTS (
                    SELECT 1 FROM journal AS j WHERE j.id = c.id AND j.key = c.key AND j.reference = c.reference
                       AND j.performed AND j.trouble IN ('', 'drip'))"""),
    ("lost", "SELECT id, 'success of a question without a reference' FROM command "
             "WHERE outcome = 'success' AND class = 'question' AND reference = ''"),
]

DOUBLED = [
    ("doubled", """SELECT id, key || ' was done ' || count(*) || ' times' FROM journal
                   WHERE class = 'not repeat-safe' AND performed GROUP BY id, key HAVING count(*) > 1"""),
    ("doubled", """SELECT j.id, 'the CAS was asked for ' || j.key || ', which nobody ordered' FROM journal AS j
                   JOIN row ON row.id = j.id
                   WHERE row.state = 'COMPLETED' AND j.class <> 'question'
                     AND NOT EXISTS (SELECT 1 FROM expected AS e WHERE e.id = j.id AND e.key = j.key)"""),
]

# The reference number tells the exchange of a recorded success, and the claims tell the claim under which it was recorded. An exchange
# from before that claim belongs to another daemon.
STALE = [
    ("stale", """SELECT c.id, 'command ' || c.sequence || ' was done by the CAS before the claim under which it is recorded'
                 FROM command AS c JOIN journal AS j ON j.reference = c.reference AND j.id = c.id
                 WHERE c.outcome = 'success' AND j.time < (
                     SELECT max(k.claimed) FROM claim AS k WHERE k.id = c.id AND k.written <= c.recorded)"""),
    ("stale", """SELECT c.id, 'command ' || c.sequence || ' was sent before the claim under which it is recorded'
                 FROM command AS c
                 WHERE c.sent IS NOT NULL AND c.sent < -0.05 + (
                     SELECT max(k.claimed) FROM claim AS k WHERE k.id = c.id AND k.written <= c.recorded)"""),
]

MAYBE_SENT = [
    ("maybe sent", """SELECT r.id, 'the CAS did ' || e.key || ', and it is ' || r.progress || ' ' || coalesce(r.error, '')
                           || ' without ever having been held'
                    FROM request AS r JOIN expected AS e USING (id)
                    WHERE e.class <> 'question' AND r.state = 'REJECTED'
                      AND EXISTS (SELECT 1 FROM journal AS j WHERE j.id = r.id AND j.key = e.key AND j.performed)
                      AND NOT EXISTS (SELECT 1 FROM held WHERE held.id = r.id)"""),
    ("maybe sent", """SELECT id, 'is held without a reason that is known: ' || code FROM held
                    WHERE code NOT IN ('MAYBE_SENT', 'UNREADABLE_ANSWER') AND code NOT LIKE 'HTTP_4%'"""),
    ("maybe sent", "SELECT id, 'was left ' || progress || ' ' || error FROM request WHERE state = 'PENDING' AND progress = 'HELD'"),
]

# Commands that the CAS did for a request that had ended: the daemon gave the exchange up, and it reached the CAS nevertheless.
LATE = """CREATE TEMP TABLE late AS
    SELECT j.number, j.id, j.key, j.time, j.effect, j.performed, EXISTS (
               SELECT 1 FROM fault AS f WHERE f.late AND j.time BETWEEN f.begun AND f.ended + ?) AS explained
    FROM journal AS j JOIN request AS r ON r.id = j.id
    WHERE r.finished IS NOT NULL AND j.time > r.finished"""
UNEXPLAINED = ("reordered", """SELECT id, key || ' was asked for after the end of its request, and no fault explains it'
                               FROM late WHERE NOT explained""")


def findings_of(database):
    database.execute("DROP TABLE IF EXISTS late")
    database.execute(LATE, [LATE_FOR])
    database.execute("CREATE INDEX late_id ON late (id)")
    for check, sql in itertools.chain(LOST, COMPLETED, DOUBLED, STALE, MAYBE_SENT, [UNEXPLAINED]):
        for request_id, sentence in database.execute(sql):
            yield check, request_id, sentence
    yield from reordered(database)
    yield from runs.findings_of(database, LATE_FOR)


FIGURES = {
    "rows inserted": "SELECT count(*) FROM row WHERE n > 0",
    "runs": "SELECT count(*) FROM run",
    "runs cancelled": "SELECT count(*) FROM run WHERE state = 'CANCELLED'",
    "requests of runs": "SELECT count(*) FROM fed",
    "requests of refreshes and reconciliations": "SELECT count(*) FROM row WHERE state = 'ANY'",
    "services in the ledger": "SELECT count(*) FROM entitlement",
    "completed": "SELECT count(*) FROM request WHERE state = 'COMPLETED'",
    "rejected, as they must be": "SELECT count(*) FROM request JOIN row USING (id) WHERE request.progress = 'REJECTED' AND row.state = 'REJECTED'",
    "cancelled by a person": "SELECT count(*) FROM request WHERE progress = 'CANCELLED'",
    "commands in the tables": "SELECT count(*) FROM command",
    "calls in the journal": "SELECT count(*) FROM journal",
    "claims": "SELECT count(*) FROM claim",
    "claims beyond the first of a request": "SELECT count(*) - count(DISTINCT id) FROM claim",
    "held": "SELECT count(DISTINCT id) FROM held",
    "held, maybe sent": "SELECT count(DISTINCT id) FROM held WHERE code = 'MAYBE_SENT'",
    "repeat-safe commands done more than once":
        "SELECT count(*) FROM (SELECT 1 FROM journal WHERE class = 'repeat-safe' AND performed GROUP BY id, key HAVING count(*) > 1)",
    "repeat-safe commands that changed something more than once":
        "SELECT count(*) FROM (SELECT 1 FROM journal WHERE class = 'repeat-safe' AND effect GROUP BY id, key HAVING count(*) > 1)",
    "commands not repeat-safe done more than once":
        "SELECT count(*) FROM (SELECT 1 FROM journal WHERE class = 'not repeat-safe' AND performed GROUP BY id, key HAVING count(*) > 1)",
    "late: done for a request that had ended": "SELECT count(*) FROM late WHERE performed",
    "late, and changed something": "SELECT count(*) FROM late WHERE effect",
}


def check(folder):
    """Returns (findings, figures) of a run."""
    database = history.load(pathlib.Path(folder))
    found = list(findings_of(database))
    figures = {name: database.execute(sql).fetchone()[0] for name, sql in FIGURES.items()}
    database.close()
    return found, figures


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__.strip())
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    found, figures = check(sys.argv[1])
    for name, value in figures.items():
        print(f"{value:>10}  {name}")
    for one in found[:200]:
        print("{}: request {}: {}".format(*one))
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
