"""The pace that a fleet of two daemons reaches again after a fault, and the time that it takes."""

import dataclasses
import math
import pathlib
import random
import re
import statistics
import time

from backlog import Backlog, Trickle
from folder import Folder
from shocks import CONTROL, EXPECTED, IN_FLIGHT, KINDS, LATENCY, RecoveryStage

TRICKLE = 20  # inserted per second, so that there are notifications
ENOUGH = 0.95  # share of EXPECTED to reach before the fault; below it, the machine is the limit
TRIES = 3
LULL = 3.0  # seconds between filling the backlog and the first window
PRESSURE = pathlib.Path("/proc/pressure/cpu")

HOW = f"""The CAS sets the pace, not the machine: the simulator takes {LATENCY[0]} to {LATENCY[1]} ms for a call, each daemon has {IN_FLIGHT} calls
in flight, and the backlog never ends. That makes {EXPECTED:.0f} requests per second, which is little work for two cores. A rate limit
would be as steady, but would hide a daemon that came back with fewer connections. With calls that take no time, the noise of the machine
would exceed the effect. The time of a call is random: otherwise calls that a fault made begin together would end together. Requests are
counted by their finished_date, in a window right before the fault and in one that begins --settle seconds after its end. The fault
"{CONTROL}" is no fault: the difference of its ratios from 1 is the noise of the measurement. If the pace before is below
{100 * ENOUGH:.0f} % of the pace that the CAS allows, the machine is the limit. Then the measurement is repeated, {TRIES} times at most. "Busy" is
the share of the two windows in which a process waited for a core (/proc/pressure). "Back" is the time until 90 % of the pace before was
reached for a second and kept for three."""

EXIT = (" Exit status: 0 no median below the floor and no daemon ended by itself, 1 otherwise, 2 bad command line. Faults: "
        + ", ".join(KINDS) + ".")


def declare(verbs):
    parser = verbs.add_parser("recover", help=__doc__, description=__doc__, epilog=HOW + EXIT)
    parser.add_argument("--faults", default="all", metavar="LIST", help="all, or names with commas between")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="rounds over all faults; default 3")
    parser.add_argument("--window", type=float, default=10.0, metavar="S", help="seconds counted before and after; default 10")
    parser.add_argument("--settle", type=float, default=5.0, metavar="S",
                        help="seconds from the end of the fault to the window after it; default 5")
    parser.add_argument("--floor", type=float, default=0.9, metavar="X",
                        help="lowest ratio (median) that passes; default 0.9, since noise may exceed the 2 %% of the goal of 0.98")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--keep", action="store_true", help="keep the files of the run; they are kept anyway if it fails")
    parser.set_defaults(play=play, parser=parser)


@dataclasses.dataclass
class Measured:
    """Rates are requests ended per second."""

    before: float
    least: float  # the lowest rate of any second of the fault: a fault without an effect proves nothing
    after: float
    back: float  # seconds after the end of the fault; None: not before the end of the window after it
    busy: float  # share of the windows in which a process waited for a core; None: the kernel does not report it

    @property
    def ratio(self):
        return self.after / self.before

    def __str__(self):
        back = "never" if self.back is None else f"{self.back:.1f}"
        return (f"{self.before:6.1f}/s before  {self.least:6.1f}/s at least  {self.after:6.1f}/s after  ratio {self.ratio:.3f}"
                f"  back after {back} s  busy {percent(self.busy)} %")


def percent(share):
    return "-" if share is None else f"{100 * share:.0f}"


def waited():
    """Returns the seconds since boot in which a process waited for a core; None: the kernel does not report it."""
    if not PRESSURE.exists():
        return None
    return int(re.search(r"some.*total=(\d+)", PRESSURE.read_text()).group(1)) / 1e6


class Recovery:
    """Measures one fault after the other on one stage."""

    def __init__(self, given, path):
        self.given = given
        self.rng = random.Random(f"victims {given.seed}")
        self.stage = RecoveryStage(path, 2, given.seed)
        self.stage.simulator.break_with({"when": {}, "do": {"latency_ms": list(LATENCY)}})
        self.backlog = Backlog(self.stage.database)
        self.trickle = Trickle(self.backlog, self.stage.another_database(), TRICKLE)
        self.trickle.start()

    def measure(self, name):
        window, settle = self.given.window, self.given.settle
        fault = KINDS[name]()
        self.backlog.fill(int(1.2 * EXPECTED * (LULL + 2 * window + settle + max(fault.seconds) + 20)))
        time.sleep(LULL)
        since, busy = time.time(), self._busy_while(lambda: time.sleep(window))
        begun = time.time()
        over = self._inflict(fault)
        time.sleep(settle)
        busy_after = self._busy_while(lambda: time.sleep(max(0.0, over + settle + window - time.time())))
        assert self.backlog.waiting() > EXPECTED, "the backlog ended: the measurement shows the rate of INSERTs"
        ends = self.backlog.ends(since)
        before = ends.rate(since, begun)
        return Measured(before, ends.least(begun, over), ends.rate(over + settle, over + settle + window),
                        ends.back(over, before, over + settle + window),
                        None if busy is None else (busy + busy_after) / 2)

    @staticmethod
    def _busy_while(act):
        began, before = time.time(), waited()
        act()
        return None if before is None else (waited() - before) / (time.time() - began)

    def measure_while_the_cas_is_the_limit(self, name):
        for _ in range(TRIES):
            one = self.measure(name)
            if one.before >= ENOUGH * EXPECTED:
                break
            print(f"         {name:22}  {one}: the machine was the limit", flush=True)
        return one

    def _inflict(self, fault):
        fault.begin(self.stage, self.rng)
        time.sleep(fault.lasts(self.rng))
        fault.end(self.stage)
        return time.time()

    def close(self):
        self.trickle.stop()
        self.stage.close()


def play(given):
    names = list(KINDS) if given.faults == "all" else given.faults.split(",")
    if unknown := [name for name in names if name not in KINDS]:
        given.parser.error(f"unknown fault {unknown[0]}")
    with Folder(given.keep) as folder:
        recovery = Recovery(given, folder.path)
        try:
            measured = {name: [] for name in names}
            for round_number in range(1, given.repeat + 1):
                for name in names:
                    measured[name].append(recovery.measure_while_the_cas_is_the_limit(name))
                    print(f"round {round_number}  {name:22}  {measured[name][-1]}", flush=True)
            crashes = recovery.stage.crashes()
            print("\n" + "\n".join([*table(measured), *crashes]))
        finally:
            recovery.close()
        below = [name for name, ones in measured.items() if statistics.median(one.ratio for one in ones) < given.floor]
        print(f"below the floor of {given.floor:g}: {', '.join(below) or 'none'}")
        folder.clean = not below and not crashes
    return 0 if folder.clean else 1


def table(measured):
    yield ("| fault | before, /s | least, /s | after, /s | ratio: median | lowest | highest | back after, s: median | worst "
           "| busy, % |")
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, ones in measured.items():
        ratios = [one.ratio for one in ones]
        back = [math.inf if one.back is None else one.back for one in ones]
        busy = None if ones[0].busy is None else max(one.busy for one in ones)
        before, least, after = (statistics.median(getattr(one, part) for one in ones) for part in ("before", "least", "after"))
        yield (f"| {name} | {before:.1f} | {least:.1f} | {after:.1f} | {statistics.median(ratios):.3f} | {min(ratios):.3f} "
               f"| {max(ratios):.3f} | {statistics.median(back):.1f} | {max(back):.1f} | {percent(busy)} |")
