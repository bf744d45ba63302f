"""Tests script/bench itself, with only as many rows as it needs to work: the figures say nothing about the daemon."""

import fcntl
import json
import os
import subprocess
import sys
import urllib.request

import pytest

import scenarios
import sql
from programs import BUILT, REPOSITORY

PEERS = """#!/bin/sh
echo 'a line that is no figure'
echo '{"peer": "slowpoke", "N": '$1', "path": "/fast", "conc": 64, "serial": false, "rate": 3}'
echo '{"peer": "other", "N": '$1', "path": "/fast", "conc": 64, "rate": 7}'
echo '{"peer": "slowpoke", "N": '$1', "path": "/slow", "conc": 64, "rate": 2}'
echo '{"peer": "slowpoke", "N": '$1', "path": "/fast", "conc": 32, "serial": true, "rate": 1}'
"""


def bench(*options):
    return subprocess.run([sys.executable, REPOSITORY / "tests/bench/bench.py", *map(str, options)], capture_output=True, text=True,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, timeout=600, check=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One run of all scenarios: returns standard output, and the measurements by scenario."""
    folder = tmp_path_factory.mktemp("peers")
    script = folder / "run.sh"
    script.write_text(PEERS)
    script.chmod(0o755)
    done = bench("--rows", 2000, "--repeat", 1, "--finished", 3000, "--idle-seconds", 2, "--load-seconds", 2, "--peers", folder,
                 "--json", folder / "lines.json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (folder / "lines.json").read_text().splitlines()]
    return done.stdout, {line["scenario"]: line for line in lines[1:]}


def test_every_scenario_is_measured(whole):
    _, found = whole

    assert list(found) == [scenario.name for scenario in scenarios.ALL]


@pytest.mark.parametrize("name", [one.name for one in scenarios.ALL if one.name not in ("exchange-ceiling", "render", "asking", "idle", "idle-providers", "idle-daemons", "peers")])
def test_a_run_is_told_with_its_rate_and_its_costs(whole, name):
    found = whole[1][name]

    assert found["rows"] > 0
    assert 0 <= found["others_cores"] <= os.cpu_count()
    assert found["postgres_cpu_seconds_per_1000"] > 0
    assert 0.0005 < found["statements_per_request"] < 10
    assert 0.0005 < found["commits_per_request"] < 10  # the commits of autovacuum are among them
    assert {"try_claim", "record"} <= set(found["statement_calls"])
    if name != "sql-ceiling":
        assert found["daemon_cpu_seconds_per_1000"] > 0 and found["cas_cpu_seconds_per_1000"] > 0
        assert 5_000 < found["rss_peak_kib"] < 500_000 and 1 < found["start_ms"] < 60_000


@pytest.mark.parametrize("name", ["burn-down", "cards", "mixed-day", "two-daemons", "finished"])
def test_the_two_ways_to_time_a_run_agree(whole, name):
    found = whole[1][name]

    assert 0.4 * found["rate"] < found["rate_polled"] <= found["rate"]  # the poll sees the end late, but knows the start


@pytest.mark.parametrize("name", ["open-loop-200", "open-loop-80", "express"])
def test_latencies_are_told_as_percentiles(whole, name):
    found = whole[1][name]

    assert 0 < found["p50_ms"] <= found["p95_ms"] <= found["p99_ms"] <= found["p999_ms"] <= found["max_ms"] < 60_000
    assert found["measured"] > 5


def test_inserting_is_timed_alone_beside_loops_and_beside_a_daemon(whole):
    found = whole[1]["inserters"]

    for first in ("", "first_") if sql.may_go_first() else ("",):
        for what in ("alone", "loops", "beside", "beside_20ms"):
            assert 0 < found[f"{first}{what}_p50_ms"] <= found[f"{first}{what}_p99_ms"] < 60_000
    assert found["inserted_beside"] > 5


def test_readers_of_the_feed_fall_and_follow_again(whole):
    found = whole[1]["feed"]

    assert found["rows"] == 4000 and found["readers"] == 3


def test_a_reader_that_misses_an_end_or_sees_one_twice_is_told():
    reader = sql.Reader("", 3, 1)

    reader.seen = [1, 2, 3]
    assert reader.complaint(1, 3) is None
    for wrong in ([1, 2], [1, 2, 2], [1, 2, 2, 3]):
        reader.seen = wrong
        assert "saw" in reader.complaint(1, 3)


def test_questions_are_timed_each(whole):
    found = whole[1]["asking"]

    for name in ("card_history", "request_status"):
        assert 0 < found[name + "_p50_ms"] <= found[name + "_p99_ms"] < 60_000


def test_preparing_and_interpreting_are_told_for_each_of_the_13_commands(whole):
    found = whole[1]["render"]

    assert len(found["commands"]) == 13
    assert 10 < found["prepare_ns"] < 1_000_000 and 10 < found["interpret_ns"] < 1_000_000


def test_a_slow_cas_is_slow(whole):
    assert whole[1]["20ms-64"]["rate"] < 64 / 0.020


def test_a_mixed_day_has_more_commands_than_requests(whole):
    found = whole[1]["mixed-day"]

    assert found["commands"] == 1.9 * found["rows"]


def test_an_idle_daemon_costs_next_to_nothing(whole):
    found = whole[1]["idle"]

    assert 0 < found["statements_per_second"] < 50
    assert found["daemon_cpu_percent"] < 50


def test_the_table_holds_rates_latencies_and_every_goal(whole):
    text, _ = whole
    goals = sum(len(scenario.goals) for scenario in scenarios.ALL)

    assert text.count("| yes |") + text.count("| **no** |") == goals, "a goal was not measured"
    assert "| peers | slowpoke serial 32 | 1 |" in text
    assert "| peers | fast | 7 |" in text


def test_an_unknown_scenario_is_refused():
    done = bench("--scenario", "burn-up")

    assert done.returncode == 2
    assert "burn-up" in done.stderr


def test_two_at_once_are_one_too_many():
    with open(REPOSITORY / "tests/bench/bench.py", "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = bench("--scenario", "render")

    assert done.returncode == 2
    assert "another one runs" in done.stderr


def test_an_endpoint_needs_its_binding():
    assert "go together" in bench("--endpoint", "http://127.0.0.1:9").stderr


def test_a_cas_of_ones_own_is_measured_in_place_of_the_stub():
    with subprocess.Popen([BUILT / "contego-sim", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as cas:
        try:
            url = json.loads(cas.stdout.readline())["listening"]
            done = bench("--scenario", "mixed-day", "--rows", 100, "--repeat", 1,
                         "--endpoint", url, "--binding", REPOSITORY / "config/binding.xml")
            with urllib.request.urlopen(url + "/sim/state", timeout=10) as answer:
                calls = json.load(answer)["calls"]
        finally:
            cas.terminate()

    assert done.returncode == 0, done.stderr
    assert calls["SEND_BARK_MESSAGE_TO_CLIENT"]["OK"] == 10


def test_scenarios_are_listed_without_measuring():
    listed = bench("--list").stdout.splitlines()

    assert [line.split()[0] for line in listed] == [scenario.name for scenario in scenarios.ALL]
