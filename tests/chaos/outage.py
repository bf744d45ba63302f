"""The costs of an outage of the CAS: attempts, calls while it lasts, and the time until the pace is back."""

import dataclasses
import time

from backlog import Backlog, Trickle
from folder import Folder
from gate import Trouble
from programs import wait_for
from stage import Stage

IN_FLIGHT = 64
TRICKLE = 50  # requests inserted per second
MESSAGES = 10  # of a hundred requests; messages are not safe to repeat
WINDOW = 10.0  # seconds to measure the pace before the outage
AFTER = 30.0  # seconds to watch after the outage
NOTICE = 15.0  # seconds until every daemon must have noticed the outage
SHORTEST = 0.5  # minutes
GOAL_PROBES = 1.0  # per second, endpoint and daemon: the default probe interval
GOAL_BACK = 10.0  # seconds

HOW = f"""Two daemons have {IN_FLIGHT} calls in flight each. The backlog never ends, and {TRICKLE} requests are inserted per second.
{MESSAGES} of a hundred requests are not safe to repeat. For the first half of the outage, the gate before the CAS refuses connections. For
the second half it accepts them and drops every byte. In the first half, the metrics of the daemons count the probes, since a closed gate
counts none. In the second half, the gate counts them; each daemon has a gate of its own. Counting starts when the daemon finds the CAS
down. The attempts burned are the sum of request.attempts over finished and open requests. "Back" is the time from the end of the outage
until 90 % of the pace before was reached for a second and kept for three."""


class OutageStage(Stage):
    """Each daemon has a door of its own to the CAS, and the default breaker settings."""

    def _set_up(self, daemons, seed, sabotage):
        self.cas_doors = []
        super()._set_up(daemons, seed, sabotage)

    def provider_section(self):
        door = self.doors.open(("127.0.0.1", 0), ("127.0.0.1", int(self.simulator.url.rsplit(":", 1)[1])))
        self.cas_doors.append(door)
        return {**super().provider_section(), "endpoint": f"http://127.0.0.1:{door.port}", "in_flight": IN_FLIGHT,
                "claim_ahead": 256, "breaker": {}}

    def tell_all(self, trouble):
        for door in self.cas_doors:
            self.doors.tell(door, trouble)


def declare(verbs):
    parser = verbs.add_parser("outage", help=__doc__, description=__doc__, epilog=HOW + " Exit status: 0 every goal is met, 1 one "
                              "is missed, 2 bad command line.")
    parser.add_argument("--minutes", type=float, default=10.0, metavar="N", help=f"at least {SHORTEST}; default 10")
    parser.add_argument("--latency-ms", type=int, default=200, metavar="MS",
                        help="mean time that the CAS takes for a call, drawn between a half and one and a half of it; default 200")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--keep", action="store_true", help="keep the files of the run; they are kept anyway if it fails")
    parser.set_defaults(play=play, parser=parser)


@dataclasses.dataclass
class Probes:
    """The probes of one daemon in one half of the outage."""

    daemon: str
    half: str
    count: int
    seconds: float

    @property
    def rate(self):
        """The first probe may come at once: there is one more probe than intervals."""
        return max(0, self.count - 1) / self.seconds


