"""The results of a run, as a page of Markdown."""

import collections
import contextlib
import dataclasses
import sqlite3
import statistics

BUCKET = 0.25  # seconds
WINDOW = 4  # buckets: a rate is that of one second
SETTLED = 4.0  # seconds after a fault before a bucket counts as undisturbed
CHECKS = {
    "lost": "inserted and not ended, or COMPLETED without what must have been done",
    "reordered": "reached the CAS before an earlier request of its lane had ended",
    "doubled": "not safe to repeat and done twice, inserted twice, or ordered by nobody",
    "stale": "recorded under a later claim than the one that it was sent under",
    "maybe sent": "done by the CAS without an answer, and not held for a person",
    "ledger": "the ledger of entitlements differs from what the CAS has",
    "crashed": "a daemon that ended by itself, or did not stop as told",
}



class Pace:
    """The number of requests that ended in each quarter of a second."""

    def __init__(self, database):
        self.database = database
        counts = database.execute(f"SELECT CAST(finished / {BUCKET} AS INTEGER), count(*) FROM request "
                                  "WHERE progress IN ('DONE', 'REJECTED') GROUP BY 1")
        self.counts = collections.Counter(dict(counts.fetchall()))
        self.faults = database.execute("SELECT name, begun, ended FROM fault ORDER BY begun").fetchall()
        self.first, self.last = database.execute("SELECT min(known), max(known) FROM row WHERE n > 0").fetchone()
        self.median = self._undisturbed()

    def rate(self, at):
        """Returns the number of requests that ended in the second that begins there."""
        start = int(at / BUCKET)
        return sum(self.counts[bucket] for bucket in range(start, start + WINDOW))

    def _undisturbed(self):
        rates, at = [], self.first + 2
        while at < self.last - 1:
            if not any(begun - 1 <= at <= ended + SETTLED for _, begun, ended in self.faults):
                rates.append(self.rate(at))
            at += BUCKET
        return statistics.median(rates) if rates else None

    def recoveries(self):
        """Yields one `Recovery` for each fault."""
        for number, (name, begun, ended) in enumerate(self.faults):
            following = self.faults[number + 1][1] if number + 1 < len(self.faults) else self.last
            yield Recovery(name, ended - begun, self._silence(begun, ended), self._back(ended, min(following, self.last)),
                           self._caught_up(begun, ended))

    def _silence(self, begun, ended):
        """Returns the longest time in the fault in which no request ended."""
        longest, current = 0.0, 0.0
        for bucket in range(int(begun / BUCKET), int(ended / BUCKET) + 1):
            current = 0.0 if self.counts[bucket] else current + BUCKET
            longest = max(longest, current)
        return longest

    def _back(self, ended, until):
        at = ended
        while self.median is not None and at < until:
            if self.rate(at) >= 0.9 * self.median:
                return at - ended
            at += BUCKET
        return None

    def _caught_up(self, begun, ended):
        """Returns when 99 of 100 requests that came due during the fault had ended. Requests that were held for a person do not count."""
        waits = [max(0.0, finished - ended) for (finished,) in self.database.execute(
            "SELECT request.finished FROM row JOIN request USING (id) WHERE max(row.known, coalesce(row.due, 0)) BETWEEN ? AND ? "
            "AND request.finished IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lane AS l JOIN lane AS m ON m.lane = l.lane "
            "JOIN held ON held.id = m.id WHERE l.id = row.id)", [begun, ended])]
        return sorted(waits)[min(len(waits) - 1, int(0.99 * len(waits)))] if waits else None


@dataclasses.dataclass
class Recovery:
    name: str
    lasted: float
    silence: float
    back: float  # seconds until the pace was back; None: not before the next fault or the end of the load
    caught_up: float  # seconds until the waiting requests had ended; None: none had waited


def worst(values):
    known = [value for value in values if value is not None]
    return f"{max(known):.1f}" if known else "-"


def of_faults(pace):
    by_name = collections.defaultdict(list)
    for one in pace.recoveries():
        by_name[one.name].append(one)
    yield ("| fault | times | lasted, s | longest time in which none ended, s | back to 90 % of the pace after, s: median | worst "
           "| never | waiting requests done after, s: worst |")
    yield "|---|---|---|---|---|---|---|---|"
    for name, times in sorted(by_name.items()):
        back = [one.back for one in times if one.back is not None]
        middle = f"{statistics.median(back):.1f}" if back else "-"
        lasted = statistics.mean(one.lasted for one in times)
        yield (f"| {name} | {len(times)} | {lasted:.1f} | {worst(one.silence for one in times)} | {middle} | {worst(back)} "
               f"| {len(times) - len(back)} | {worst(one.caught_up for one in times)} |")


def lines_of(folder, facts, findings, figures):
    counts = collections.Counter(check for check, _, _ in findings)
    yield f"`{facts['command']}`"
    yield ""
    yield "| check | found | what would count |"
    yield "|---|---|---|"
    for check, meaning in CHECKS.items():
        yield f"| {check} | {counts[check]} | {meaning} |"
    yield ""
    yield "| figure | |"
    yield "|---|---|"
    for name, value in {**figures, **facts["figures"]}.items():
        yield f"| {name} | {value} |"
    yield ""
    with contextlib.closing(sqlite3.connect(folder / "histories.sqlite")) as database:
        pace = Pace(database)
        if pace.faults:
            yield (f"Undisturbed pace: {pace.median} requests ended a second (median). *Never*: the next fault, or the end of the "
                   "load, came first. *Waiting requests*: 99 of 100 requests that came due during the fault, without the lanes "
                   "on which a request was held for a person.")
            yield ""
            yield from of_faults(pace)
    if findings:
        yield ""
        yield f"First of {len(findings)} findings:"
        yield ""
        for check, request_id, sentence in findings[:40]:
            yield f"- {check}: request {request_id}: {sentence}"


def write(folder, facts, findings, figures):
    return "\n".join(lines_of(folder, facts, findings, figures)) + "\n"
