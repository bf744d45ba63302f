"""The figures of a trial, from its files, and the goals that they must meet."""

import dataclasses
import statistics

import check
import history
from backlog import Ends

COUNTED = 5.0  # seconds before the fault in which the undisturbed pace is counted
DEEP = 0.25  # share of the pace
DEEP_FOR = 2.0  # seconds below that share belong to the disturbance; other work on the machine may cost as much for a shorter time
LONGEST = 60.0  # seconds of load that are searched for the pace


@dataclasses.dataclass
class Figures:
    """`back` and `writable` are seconds; None: never. `writable` is 0 if a host took writes all the time."""

    name: str
    way: str
    back: float
    writable: float
    hosts_at_once: int  # hosts that took writes at the same time
    held: int
    without_cause: int
    lost: int
    reordered: int
    doubled: int
    late_changed: int
    other: int  # findings of other kinds, and daemons that ended by themselves
    findings: list


def back_to_pace(times, begun, since, until):
    """Returns the seconds from `since` until 90 % of the pace before the fault was reached and kept for three seconds; None: never.

    It begins to look after the last two seconds in which less than a quarter of that pace ended: a fault may take effect late.
    """
    ends = Ends(times)
    pace = statistics.median(ends.rate(begun - tenth / 10, begun - tenth / 10 + 1) for tenth in range(10, int(10 * COUNTED) + 1))
    tenths = [since + tenth / 10 for tenth in range(max(0, int(10 * (until - DEEP_FOR - since))))]
    low = [at for at in tenths if ends.rate(at, at + DEEP_FOR) < DEEP * pace]
    # A burst that had piled up would count before it began. So the moment must be one at which requests ended.
    for at in tenths:
        if (not low or at > low[-1]) and (at == since or ends.rate(at, at + 0.1) > 0):
            back = ends.back(at, pace, until)
            return None if back is None else round(at + back - since, 1)
    return None


def writable_again(watched, begun, until):
    """Returns the seconds from `begun` until a host takes writes for the rest of the time, and the most hosts at once."""
    inside = [one for one in watched if begun <= one["time"] <= until]
    without = [one["time"] for one in inside if not one["writable"]]
    most = max((len(one["writable"]) for one in inside), default=0)
    if not without:
        return 0.0, most
    after = [one["time"] for one in inside if one["time"] > without[-1]]
    return (round(after[0] - begun, 1) if after else None), most


def without_cause(held, claims, watched, victims):
    """Returns the requests that were HELD although no daemon that may have lost an answer ever had them."""
    numbers = {int(number) for one in watched for number, name in one["daemons"].items() if name in victims}
    in_their_hands = {claim["id"] for claim in claims if claim["daemon"] in numbers}
    return {one["id"] for one in held} - in_their_hands


def figures(folder, name, way, fault):
    line, = history.lines(folder / "faults.jsonl")
    begun, since = line["begun"], line["ended"] if fault.from_the_end else line["begun"]
    last = max(row["known"] for row in history.lines(folder / "rows.jsonl"))
    until = min(last, since + LONGEST)
    findings, counted = check.check(folder)
    findings += [("crashed", 0, one["sentence"]) for one in history.lines(folder / "crashes.jsonl")]
    tables = list(history.lines(folder / "tables.jsonl"))
    watched, held = list(history.lines(folder / "watch.jsonl")), list(history.lines(folder / "held.jsonl"))
    times = [one["finished"] for one in tables if one["kind"] == "request" and one["finished"]]
    gone = len(list(history.lines(folder / "gone.jsonl")))
    writable, most = writable_again(watched, begun, until)
    kinds = [kind for kind, _, _ in findings]
    return Figures(
        name, way, back_to_pace(times, begun, since, until), writable, most, held=len({one["id"] for one in held}),
        without_cause=len(without_cause(held, [one for one in tables if one["kind"] == "claim"], watched, fault.victims())),
        lost=kinds.count("lost") + gone, reordered=kinds.count("reordered"), doubled=kinds.count("doubled"),
        late_changed=counted["late, and changed something"],
        other=len(kinds) - sum(map(kinds.count, ("lost", "reordered", "doubled"))), findings=findings)


def missed(found, goal):
    """Yields one sentence for each goal that is missed."""
    if found.back is None or found.back > goal:
        yield f"back to pace after {found.back} s; the goal is {goal:g} s (a primary was there after {found.writable} s)"
    for name in ("without_cause", "lost", "reordered", "doubled", "late_changed", "other"):
        if count := getattr(found, name):
            yield f"{name.replace('_', ' ')}: {count}; the goal is 0"
    if found.hosts_at_once > 1:
        yield f"{found.hosts_at_once} hosts took writes at the same time"
