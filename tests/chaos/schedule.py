"""The order, times and targets of the faults: the seed decides."""

import random
import time

from faults import KINDS
from programs import wait_for


def plan(names, seed, first, slot):
    """Yields (seconds from the start, name) without end. Every kind comes once before any kind comes again. The seed draws order and times."""
    rng = random.Random(f"faults {seed}")
    at, left = first, []
    while True:
        if not left:
            left = list(names)
            rng.shuffle(left)
        yield at + rng.uniform(0, slot * 0.15), left.pop()
        at += slot


def inflict(name, stage, rng):
    """Runs one fault from its beginning to its end. Returns its line for faults.jsonl."""
    fault = KINDS[name]()
    lasts = fault.lasts(rng)
    began = time.time()
    fault.begin(stage, rng)
    try:
        time.sleep(lasts)
    finally:
        fault.end(stage)
        ended = time.time()
    victim = getattr(getattr(fault, "other", fault), "victim", None)
    if victim is not None:
        wait_for(victim.runs, 30, "the daemon that was started again")
    return {"name": name, "begun": began, "ended": ended, "late": fault.late}
