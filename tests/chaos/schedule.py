"""Which fault comes when, for how long and to whom: the seed decides."""

import random
import time

from faults import KINDS
from programs import wait_for


def plan(names, seed, first, slot):
    """(seconds from the start, name), without end: every kind once before any a second time; the seed draws order and times."""
    rng = random.Random(f"faults {seed}")
    at, left = first, []
    while True:
        if not left:
            left = list(names)
            rng.shuffle(left)
        yield at + rng.uniform(0, slot * 0.15), left.pop()
        at += slot


def inflict(name, stage, rng):
    """One fault from its beginning to its end; returns what faults.jsonl says about it."""
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
