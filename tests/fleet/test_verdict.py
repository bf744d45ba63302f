"""The files of a run that were kept, written by hand, are judged again."""

import json
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "chaos"), str(HERE.parent / "end_to_end")]

import verdict  # noqa: E402
from by_hand import Histories  # noqa: E402


def write(file, *lines):
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def trial(tmp_path):
    """Returns a function that writes the files of a trial in which all went well, and returns its folder."""
    def written(name, begun=20):
        folder = tmp_path / name
        folder.mkdir()
        histories = Histories(folder)
        for number in range(1, 5):
            histories.done(number)
        for claim in (one for one in histories.tables if one["kind"] == "claim"):
            claim["daemon"] = 7
        histories.faults = [{"name": name, "begun": begun, "ended": begun + 2, "late": True}]
        histories.findings()
        write(folder / "watch.jsonl", {"time": begun, "writable": ["db1"], "daemons": {"7": "d3"}})
        return folder
    return written


def test_trials_are_judged_in_the_order_in_which_they_were_played(trial, tmp_path):
    trial("outage-through-hosts", begun=22)
    trial("switchover-through-haproxy", begun=20)

    found = verdict.again(tmp_path)

    assert [(one.name, one.way) for one in found.found] == [("switchover", "haproxy"), ("outage", "hosts")]
    assert not found.failed
    assert "| switchover | haproxy | 0.0 | 0.0 | 0 | 0, 0, 0 | 0 | 0 |" in (tmp_path / "report.md").read_text()


def test_a_row_that_the_database_has_lost_is_lost(trial, tmp_path):
    write(trial("outage-through-hosts") / "gone.jsonl", {"id": 9})

    found = verdict.again(tmp_path)

    assert (found.found[0].lost, found.failed) == (1, True)


def test_a_daemon_that_ended_by_itself_is_a_finding(trial, tmp_path):
    write(trial("outage-through-hosts") / "crashes.jsonl", {"sentence": "d1 ended by itself"})

    found = verdict.again(tmp_path)

    assert (found.found[0].other, found.failed) == (1, True)


@pytest.mark.parametrize("fault, without_cause", [("outage", 1), ("daemon-killed+daemon-host-gone", 0)])
def test_a_request_that_was_held_needs_a_cause(trial, tmp_path, fault, without_cause):
    folder = trial(f"{fault}-through-hosts")
    write(folder / "held.jsonl", {"id": 1, "time": 21, "code": "MAYBE_SENT", "verb": "release"})

    found = verdict.again(tmp_path)

    assert (found.found[0].without_cause, found.failed) == (without_cause, without_cause > 0)


def test_a_fault_beyond_the_goals_fails_no_run(trial, tmp_path):
    write(trial("patroni-killed-through-hosts") / "gone.jsonl", {"id": 9})

    found = verdict.again(tmp_path)

    assert (found.found[0].lost, found.failed) == (1, False)
