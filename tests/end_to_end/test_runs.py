"""Runs with the real daemon and simulator: pace, order beside single requests, the death of the feeding daemon, the verbs, the subcommands."""

import concurrent.futures
import contextlib
import json
import re
import subprocess
import time

import psycopg2
import pytest

from guide import blocks, script_of
from neighbours import open_transaction
from programs import CONTEGOD, contegod, wait_for

COMMANDS = ("ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS", "CREATE_PAIRING", "ADD_TO_EXISTING_PAIRING", "GET_ACTIVE_SUBSCRIPTIONS",
            "GET_PAIRING_STATUS_FOR_CARD", "GET_PAIRING_STATUS_FOR_PAIRING_MODULE", "SEND_MAIL_MESSAGE_TO_CLIENT",
            "SEND_BARK_MESSAGE_TO_CLIENT", "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", "DISPLAY_FINGERPRINT",
            "UPDATE_CA_PIN_TO_DEFAULT_VALUE", "UPDATE_CA_PIN_TO_GIVEN_VALUE")


@pytest.fixture(scope="module")
def file(configure, providers):
    return configure(providers)


def cards(count, first=1):
    return [f"{n:011}" for n in range(1_000_000_000 + first, 1_000_000_000 + first + count)]


def start(database, action, of_cards, **arguments):
    names = "".join(f", {name} => %s" for name in arguments)
    sql = f"SELECT run FROM contego.start_run(%s, %s{names})"
    return database.query(sql, action, of_cards, *arguments.values())[0]["run"]


def progress(database, run):
    return database.query("SELECT * FROM contego.run_progress WHERE run = %s", run)[0]


def in_state(database, run, state, timeout=60.0):
    def row():
        found = progress(database, run)
        return found if found["state"] == state else None

    return wait_for(row, timeout, lambda: progress(database, run))


def sent_cards(database, run):
    """The card of each command of the run that was sent, in the order of sending."""
    rows = database.query("SELECT c.parameters ->> 'smartcard_ca_id' AS card FROM contego.command AS c JOIN contego.request AS r ON r.id = c.request_id"
                          " WHERE r.process_id = %s AND c.sent_date IS NOT NULL ORDER BY c.sent_date", str(run))
    return [row["card"] for row in rows]


MAIL = '{"message": "The office is closed tomorrow"}'


