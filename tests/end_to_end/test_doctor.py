"""contegod doctor finds common faults, and says for each what to do about it."""

import itertools
import json
import re
import socket
import time

import psycopg2
import pytest

from database import Database
from doctor import findings_of, of, only
from programs import REPOSITORY, contegod, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(9000))


@pytest.fixture(scope="module")
def ask(configure, providers):
    def run(given=None, arguments=(), **sections):
        return findings_of(configure(given or providers, **sections), *arguments)

    return run


def checks_of_the_documents():
    text = (REPOSITORY / "docs/operations.md").read_text()
    table = text.split("| check | ")[1].split("\n\n")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)


def test_a_good_installation_has_no_error(daemon, ask):
    findings, status = ask()

    assert status == 0, findings
    assert [f["check"] for f in findings if f["severity"] != "OK"] == ["durability"]  # the test cluster has fsync off
    assert all(f["hint"] for f in findings if f["severity"] != "OK")


def test_every_check_is_made_named_in_the_help_and_described(ask):
    made = list(dict.fromkeys(f["check"] for f in ask()[0]))

    assert made == checks_of_the_documents()
    assert [name for name in made if f"\n  {name} " not in contegod("doctor", "--help").stdout] == []


def test_for_people_there_is_a_line_for_each_finding(configure, providers):
    done = contegod("doctor", "--config", configure(providers))

    *lines, summary = done.stdout.splitlines()
    assert [line for line in lines if not re.match(r"(OK      |WARNING |ERROR   ) [a-z ]+: .", line)] == []
    assert any(re.match(r"WARNING  durability: fsync is off.* HINT: set fsync = on", line) for line in lines)
    assert re.fullmatch(r"\d+ OK, \d+ WARNING, \d+ ERROR", summary)


def test_the_daemons_login_may_look_at_everything(database, providers, folder):
    database.query("CREATE ROLE looked_at LOGIN IN ROLE contego_daemon")
    own = Database(database.connection.replace("user=postgres", "user=looked_at"))
    file = folder / "looked-at.json"
    file.write_text(json.dumps(own.configuration(providers)))

    done = contegod("doctor", "--config", file)

    assert "not checked" not in done.stdout
    assert "the login looked_at has every right that the daemon needs" in done.stdout


def test_a_login_without_a_role_is_told_what_it_lacks_and_what_was_not_looked_at(database, providers, folder):
    database.query("CREATE ROLE nobody_yet LOGIN")
    own = Database(database.connection.replace("user=postgres", "user=nobody_yet"))
    file = folder / "nobody-yet.json"
    file.write_text(json.dumps(own.configuration(providers)))

    done = contegod("doctor", "--config", file)

    assert done.returncode == 1
    assert "ERROR    rights: the login nobody_yet lacks USAGE ON SCHEMA contego HINT: GRANT contego_daemon TO nobody_yet" in done.stdout
    assert "WARNING  queue: not checked: " in done.stdout


def test_a_dropped_index_is_found_and_its_hint_makes_it_again(database, ask):
    database.query("DROP INDEX contego.request_open_due")

    findings, status = ask()

    severity, what, hint = only(findings, "schema")
    assert (severity, status) == ("ERROR", 1)
    assert "request_open_due of contego.request_open is missing" in what
    database.query(hint)
    assert only(ask()[0], "schema")[0] == "OK"


def test_a_function_that_somebody_changed_is_found(database, ask):
    made = database.query("SELECT pg_get_functiondef('contego.leave_fleet'::regproc) AS sql")[0]["sql"]
    database.query(made.replace("AS $function$", "AS $function$ -- mine\n"))
    findings, _ = ask()
    database.query(made)

    severity, what, _ = only(findings, "schema")
    assert severity == "WARNING" and "contego.leave_fleet(" in what
    assert only(ask()[0], "schema")[0] == "OK"


def test_a_revoked_grant_is_found(database, folder, providers):
    database.query("CREATE ROLE revoked LOGIN IN ROLE contego_daemon")
    own = Database(database.connection.replace("user=postgres", "user=revoked"))
    file = folder / "revoked.json"
    file.write_text(json.dumps(own.configuration(providers)))
    database.query("REVOKE EXECUTE ON FUNCTION contego.record FROM contego_daemon")
    done = contegod("doctor", "--config", file)
    database.query("GRANT EXECUTE ON FUNCTION contego.record TO contego_daemon")

    assert done.returncode == 1
    assert re.search(r"^ERROR    rights: .*EXECUTE ON FUNCTION contego.record HINT: GRANT contego_daemon", done.stdout, re.MULTILINE)


def test_autovacuum_that_was_switched_off_is_found(database, ask):
    database.query("ALTER TABLE contego.lane SET (autovacuum_enabled = off)")
    findings, status = ask()

    severity, what, hint = only(findings, "autovacuum")
    assert (severity, status) == ("ERROR", 1) and "contego.lane" in what
    database.query(hint)
    assert only(ask()[0], "autovacuum")[0] == "OK"


