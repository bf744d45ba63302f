"""The figures of a pace, from histories written by hand."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

from backlog import Ends  # noqa: E402
from recover import Measured, table  # noqa: E402


def steady(begin, end, rate=10):
    return [begin + (n + 0.5) / rate for n in range(round((end - begin) * rate))]


def test_a_rate_counts_what_ended_in_the_window():
    ends = Ends([*steady(0, 10), *steady(10, 20, 30)])

    assert ends.rate(0, 10) == 10
    assert ends.rate(5, 15) == 20


def test_the_least_rate_is_that_of_the_worst_second():
    ends = Ends([*steady(0, 5), *steady(5, 6, 3), *steady(6, 10)])

    assert ends.least(0, 10) == 3


def test_the_least_rate_of_less_than_a_second_is_that_of_all_of_it():
    assert Ends(steady(0, 10)).least(3, 3.5) == 10


def test_a_pace_is_back_when_it_was_reached_and_is_kept():
    ends = Ends([*steady(0, 10), *steady(14, 30)])

    assert ends.back(10, pace=10, until=30) == pytest.approx(4, abs=0.15)


def test_a_burst_of_what_had_piled_up_is_no_pace():
    ends = Ends([*steady(10, 11, 15), *steady(15, 30)])

    assert ends.back(10, pace=10, until=30) > 4


def test_a_pace_that_stays_below_nine_tenths_is_never_back():
    assert Ends(steady(10, 30, 8)).back(10, pace=10, until=30) is None


def test_the_table_has_the_median_of_the_ratios_and_their_spread():
    measured = {"some": [Measured(100, 0, after, back, busy=0.5) for after, back in ((90, 1.0), (99, 2.0), (101, None))]}

    row = list(table(measured))[2]

    assert "| 0.990 | 0.900 | 1.010 | 2.0 | inf | 50 |" in row
