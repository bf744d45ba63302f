"""The goals of the outage test."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

from outage import Probes, judge  # noqa: E402


class Finished:
    """Returns the results of an outage that has ended."""

    def __init__(self, attempts=0, probes=11, states=(), crashes=()):
        self.probes = [Probes("d1", "refused", probes, 10.0), Probes("d2", "refused", 3, 10.0)]
        self.attempts = lambda: attempts
        self.states = lambda: list(states)
        self.stage = self
        self.crashes = lambda: crashes


def test_one_probe_more_than_intervals_is_not_too_many():
    assert Probes("d1", "refused", 11, 10.0).rate == 1.0
    assert Probes("d1", "refused", 12, 10.0).rate > 1.0
    assert Probes("d1", "refused", 0, 10.0).rate == 0.0


@pytest.mark.parametrize("outage, back, missed", [
    (Finished(states=[{"progress": "HELD", "code": "MAYBE_SENT", "n": 3}]), 10.0, None),
    (Finished(attempts=1), 1.0, "attempts burned"),
    (Finished(probes=12), 1.0, "probes a second"),
    (Finished(), 10.1, "seconds until"),
    (Finished(), None, "seconds until"),
    (Finished(states=[{"progress": "REJECTED", "code": "RETRIES_EXHAUSTED", "n": 1}]), 1.0, "rejected"),
    (Finished(crashes=["d1 ended by itself"]), 1.0, "ended by themselves"),
])
def test_each_goal_that_is_missed_is_found_and_no_other(outage, back, missed):
    found = [goal for goal, _, met in judge(outage, back) if not met]

    assert len(found) == (missed is not None)
    assert all(missed in goal for goal in found)
