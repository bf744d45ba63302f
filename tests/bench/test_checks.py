"""Tests parts of the bench: sums over processes, medians, goals, and that a failed run gives no figure."""

import os
import subprocess
import sys
import time

import pytest

import gauges
import report
import scenarios
import stage
import workload
from database import Cluster, Session


BEGAN = time.monotonic()
WORK = "SELECT count(*) FROM generate_series(1, 2000000) AS n, LATERAL (SELECT sqrt(n)) AS root"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    running = Cluster(tmp_path_factory.mktemp("b"))
    yield running
    running.stop()


@pytest.fixture
def past(cluster):
    """A database with 20 requests that ended well, and a daemon that ran then."""
    made = cluster.new_database()
    for statement in workload.FINISHED.values():
        made.session.query(statement.format(first=1, last=20))
    made.session.query("INSERT INTO contego.daemon (name, host, pid, version, lease_until) VALUES ('d', 'h', 1, 'v', now())")
    made.session.query("UPDATE contego.request_finished SET finished_date = now() + interval '4 seconds'")
    yield made
    made.drop()


def outcome(database):
    return stage.outcome(database, 1, 20, "-infinity", strict=True)


def test_a_run_is_timed_from_the_joining_of_the_daemon_to_the_last_finish(past):
    found = outcome(past)

    assert found["rows"] == found["commands"] == 20
    assert 3.5 < found["seconds"] < 4.5


@pytest.mark.parametrize("damage, complaint", [
    ("UPDATE contego.request_finished SET life_cycle_state = 'REJECTED', progress = 'REJECTED', error_code = 'X' WHERE id = 3", "not COMPLETED"),
    ("UPDATE contego.command SET response = NULL WHERE request_id = 3", "not stored"),
    ("DELETE FROM contego.request_finished WHERE id = 3", "not finished"),
    ("UPDATE contego.request_finished SET lanes = '{card:1}', executed_date = finished_date - id * interval '1 ms'", "overtook"),
])
def test_a_run_that_went_wrong_gives_no_figure(past, damage, complaint):
    past.session.query(damage)

    with pytest.raises(RuntimeError, match=complaint):
        outcome(past)


def test_the_cpu_of_a_session_that_ended_is_counted(cluster):
    session = Session(cluster.base)
    before = gauges.cluster_cpu_seconds(cluster.postmaster(), set())
    session.query(WORK)
    used = gauges.cpu_seconds(session.pid)

    session.close()
    while os.path.exists(f"/proc/{session.pid}"):
        time.sleep(0.01)

    assert used > 0.1
    assert gauges.cluster_cpu_seconds(cluster.postmaster(), set()) - before > 0.9 * used


def test_the_cpu_of_our_own_sessions_is_not_counted(cluster):
    session = Session(cluster.base)
    before = gauges.cluster_cpu_seconds(cluster.postmaster(), {session.pid})

    session.query(WORK)

    others = gauges.cluster_cpu_seconds(cluster.postmaster(), {session.pid}) - before
    assert others < 0.5 * gauges.cpu_seconds(session.pid)
    session.close()


def test_a_scenario_that_fails_leaves_nobody_watching(cluster, past, tmp_path):
    with pytest.raises(KeyError), stage.Stage(cluster, stage.Settings(), tmp_path).costs(past) as costs:
        raise KeyError

    assert not costs.sessions.is_alive()
    assert costs.sessions.connection.closed and costs.admin.connection.closed


def test_the_machine_works_at_least_as_long_as_one_process_does():
    before = gauges.machine_cpu_seconds(), sum(os.times()[:2])
    sum(range(10_000_000))

    machine, process = gauges.machine_cpu_seconds() - before[0], sum(os.times()[:2]) - before[1]
    assert process - 0.05 <= machine <= 0.05 + os.cpu_count() * (time.monotonic() - BEGAN)


def test_the_peak_of_a_process_is_read_in_kib():
    with subprocess.Popen([sys.executable, "-c", "b = bytearray(30 << 20); print(1, flush=True); input()"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert 30 << 10 < gauges.peak_rss_kib(process.pid) < 100 << 10
        process.stdin.close()


def test_figures_are_medians_with_their_spread():
    assert report.medians([{"rate": 3, "waits": {}}, {"rate": 1}, {"rate": 8}]) == {"rate": {"median": 3, "low": 1, "high": 8}}


def results():
    made = report.Results()
    made.add("burn-down", {"rate": 900.0, "rows": 100})
    made.add("sql-ceiling", {"rate": 1000.0, "rows": 100})
    return made


@pytest.mark.parametrize("goal, verdict", [
    (scenarios.Goal("", "burn-down.rate", least=0.9, per="sql-ceiling.rate"), (0.9, True)),
    (scenarios.Goal("", "burn-down.rate", least=0.91, per="sql-ceiling.rate"), (0.9, False)),
    (scenarios.Goal("", "burn-down.rate", most=899), (900, False)),
    (scenarios.Goal("", "burn-down.rate", least=4, per="peers.fast"), (None, None)),
    (scenarios.Goal("", "burn-down.p50_ms", most=4), (None, None)),
])
def test_a_goal_is_met_missed_or_not_measured(goal, verdict):
    assert results().judge(goal) == verdict


def test_a_missed_goal_stands_out_in_the_table():
    text = report.markdown(results(), [scenarios.NAMED["sql-ceiling"], scenarios.NAMED["burn-down"]])

    assert "| burn-down | 100 | 900 | 0.90 |" in text
    assert "| burn-down | of the SQL ceiling | >= 0.65 | 0.9 | yes |" in text
    assert "| burn-down | times the fastest peer | >= 4 |  | not measured |" in text


def test_a_scenario_brings_along_what_its_ratios_need():
    assert [one.name for one in scenarios.chosen(["cards"], False)] == ["sql-ceiling", "exchange-ceiling", "burn-down", "cards"]
    assert "peers" in [one.name for one in scenarios.chosen(["cards"], True)]


def test_every_goal_names_a_scenario_that_there_is():
    assert {name for one in scenarios.ALL for goal in one.goals for name in goal.needs()} <= set(scenarios.NAMED)
