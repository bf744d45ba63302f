"""What a run came to, as a page of Markdown."""

import collections
import contextlib
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
    "in doubt": "done by the CAS without an answer, and not held for a person",
    "crashed": "a daemon that ended by itself, or did not stop as told",
}



class Pace:
    """How many requests ended in each quarter of a second."""

    def __init__(self, database):
        counts = database.execute(f"SELECT CAST(finished / {BUCKET} AS INTEGER), count(*) FROM request "
                                  "WHERE progress IN ('DONE', 'REJECTED') GROUP BY 1")
        self.counts = collections.Counter(dict(counts.fetchall()))
        self.faults = database.execute("SELECT name, begun, ended FROM fault ORDER BY begun").fetchall()
        self.first, self.last = database.execute("SELECT min(known), max(known) FROM row").fetchone()
        self.median = self._undisturbed()

    def rate(self, at):
        """Requests ended in the second that begins there."""
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
        """(name, seconds that it lasted, seconds until the pace was back; None: not before the next fault or the end)."""
        for number, (name, begun, ended) in enumerate(self.faults):
            following = self.faults[number + 1][1] if number + 1 < len(self.faults) else self.last
            yield name, ended - begun, self._back(ended, min(following, self.last))

    def _back(self, ended, until):
        if self.median is None:
            return None
        at = ended
        while at < until:
            if self.rate(at) >= 0.9 * self.median:
                return at - ended
            at += BUCKET
        return None


def of_faults(pace):
    by_name = collections.defaultdict(list)
    for name, lasted, back in pace.recoveries():
        by_name[name].append((lasted, back))
    yield "| fault | times | lasted, s | back to 90 % of the pace, s: median | worst | not before the next fault |"
    yield "|---|---|---|---|---|---|"
    for name, all_of_it in sorted(by_name.items()):
        back = [one for _, one in all_of_it if one is not None]
        middle = f"{statistics.median(back):.1f} | {max(back):.1f}" if back else "- | -"
        lasted = statistics.mean(one for one, _ in all_of_it)
        yield f"| {name} | {len(all_of_it)} | {lasted:.1f} | {middle} | {len(all_of_it) - len(back)} |"


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
            yield f"Undisturbed pace: {pace.median} requests ended a second (median)."
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