def test_a_transaction_that_was_left_open_is_found_with_who_holds_it(database, ask):
    forgotten = psycopg2.connect(database.connection, application_name="forgotten")
    forgotten.cursor().execute("SELECT pg_current_xact_id()")
    pid = forgotten.get_backend_pid()

    findings, _ = ask(arguments=["--longest-transaction", "0"])
    patient, _ = ask()
    forgotten.close()

    about = [f for f in of(findings, "transactions") if f"session {pid} " in f[1]]
    assert about[0][0] in ("WARNING", "ERROR")
    assert "forgotten" in about[0][1] and about[0][2] == f"end it: SELECT pg_terminate_backend({pid})"
    assert only(patient, "transactions")[0] == "OK"


def test_a_held_request_is_found(database, ask):
    card = next(CARDS)
    request_id = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card, "service_ca_id": "1"}, scheduled_date="2100-01-01")
    database.query("SELECT contego.hold(%s, 'fraud desk')", request_id)
    findings, _ = ask()
    database.query("SELECT contego.cancel(%s)", request_id)

    severity, what, hint = only(findings, "queue")
    assert severity == "WARNING" and "1 requests are held" in what and "contego.stuck" in hint


def test_a_queue_without_a_daemon_is_an_error(cluster, tmp_path):
    other = cluster.new_database(tmp_path)
    other.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1"})
    file = tmp_path / "other.json"
    file.write_text(json.dumps(other.configuration({"default": {"endpoint": "http://127.0.0.1:9"}})))

    done = contegod("doctor", "--config", file)
    other.close()

    assert done.returncode == 1
    assert "ERROR    daemons: no daemon is alive, and 1 requests are due HINT: systemctl start contegod" in done.stdout


def test_a_closed_port_is_found(ask):
    findings, status = ask({"default": {"endpoint": "http://127.0.0.1:9"}})

    severity, what, hint = only(findings, "endpoints")
    assert (severity, status) == ("ERROR", 1)
    assert "provider default, http://127.0.0.1:9: no connection (connect)" in what and "firewall" in hint


def test_a_provider_that_is_not_effective_is_left_alone(ask, providers):
    findings, status = ask({**providers, "later": {"endpoint": "http://127.0.0.1:9", "effective": False}})

    assert only(findings, "endpoints")[0] == "OK" and status == 0


def test_a_wrong_configuration_ends_with_2_and_the_rest_says_that_it_was_not_looked_at(ask):
    findings, status = ask({"default": {"endpoint": "ftp://cas"}}, log={"level": "loud"})

    assert status == 2
    assert [f[0] for f in of(findings, "configuration")] == ["ERROR", "ERROR"]
    assert {f["what"] for f in findings if f["check"] != "configuration"} == {"not checked: the configuration has mistakes"}


def test_a_database_that_is_away_is_found_and_the_cas_still_looked_at(tmp_path, providers):
    file = tmp_path / "away.json"
    file.write_text(json.dumps({"database": {"connection": f"host={tmp_path} dbname=x"}, "providers": providers}))

    done = contegod("doctor", "--json", "--config", file)
    findings = json.loads(done.stdout)["findings"]

    assert done.returncode == 1
    assert only(findings, "database")[0] == "ERROR" and "does PostgreSQL run" in only(findings, "database")[2]
    assert only(findings, "queue")[1] == "not checked: the database cannot be reached"
    assert only(findings, "endpoints")[0] == "OK"


def test_a_server_that_never_answers_is_given_up_in_time(tmp_path, providers):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        file = tmp_path / "mute.json"
        connection = f"host=127.0.0.1 port={port} dbname=x connect_timeout=2"
        file.write_text(json.dumps({"database": {"connection": connection}, "providers": providers}))

        began = time.monotonic()
        findings, status = findings_of(file)

    assert time.monotonic() - began < 30
    assert status == 1 and only(findings, "database")[0] == "ERROR"


def test_a_schema_that_was_never_made_is_found(cluster, tmp_path, providers):
    connection = psycopg2.connect(cluster.connection)
    connection.autocommit = True
    connection.cursor().execute("CREATE DATABASE never_migrated")
    connection.close()
    made = Database(cluster.connection.replace("dbname=postgres", "dbname=never_migrated"))
    file = tmp_path / "never.json"
    file.write_text(json.dumps(made.configuration(providers)))

    done = contegod("doctor", "--config", file)

    assert done.returncode == 1
    assert re.search(r"^ERROR    schema: the schema is at version 0, .* HINT: run contegod migrate", done.stdout, re.MULTILINE)
    assert "rights: not checked: there is no FUNCTION contego.claim" in done.stdout


def test_no_call_is_sent(ask, simulator):
    before = simulator.calls()

    ask()

    assert simulator.calls() == before


def test_who_runs_is_counted(daemon, ask):
    assert wait_for(lambda: "daemons are alive" in only(ask()[0], "daemons")[1])
