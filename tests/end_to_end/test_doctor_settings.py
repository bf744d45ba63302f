"""A site changed settings of its database or login: contegod doctor reports no false finding, and misses none."""

import json

import pytest

from database import Database
from doctor import findings_of
from programs import Daemon, wait_for

SETTINGS = {
    "extra_float_digits": "-15",
    "quote_all_identifiers": "on",
    "standard_conforming_strings": "off",
    "backslash_quote": "on",
    "transform_null_equals": "on",
    "DateStyle": "'German, DMY'",
    "IntervalStyle": "sql_standard",
    "TimeZone": "'Pacific/Kiritimati'",
    "bytea_output": "escape",
    "client_encoding": "LATIN1",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "row_security": "off",
    "search_path": "nowhere",
    "client_min_messages": "debug5",
    "lc_messages": "'C'",
    "jit": "on",
    "jit_above_cost": "0",
    "enable_seqscan": "off",
    "plan_cache_mode": "force_generic_plan",
    "xmloption": "document",
    "array_nulls": "off",
}


def told(findings):
    """Returns the text without its numbers, which change."""
    return [(f["severity"], f["check"]) for f in findings]


@pytest.fixture(scope="module")
def usual(daemon, configure, providers):
    wait_for(lambda: daemon.get("/readyz")[0] == 200)
    return told(findings_of(configure(providers))[0])


def same_as_usual(findings, usual):
    assert told(findings) == usual, [f for f in findings if f["severity"] != "OK"]
    clock = next(f for f in findings if f["check"] == "clock")
    assert "is 0.0" in clock["what"], "as precise as ever"


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_the_database_changes_no_finding(database, usual, configure, providers, name):
    own = database.query("SELECT current_database() AS name")[0]["name"]
    database.query(f"ALTER DATABASE {own} SET {name} = {SETTINGS[name]}")
    try:
        findings, _ = findings_of(configure(providers))
    finally:
        database.query(f"ALTER DATABASE {own} RESET {name}")

    same_as_usual(findings, usual)


def test_all_of_them_at_once_for_a_login_change_no_finding(database, usual, folder, providers):
    database.query("CREATE ROLE set_otherwise LOGIN IN ROLE contego_daemon")
    for name, setting in SETTINGS.items():
        database.query(f"ALTER ROLE set_otherwise SET {name} = {setting}")
    own = Database(database.connection.replace("user=postgres", "user=set_otherwise"))
    file = folder / "set-otherwise.json"
    file.write_text(json.dumps(own.configuration(providers)))

    findings, _ = findings_of(file)

    same_as_usual(findings, usual)


def test_after_a_clean_stop_of_the_only_daemon_nobody_is_said_to_have_died(cluster, tmp_path, providers):
    other = cluster.new_database(tmp_path)
    file = tmp_path / "contegod.json"
    file.write_text(json.dumps(other.configuration(providers)))
    daemon = Daemon(file)
    assert daemon.terminate() == 0

    stopped = [f for f in findings_of(file)[0] if f["check"] == "daemons"]
    killed = Daemon(file)
    killed.kill()
    wait_for(lambda: other.query("SELECT 1 FROM contego.daemon WHERE lease_until < now()"))
    died = [f for f in findings_of(file)[0] if f["check"] == "daemons"]
    other.query("UPDATE contego.daemon SET lease_until = '-infinity'")
    declared = [f for f in findings_of(file)[0] if f["check"] == "daemons"]
    other.close()

    assert [f["what"] for f in stopped] == ["no daemon is alive"]
    assert "no daemon has taken over its requests yet" in died[0]["what"]
    assert [f["what"] for f in declared] == ["no daemon is alive"], "a lease of minus infinity did not run out"