class Outage:
    def __init__(self, given, path):
        self.given = given
        self.stage = OutageStage(path, 2, given.seed)
        mean = given.latency_ms
        self.stage.simulator.break_with({"when": {}, "do": {"latency_ms": [mean // 2, mean + mean // 2]}})
        self.pace_expected = 2 * IN_FLIGHT * 1000 / mean
        self.backlog = Backlog(self.stage.database, MESSAGES)
        self.backlog.fill(int(self.pace_expected * (WINDOW + AFTER) * 1.3))
        self.trickle = Trickle(self.backlog, self.stage.another_database(), TRICKLE)
        self.trickle.start()
        self.probes = []

    def play(self):
        """Returns the pace before, the pace at the end, and the seconds until it was back (or None)."""
        time.sleep(3.0)
        since = time.time()
        time.sleep(WINDOW)
        begun = time.time()
        half = self.given.minutes * 30
        self._refuse(begun + half)
        self._swallow(begun + 2 * half)
        over = time.time()
        self.stage.tell_all(Trouble())
        time.sleep(AFTER)
        ends = self.backlog.ends(since)
        before = ends.rate(since, begun)
        return before, ends.rate(over + AFTER - WINDOW, over + AFTER), ends.back(over, before, over + AFTER)

    def _refuse(self, until):
        self.stage.tell_all(Trouble("refuse"))
        members = self.stage.members
        wait_for(lambda: all(member.metric("contego_endpoint_up") == 0 and not sending(member) for member in members), NOTICE,
                 "the daemons take the CAS for dead")
        began, before = time.time(), [member.metric("contego_exchanges_total") for member in members]
        time.sleep(until - time.time())
        for member, count in zip(members, before):
            self._note(member, "refused", member.metric("contego_exchanges_total") - count, time.time() - began)

    def _swallow(self, until):
        self.stage.tell_all(Trouble("half_open"))
        began = time.time()
        time.sleep(until - began)
        for member, door in zip(self.stage.members, self.stage.cas_doors):
            self._note(member, "swallowed", len(door.swallowed), time.time() - began)

    def _note(self, member, half, count, seconds):
        self.probes.append(Probes(member.name, half, int(count), seconds))

    def attempts(self):
        return self._sum("coalesce(sum(attempts), 0)", "contego.request")

    def claimed(self):
        return self._sum("count(*)", "contego.request_open WHERE progress = 'IN_FLIGHT'")

    def _sum(self, what, where):
        return self.stage.database.query(f"SELECT {what} AS n FROM {where}")[0]["n"]

    def states(self):
        """Returns the number of held rows by code, and of rejected rows, of which there must be none."""
        return self.stage.database.query(
            "SELECT progress, coalesce(error_code, '') AS code, count(*) AS n FROM contego.request "
            "WHERE progress IN ('HELD', 'REJECTED') GROUP BY 1, 2 ORDER BY 1, 2")

    def close(self):
        self.trickle.stop()
        self.stage.close()


def sending(member):
    text = member.daemon.get("/metrics")[1]
    return 'stage="sending"} 0' not in text


def play(given):
    if given.minutes < SHORTEST:
        given.parser.error(f"--minutes must be {SHORTEST} or more")
    with Folder(given.keep) as folder:
        outage = Outage(given, folder.path)
        try:
            before, after, back = outage.play()
            goals = list(judge(outage, back))
            lines = list(page(outage, before, after, back, goals))
        finally:
            outage.close()
        print("\n".join(lines))
        folder.clean = all(met for _, _, met in goals)
    return 0 if folder.clean else 1


def judge(outage, back):
    """Returns (goal, figure, whether it is met)."""
    burned = outage.attempts()
    yield "attempts burned: 0", burned, burned == 0
    most = max(one.rate for one in outage.probes)
    yield f"probes a second, of an endpoint and daemon: at most {GOAL_PROBES:g}", f"{most:.2f}", most <= GOAL_PROBES
    yield (f"seconds until 90 % of the pace: at most {GOAL_BACK:g}", "never" if back is None else f"{back:.1f}",
           back is not None and back <= GOAL_BACK)
    rejected = sum(row["n"] for row in outage.states() if row["progress"] == "REJECTED")
    yield "requests rejected: 0", rejected, rejected == 0
    crashes = outage.stage.crashes()
    yield "daemons that ended by themselves: 0", "; ".join(crashes) or 0, not crashes


def page(outage, before, after, back, goals):
    yield "| goal | figure | met |"
    yield "|---|---|---|"
    for goal, figure, met in goals:
        yield f"| {goal} | {figure} | {'yes' if met else 'NO'} |"
    yield ""
    yield f"Requests ended a second: {before:.1f} before, {after:.1f} in the last {WINDOW:g} of {AFTER:g} s after."
    for one in outage.probes:
        yield f"Probes of {one.daemon} while connections were {one.half}: {one.count} in {one.seconds:.1f} s."
    for row in outage.states():
        yield f"{row['progress']} {row['code']}: {row['n']}"
