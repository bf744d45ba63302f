"""Checks that the requests of each lane came to the CAS one at a time, in the order of their numbers.

A came before B on a lane (its number is smaller). A *binds* B if A was committed and due when B was claimed for the examined call.
Otherwise B may legally pass A: A was scheduled for later, or was being committed at that moment. The clocks of the database, the load
and the simulator are one, since all run on one machine.

If A binds B, the CAS must not receive B before
  - the last call of A whose answer is in the table (they have one reference number), and
  - the moment at which A ended according to the tables.
One claim never takes two requests of one lane, even if neither binds the other.
"""

import itertools
import math

# One row per lane and request, with the first call of the request and the claim of that call.
MEMBERS = """
CREATE TEMP TABLE execution AS
SELECT r.id, r.batch, r.begun, r.known, max(r.known, coalesce(r.due, 0)) AS visible, r.due, q.finished,
       (SELECT min(j.number) FROM journal AS j WHERE j.id = r.id) AS first,
       (SELECT max(j.number) FROM command AS c JOIN journal AS j ON j.reference = c.reference AND j.id = c.id
        WHERE c.id = r.id AND c.outcome = 'success' AND c.reference <> '') AS answered
FROM row AS r LEFT JOIN request AS q ON q.id = r.id;
CREATE INDEX execution_id ON execution (id);
"""
TOGETHER = """
SELECT later.id, l.lane || ': claimed together with ' || earlier.id
FROM claim AS earlier JOIN lane AS l ON l.id = earlier.id
JOIN claim AS later ON later.fence = earlier.fence AND later.id > earlier.id
JOIN lane AS m ON m.id = later.id AND m.lane = l.lane
GROUP BY earlier.id, later.id
"""
STREAM = """
SELECT l.lane, c.id, c.batch, c.visible, c.due, c.finished, c.first, c.answered, j.time,
       coalesce((SELECT max(k.saw) FROM claim AS k WHERE k.id = c.id AND k.claimed <= j.time), c.begun) AS claimed
FROM lane AS l JOIN execution AS c ON c.id = l.id LEFT JOIN journal AS j ON j.number = c.first
ORDER BY l.lane, l.seq
"""


class Member:
    __slots__ = ("id", "batch", "visible", "due", "ended", "first", "answered", "time", "claimed")

    def __init__(self, row):
        _, self.id, self.batch, self.visible, self.due, finished, self.first, answered, self.time, self.claimed = row
        self.ended = math.inf if finished is None else finished
        self.answered = answered or 0

    def binds(self, later):
        if self.batch == later.batch and self.due is None:
            return True  # one transaction: a claim that saw one row saw both
        return self.visible <= later.claimed


def objection(earlier, later):
    """Returns the fault in the calls of two requests of which the first binds the second; None: there is none."""
    if later.first < earlier.answered:
        return f"the CAS heard of it before it answered the last command of {earlier.id}"
    if later.time < earlier.ended:
        return f"the CAS heard of it before {earlier.id} had ended"
    return None


def in_lane(members):
    """Yields (request, sentence) for each member that came too early. It looks back one by one only if there may be a fault."""
    before, answered, ended = [], 0, 0.0
    for later in members:
        if later.first is not None and (later.first < answered or later.time < ended):
            for earlier in before:
                why = objection(earlier, later) if earlier.binds(later) else None
                if why:
                    yield later.id, why
                    break
        before.append(later)
        answered, ended = max(answered, later.answered), max(ended, later.ended)


def reordered(database):
    for request_id, why in database.execute(TOGETHER):
        yield "reordered", request_id, why
    database.execute("DROP TABLE IF EXISTS execution")
    database.executescript(MEMBERS)
    stream = database.execute(STREAM)
    for lane, rows in itertools.groupby(stream, key=lambda row: row[0]):
        for request_id, why in in_lane([Member(row) for row in rows]):
            yield "reordered", request_id, f"{lane}: {why}"