def test_a_run_keeps_its_pace_and_single_requests_go_on_meanwhile(database, daemon):
    begun = time.monotonic()
    run = start(database, "SEND_MAIL_MESSAGE_TO_CLIENT", cards(2000), parameters=MAIL, pace=500)
    waits = []
    while progress(database, run)["state"] == "RUNNING":
        before = time.monotonic()
        single = database.insert("GET_ACTIVE_SUBSCRIPTIONS", {"smartcard_ca_id": "01999999999"}, priority="EXPRESS")
        database.finished(single)
        waits.append(time.monotonic() - before)
    took = time.monotonic() - begun

    last = progress(database, run)
    assert (last["state"], last["done"], last["failed"], last["waiting"]) == ("DONE", 2000, 0, 0), last
    assert 3.0 < took < 30, took  # 2000 at 500 a second, of which a second may be caught up
    assert sorted(waits)[len(waits) // 2] < 0.5, waits
    assert sorted(sent_cards(database, run)) == cards(2000)


def test_another_daemon_goes_on_when_the_feeding_one_is_killed(database, launch):
    daemons = [launch(), launch()]
    run = start(database, "GET_PAIRING_STATUS_FOR_CARD", cards(1500), pace=400)
    wait_for(lambda: progress(database, run)["done"] > 200, what=lambda: progress(database, run))

    daemons[0].kill()
    last = in_state(database, run, "DONE")

    assert (last["done"], last["failed"]) == (1500, 0)
    fed = database.query("SELECT count(*) AS requests, count(DISTINCT lanes) AS cards FROM contego.request WHERE process_id = %s", str(run))[0]
    assert fed == {"requests": 1500, "cards": 1500}  # no card was fed twice
    assert daemons[1].terminate() == 0


def test_a_paused_run_sends_nothing_more_and_resumes(database, daemon):
    run = start(database, "SEND_MAIL_MESSAGE_TO_CLIENT", cards(3000), parameters=MAIL, pace=600)
    wait_for(lambda: progress(database, run)["done"] > 100, what=lambda: progress(database, run))

    database.query("SELECT contego.pause_run(%s, 'lunch')", run)
    paused = wait_for(lambda: (row := progress(database, run))["in_flight"] == 0 and row, 1.0, lambda: progress(database, run))
    latest = database.query("SELECT max(c.sent_date) - now() AS ago FROM contego.command AS c JOIN contego.request AS r ON r.id = c.request_id WHERE r.process_id = %s", str(run))
    single = database.insert("GET_ACTIVE_SUBSCRIPTIONS", {"smartcard_ca_id": "01999999999"})
    database.finished(single)
    assert progress(database, run)["done"] == paused["done"]
    assert latest[0]["ago"].total_seconds() < 0

    database.query("SELECT contego.resume_run(%s)", run)
    last = in_state(database, run, "DONE")
    assert (last["done"], last["failed"]) == (3000, 0)
    assert sorted(sent_cards(database, run)) == cards(3000)  # each card once, although requests were withdrawn


def test_after_cancel_nothing_more_is_sent(database, daemon):
    run = start(database, "SEND_MAIL_MESSAGE_TO_CLIENT", cards(3000), parameters=MAIL, pace=800)
    wait_for(lambda: progress(database, run)["done"] > 100, what=lambda: progress(database, run))

    database.query("SELECT contego.cancel_run(%s, 'wrong text')", run)
    cut = wait_for(lambda: (row := progress(database, run))["in_flight"] == 0 and row, 5.0, lambda: progress(database, run))
    sent = len(sent_cards(database, run))
    database.finished(database.insert("GET_ACTIVE_SUBSCRIPTIONS", {"smartcard_ca_id": "01999999999"}))

    assert (cut["state"], cut["waiting"]) == ("CANCELLED", 0)
    assert cut["done"] + cut["failed"] + cut["cancelled"] == 3000 and cut["cancelled"] > 1000
    assert len(sent_cards(database, run)) == sent == cut["done"]
    assert database.count("process_id = %s AND life_cycle_state = 'PENDING'", str(run)) == 0


def test_a_run_waits_while_the_cas_is_away(database, daemon, simulator):
    simulator.break_with({"do": {"http_status": 503}})
    run = start(database, "GET_ACTIVE_SUBSCRIPTIONS", cards(500), pace=1000, most_in_flight=20)
    wait_for(lambda: progress(database, run)["in_flight"] == 20, what=lambda: progress(database, run))
    assert progress(database, run)["waiting"] == 480
    simulator.mend()

    assert in_state(database, run, "DONE")["done"] == 500


def test_a_bad_card_among_good_ones_fails_alone_and_is_retried(database, daemon, simulator, file):
    simulator.break_with({"when": {"smartcard": "01000000003", "times": 1}, "do": {"status_code": "CLIENT_NOT_FOUND"}})
    run = start(database, "GET_ACTIVE_SUBSCRIPTIONS", [*cards(5), "no card", "01000000001"], reason="audit")
    last = in_state(database, run, "DONE")
    simulator.mend()
    assert (last["cards"], last["done"], last["failed"]) == (6, 4, 2)  # the card that was named twice is sent once
    rows = database.query("SELECT card, error_code FROM contego.run_result WHERE run = %s AND progress = 'REJECTED' ORDER BY card", run)
    assert [(r["card"], r["error_code"]) for r in rows] == [("01000000003", "CLIENT_NOT_FOUND"), ("no card", "VALIDATION_ERROR")]

    shown = contegod("run", "show", "--config", file, run)
    done = contegod("run", "retry-failed", "--config", file, run, "--reason", "registered", "--watch")

    assert "CLIENT_NOT_FOUND" in shown.stdout and "VALIDATION_ERROR" in shown.stdout
    assert done.returncode == 1 and "5 done, 1 failed" in done.stdout, done.stdout + done.stderr
    actions = database.query("SELECT verb, before, after, reason, acted_by FROM contego.operator_action WHERE run = %s ORDER BY id", run)
    assert [tuple(a.values()) for a in actions] == [("start", "", "RUNNING", "audit", "postgres"),
                                                    ("retry_failed", "DONE", "RUNNING", "registered", "postgres")]


def test_the_subcommands(database, daemon, file, tmp_path):
    listed = tmp_path / "cards"
    listed.write_text("01000000011\n01000000012\r\n\n  01000000013\n")
    arguments = ["--action", "SEND_BARK_MESSAGE_TO_CLIENT", "--cards", listed, "--parameters", '{"message": "hello", "display_duration": 5}']

    checked = contegod("run", "start", "--config", file, *arguments, "--dry-run")
    started = contegod("run", "start", "--config", file, *arguments, "--pace", 50, "--reason", "test", "--watch")

    assert checked.returncode == 0 and "cards: 3" in checked.stdout and "nothing was started" in checked.stdout, checked.stderr
    assert started.returncode == 0, started.stdout + started.stderr
    assert "DONE" in started.stdout and "3 done, 0 failed" in started.stdout
    run = int(started.stdout.split()[1])
    assert f"{run}  DONE" in contegod("run", "list", "--config", file).stdout
    assert contegod("run", "pause", "--config", file, run).stderr == "refused: it is DONE\n"
    assert contegod("run", "forget", "--config", file, run).returncode == 0
    assert contegod("run", "show", "--config", file, run).returncode == 1


def test_a_dry_run_checks_the_request_of_every_card(database, file):
    before = database.query("SELECT count(*) AS n FROM contego.run")[0]["n"]
    query = "SELECT card, text FROM (VALUES ('01', 'short'), ('02', repeat('x', 200)), ('no card', 'short'), ('03', NULL)) AS v (card, text)"

    done = contegod("run", "start", "--config", file, "--action", "SEND_MAIL_MESSAGE_TO_CLIENT", "--query", query, "--columns",
                    '{"message": "text"}', "--dry-run")

    assert done.returncode == 1
    assert "1 cards, such as 02: message: must" in done.stdout, done.stdout + done.stderr
    assert "1 cards, such as 03: message: is mandatory" in done.stdout
    assert "1 cards, such as no card: smartcard_ca_id: must" in done.stdout
    assert database.query("SELECT count(*) AS n FROM contego.run")[0]["n"] == before


@pytest.mark.parametrize("mistake", [["--pace", "0"], ["--query", "DROP TABLE contego.run"], ["--most-in-flight", "many"]])
def test_a_mistake_is_told_and_starts_nothing(database, file, mistake):
    cards_given = [] if "--query" in mistake else ["--query", "SELECT '1' AS card"]

    done = contegod("run", "start", "--config", file, "--action", "GET_ACTIVE_SUBSCRIPTIONS", *cards_given, *mistake)

    assert done.returncode == 1 and done.stderr.startswith("run start: "), done.stderr


def test_a_query_with_an_unknown_table_is_told_to_name_its_schema(file):
    done = contegod("run", "start", "--config", file, "--action", "GET_ACTIVE_SUBSCRIPTIONS", "--query", "SELECT * FROM cards")

    assert done.returncode == 1 and 'relation "cards" does not exist' in done.stderr, done.stderr
    assert done.stderr.endswith("\nHINT: name tables with their schema, such as crm.cards\n"), done.stderr


@pytest.mark.parametrize("times", ["22:00-25:99", "22-07", "22:00-07", "22:00-7:00", "22:00", ""])
def test_quiet_hours_that_are_no_times_are_refused(file, times):
    done = contegod("run", "start", "--config", file, "--action", "GET_ACTIVE_SUBSCRIPTIONS", "--query", "SELECT '1' AS card",
                    "--quiet-hours", times, "--time-zone", "UTC")

    assert done.returncode == 2 and f"--quiet-hours: must be two local times, such as 22:00-07:00 (was {times})" in done.stderr, done.stderr


def test_a_key_that_several_sessions_use_at_once_starts_one_run(database):
    def begin(_):
        with contextlib.closing(psycopg2.connect(database.connection)) as session, session, session.cursor() as cursor:
            cursor.execute("SELECT run, is_new FROM contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', query => 'SELECT (1000000000 + g)::text AS card"
                           " FROM generate_series(1, 20000) AS g', from_date => '2100-01-01', idempotency_key => 'at once')")
            return cursor.fetchone()

    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = list(pool.map(begin, range(4)))

    assert len({run for run, _ in said}) == 1 and sorted(is_new for _, is_new in said) == [False, False, False, True]
    database.query("SELECT contego.cancel_run(%s)", said[0][0])


def test_a_run_that_takes_too_long_is_not_the_first_again(database):
    """Another session keeps a table locked until the time limit of the statement has passed. The daemon does not serve the provider of the runs."""
    database.query("INSERT INTO contego.lock (purpose, provider) VALUES ('claim', 'apart')")
    stuck = start(database, "GET_ACTIVE_SUBSCRIPTIONS", cards(1), provider="apart")
    next_one = start(database, "GET_ACTIVE_SUBSCRIPTIONS", cards(1, first=2), provider="apart")
    with open_transaction(database.connection, "LOCK TABLE contego.request_open IN EXCLUSIVE MODE"):
        database.query("SET statement_timeout = '500ms'")
        database.query("SELECT contego.feed_runs('{apart}')")
        database.query("RESET statement_timeout")

    database.query("SELECT contego.feed_runs('{apart}')")

    assert [progress(database, run)["waiting"] for run in (stuck, next_one)] == [1, 0]
    assert progress(database, stuck)["state"] == "RUNNING"
    for run in (stuck, next_one):
        database.query("SELECT contego.cancel_run(%s)", run)


def test_a_login_without_rights_starts_nothing(database):
    database.query("DROP ROLE IF EXISTS run_nobody")
    database.query("CREATE ROLE run_nobody LOGIN")
    connection = psycopg2.connect(database.connection.replace("user=postgres", "user=run_nobody"))
    try:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            connection.cursor().execute("SELECT contego.start_run('GET_ACTIVE_SUBSCRIPTIONS', '{1}')")
    finally:
        connection.close()
        database.query("DROP ROLE run_nobody")


def test_a_run_may_send_each_command_but_the_one_with_a_pin(database):
    actions = database.query("SELECT contego.run_actions() AS actions")[0]["actions"]

    assert sorted([*actions, "UPDATE_CA_PIN_TO_GIVEN_VALUE"]) == sorted([*COMMANDS, "REFRESH", "RECONCILE"])
    said = contegod("plan", "--action", "NO_SUCH_ACTION", "--parameters", "{}").stderr
    assert set(COMMANDS) == {word.strip("(,") for word in said.split() if word.strip("(,") in COMMANDS}
    assert said.split("must be one of", 1)[1].split("(was")[0].split()[-len(COMMANDS):] == list(COMMANDS), json.dumps(said)


@pytest.mark.parametrize("action", [one for one in COMMANDS if one != "UPDATE_CA_PIN_TO_GIVEN_VALUE"])
def test_a_run_needs_the_parameters_that_the_plan_of_its_command_needs(database, action):
    needed = database.query("SELECT contego.mandatory_parameters(%s) AS names", action)[0]["names"]
    card = database.query("SELECT contego.run_parameters(%s, '01000000001', '{}', NULL) AS p", action)[0]["p"]

    said = contegod("plan", "--action", action, "--parameters", json.dumps(card)).stderr

    missing = re.findall(r"(\w+): is mandatory", said)
    assert sorted(missing) == sorted(needed), said
    assert "smartcard_ca_id" not in missing and "stb_ca_id" not in missing


def test_the_metrics_tell_of_a_run_that_paused_itself(database, daemon, simulator):
    def metric(name):
        found = re.search(rf'^contego_{re.escape(name)} (\d+)$', daemon.get("/metrics")[1], re.MULTILINE)
        return int(found.group(1)) if found else None

    assert metric('open_runs{state="PAUSED_ITSELF"}') == 0
    simulator.break_with({"do": {"status_code": "CLIENT_NOT_FOUND"}})
    run = start(database, "GET_ACTIVE_SUBSCRIPTIONS", cards(300), most_in_flight=100)
    in_state(database, run, "PAUSED")
    simulator.mend()

    wait_for(lambda: metric('open_runs{state="PAUSED_ITSELF"}') == 1, what=lambda: daemon.get("/metrics")[1])
    counted = database.query("SELECT waiting, failed FROM contego.run_stats")[0]
    assert metric('run_cards{state="failed"}') == counted["failed"] >= 100
    assert metric('run_cards{state="waiting"}') == counted["waiting"] >= progress(database, run)["waiting"]

    database.query("SELECT contego.cancel_run(%s)", run)
    wait_for(lambda: metric('open_runs{state="PAUSED_ITSELF"}') == 0)


def test_a_retried_request_is_counted_by_its_run(database, daemon, simulator):
    simulator.break_with({"when": {"smartcard": "01000000702", "times": 1}, "do": {"status_code": "CLIENT_NOT_FOUND"}})
    run = start(database, "GET_ACTIVE_SUBSCRIPTIONS", ["01000000701", "01000000702"])
    assert in_state(database, run, "DONE")["failed"] == 1
    wait_for(lambda: not database.query("SELECT attended FROM contego.run WHERE id = %s", run)[0]["attended"])
    simulator.mend()

    database.query("SELECT contego.retry(request_id, 'registered') FROM contego.run_result WHERE run = %s AND progress = 'REJECTED'", run)

    wait_for(lambda: (progress(database, run)["done"], progress(database, run)["failed"]) == (2, 0), what=lambda: progress(database, run))


def test_a_dry_run_of_a_run_without_cards_or_without_a_parameter_fails(database, file, tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for arguments, why in (["--action", "GET_ACTIVE_SUBSCRIPTIONS", "--cards", empty], "cards: must name at least one card"), (
            ["--action", "SEND_MAIL_MESSAGE_TO_CLIENT", "--query", "SELECT '1' AS card"], "parameters.message: is mandatory"):
        done = contegod("run", "start", "--config", file, *arguments, "--dry-run")

        assert done.returncode == 1 and why in done.stderr, done.stdout + done.stderr


def test_the_examples_of_the_page_work(database, daemon, file, tmp_path, logins):
    (tmp_path / "contegod.json").write_text(file.read_text())
    (tmp_path / "cards.txt").write_text("01000000301\n01000000302\n")
    database.finished(database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": "01900080207", "service_ca_id": "1111"}, process_id="BATCH-17"))  # for the ledger and the undo
    wrong = database.insert("DEACTIVATE_SUBSCRIPTION", {"distributions": []}, scheduled_date="2100-01-01")
    database.query("UPDATE contego.request SET owned_by = 'crm', created_date = '2030-01-31T22:05:00Z' WHERE id = %s", wrong)

    done = subprocess.run(["psql", database.connection, "-X", "-v", "ON_ERROR_STOP=1"], input=script_of("docs/runs.md"),
                          capture_output=True, text=True, timeout=60, check=False)
    commands = "".join(blocks("docs/runs.md", "sh")).replace("contegod run", f"{CONTEGOD} run")
    commands = commands.replace("host=/run/postgresql dbname=crm user=olga", logins["contego_operator"].connection)
    typed = subprocess.run(["bash", "-e", "-c", commands], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    verbs = re.findall(r"^ (?:RUNNING|PAUSED) *\| (\w+) *\| *(.*)$", done.stdout, re.MULTILINE)
    assert verbs == [("PAUSED", ""), ("RUNNING", ""), ("CANCELLED", "")], done.stdout
    assert typed.returncode == 0, typed.stdout + typed.stderr
    assert "2 done, 0 failed" in typed.stdout
    mail = database.query("SELECT subscription, parameters FROM contego.request WHERE parameters ? 'communication_queue_number' ORDER BY id")
    open_now = database.query("SELECT contego.next_opening(r, now()) <= now() AS opens FROM contego.run AS r WHERE idempotency_key = 'mails of today'")
    if open_now[0]["opens"]:
        wait_for(lambda: database.count("subscription = 'S-1002' AND life_cycle_state = 'COMPLETED'") == 1)
    else:
        assert mail == []
