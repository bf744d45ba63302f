"""The figures of a trial and their goals, from histories written by hand."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "chaos"), str(HERE.parent / "end_to_end")]

from judgement import Figures, back_to_pace, missed, without_cause, writable_again  # noqa: E402


def steady(begin, end, rate=20):
    return [begin + (n + 0.5) / rate for n in range(round((end - begin) * rate))]


def test_a_pace_that_was_never_lost_is_back_at_once():
    assert back_to_pace(steady(0, 60), begun=10, since=10, until=60) == 0


def test_the_pace_is_back_when_requests_end_again():
    assert back_to_pace([*steady(0, 10), *steady(17, 60)], begun=10, since=10, until=60) == pytest.approx(7, abs=0.2)


def test_a_fault_that_takes_effect_late_counts_from_its_beginning():
    assert back_to_pace([*steady(0, 12), *steady(17, 60)], begun=10, since=10, until=60) == pytest.approx(7, abs=0.2)


def test_a_burst_that_had_piled_up_does_not_count_before_it_began():
    times = [*steady(0, 10), *[17.05] * 140, *steady(17, 60)]

    assert back_to_pace(times, begun=10, since=10, until=60) == pytest.approx(7, abs=0.2)


def test_the_last_disturbance_counts():
    assert back_to_pace([*steady(0, 10), *steady(17, 30), *steady(34, 60)], begun=10, since=10, until=60) == pytest.approx(24, abs=0.2)


def test_an_outage_can_be_counted_from_its_end():
    assert back_to_pace([*steady(0, 10), *steady(27, 60)], begun=10, since=25, until=60) == pytest.approx(2, abs=0.2)


def test_a_pace_that_stays_low_is_never_back():
    assert back_to_pace([*steady(0, 10), *steady(10, 60, rate=12)], begun=10, since=10, until=60) is None
    assert back_to_pace(steady(0, 10), begun=10, since=10, until=60) is None


def watched(*parts):
    """Returns one observation a second. Each part is (seconds, the hosts that take writes)."""
    lines = [hosts for seconds, hosts in parts for _ in range(seconds)]
    return [{"time": second, "writable": hosts} for second, hosts in enumerate(lines)]


@pytest.mark.parametrize("lines, expected", [
    (watched((30, ["db1"])), (0, 1)),
    (watched((5, ["db1"]), (8, []), (20, ["db2"])), (13 - 5, 1)),
    (watched((10, ["db1"]), (3, ["db1", "db2"]), (10, ["db2"])), (0, 2)),
    (watched((10, ["db1"]), (10, [])), (None, 1)),
])
def test_the_hosts_that_take_writes(lines, expected):
    assert writable_again(lines, 5, 100) == expected


def test_a_held_request_has_a_cause_if_a_victim_ever_had_it():
    held = [{"id": 1}, {"id": 2}, {"id": 3}]
    claims = [{"id": 1, "daemon": 11}, {"id": 2, "daemon": 12}, {"id": 2, "daemon": 13}]
    numbers = [{"daemons": {"11": "d1", "12": "d2"}}, {"daemons": {"11": "d1", "13": "d3"}}]

    assert without_cause(held, claims, numbers, {"d3"}) == {1, 3}
    assert without_cause(held, claims, numbers, set()) == {1, 2, 3}


def figures(**changes):
    return Figures(**{"name": "f", "way": "hosts", "back": 3.0, "writable": 2.0, "hosts_at_once": 1, "held": 5, "without_cause": 0, "lost": 0,
                      "reordered": 0, "doubled": 0, "late_changed": 0, "other": 0, "findings": [], **changes})


@pytest.mark.parametrize("changes, sentence", [
    ({}, None),
    ({"back": 12.0}, None),
    ({"back": 12.1}, "back to pace after 12.1 s; the goal is 12 s (a primary was there after 2.0 s)"),
    ({"back": None}, "back to pace after None s; the goal is 12 s (a primary was there after 2.0 s)"),
    ({"without_cause": 1}, "without cause: 1; the goal is 0"),
    ({"lost": 2}, "lost: 2; the goal is 0"),
    ({"reordered": 1}, "reordered: 1; the goal is 0"),
    ({"doubled": 1}, "doubled: 1; the goal is 0"),
    ({"late_changed": 1}, "late changed: 1; the goal is 0"),
    ({"other": 1}, "other: 1; the goal is 0"),
    ({"hosts_at_once": 2}, "2 hosts took writes at the same time"),
])
def test_each_goal_that_is_missed_is_said_and_no_other(changes, sentence):
    assert list(missed(figures(**changes), goal=12.0)) == ([sentence] if sentence else [])
