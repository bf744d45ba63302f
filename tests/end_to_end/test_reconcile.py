"""Reconciliations with the real daemon and simulator: drift of every kind is planted, found, healed and not found again."""

import io
import json
import re
import subprocess

import psycopg2
import pytest

from guide import blocks, script_of
from programs import CONTEGOD, contegod, fetch, wait_for

END = "2099-01-01T00:00:00Z"
OF_CARD = "SELECT kind, name, state, correction FROM contego.drift WHERE card = %s AND state IN ('open', 'queued') ORDER BY kind, name"


@pytest.fixture(scope="module")
def file(configure, providers):
    return configure(providers)


@pytest.fixture(scope="module", autouse=True)
def ledger(database, daemon):
    database.query("SELECT contego.open_feed()")
    database.query("SELECT contego.build_ledger()")


def card(n):
    return f"{1_000_000_000 + n:011}"


def box(n):
    return f"{50_000_000 + n:010}"


def equip(database, first, count):
    """Gives cards two services, one of them with an end, and a box, as a CRM does."""
    for n in range(first, first + count):
        place = {"distributor": "ROOM", "smartcards": [card(n)], "stbs": [box(n)], "services": ["1111"]}
        database.insert("ACTIVATE_SUBSCRIPTION", {"distributions": [place]})
        database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card(n), "service_ca_id": "2222", "end_date": "2031-01-01T00:00:00Z"})
    database.all_finished()


def reconcile(database, cards=None, **arguments):
    names = "".join(f", {name} => %s" for name in arguments)
    started = database.query(f"SELECT reconciliation FROM contego.reconcile(%s, pace => 5000{names})", cards, *arguments.values())
    return ended(database, started[0]["reconciliation"])


def row(database, reconciliation):
    return database.query("SELECT * FROM contego.reconciliations WHERE reconciliation = %s", reconciliation)[0]


def ended(database, reconciliation, timeout=60.0):
    return wait_for(lambda: (found := row(database, reconciliation))["state"] != "RUNNING" and found, timeout, lambda: row(database, reconciliation))


def heal(database, reconciliation, **arguments):
    names = "".join(f", {name} => %s" for name in arguments)
    rows = database.query(f"SELECT * FROM contego.heal(%s{names})", reconciliation, *arguments.values())
    return {(one["kind"], one["correction"]): (one["differences"], one["cards"]) for one in rows}, next((one["run"] for one in rows if one["run"]), None)


def counts(found):
    return {kind: found[kind] for kind in ("missing", "extra", "wrong_window", "wrong_pairing", "unknown_card")}


NONE = dict.fromkeys(("missing", "extra", "wrong_window", "wrong_pairing", "unknown_card"), 0)


def whole_ledger(database):
    """What each card should have: its services with their ends, and its boxes."""
    rows = database.query("SELECT card, kind, name, end_date FROM contego.entitled WHERE given")
    should = {}
    for one in rows:
        of = should.setdefault(one["card"], {"service": {}, "box": []})
        if one["kind"] == "box":
            of["box"].append(one["name"])
        else:
            of["service"][one["name"]] = one["end_date"]
    return should


def whole_cas(simulator):
    cards = json.loads(fetch(simulator.url + "/sim/state")[1])["cards"]
    return {number: {"service": {s["service_ca_id"]: s.get("end_date") for s in one["subscriptions"]}, "box": one.get("stbs", [])}
            for number, one in cards.items() if one["subscriptions"] or one.get("stbs")}


def test_drift_of_every_kind_is_found_and_healed_to_equality(database, daemon, simulator):
    equip(database, 0, 60)
    assert whole_ledger(database) or wait_for(lambda: whole_ledger(database))
    wait_for(lambda: whole_ledger(database) == whole_cas(simulator))
    first = reconcile(database)
    assert (first["state"], first["compared"], first["unlike"], counts(first)) == ("DONE", 60, 0, NONE), first

    both = [{"service_ca_id": "1111"}, {"service_ca_id": "2222", "end_date": "2031-01-01T00:00:00Z"}]
    simulator.plant({"smartcard": card(1), "subscriptions": both[1:]},
                    {"smartcard": card(2), "subscriptions": [*both, {"service_ca_id": "3333"}]},
                    {"smartcard": card(3), "subscriptions": [both[0], {"service_ca_id": "2222", "end_date": END}]},
                    {"smartcard": card(4), "subscriptions": [both[0], {"service_ca_id": "2222"}]},
                    {"smartcard": card(5), "stbs": []}, {"smartcard": card(6), "stbs": [box(900)]},
                    {"smartcard": card(7), "unknown": True})
    found = reconcile(database)

    assert counts(found) == {"missing": 1, "extra": 1, "wrong_window": 2, "wrong_pairing": 2, "unknown_card": 1}, found
    assert (found["compared"], found["unlike"], found["failed"]) == (60, 7, 0)
    drifted = database.query("SELECT card, kind FROM contego.drift WHERE state = 'open' ORDER BY card")
    assert [(one["card"], one["kind"]) for one in drifted] == [
        (card(1), "missing"), (card(2), "extra"), (card(3), "wrong_window"), (card(4), "wrong_window"), (card(5), "wrong_pairing"),
        (card(6), "wrong_pairing"), (card(7), "unknown_card")]

    would, run = heal(database, found["reconciliation"], preview=True)
    assert run is None and would[("unknown_card", None)] == (1, 1) and would[("missing", "ADD_SUBSCRIPTIONS")] == (1, 1), would
    simulator.plant({"smartcard": card(7), "unknown": False}, {"smartcard": card(6), "stbs": []})  # what only people at the CAS can do
    _, run = heal(database, found["reconciliation"], reason="checked with the CAS")
    healed = ended(database, run)

    assert (healed["state"], healed["heals"]) == ("DONE", found["reconciliation"])
    # For card 6 the CAS said that it joins a pairing, and there is none any more: the request was refused, and the difference stays.
    states = database.query("SELECT card, state FROM contego.drift WHERE reconciliation = %s ORDER BY card", found["reconciliation"])
    assert [one["state"] for one in states] == ["healed"] * 5 + ["open", "open"], states
    again = reconcile(database)
    assert counts(again) == {**NONE, "wrong_pairing": 1}, again
    _, run = heal(database, again["reconciliation"])
    ended(database, run)
    last = reconcile(database)
    assert (last["compared"], last["unlike"], counts(last)) == (60, 0, NONE)
    assert database.query("SELECT count(*) AS n FROM contego.drift WHERE state IN ('open', 'queued')")[0]["n"] == 0
    wait_for(lambda: whole_ledger(database) == whole_cas(simulator), what=lambda: (whole_ledger(database), whole_cas(simulator)))


def test_cards_that_change_meanwhile_are_no_false_alarms(database, daemon):
    equip(database, 100, 40)
    started = database.query("SELECT reconciliation FROM contego.reconcile(%s, pace => 200)", [card(n) for n in range(100, 140)])[0]["reconciliation"]
    for n in range(100, 140):
        database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card(n), "service_ca_id": "4444"})
        database.insert("CANCEL_SUBSCRIPTIONS", {"smartcard_ca_id": card(n), "service_ca_id": "1111"})

    found = ended(database, started)

    assert (found["compared"] + found["passed_over"], found["unlike"], counts(found)) == (40, 0, NONE), found


def test_a_held_request_lets_the_card_wait_and_cancel_ends_the_reconciliation(database, daemon, file):
    equip(database, 200, 3)
    held = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card(200), "service_ca_id": "4444"}, scheduled_date="2100-01-01")
    assert contegod("hold", "--config", file, "--id", held).returncode == 0
    started = database.query("SELECT reconciliation FROM contego.reconcile(%s, pace => 1000)", [card(n) for n in range(200, 203)])[0]["reconciliation"]
    wait_for(lambda: row(database, started)["compared"] == 2, what=lambda: row(database, started))
    assert row(database, started)["state"] == "RUNNING"

    assert contegod("run", "cancel", "--config", file, started).returncode == 0

    found = ended(database, started)
    assert (found["state"], found["compared"], counts(found)) == ("CANCELLED", 2, NONE)
    assert contegod("cancel", "--config", file, "--id", held).returncode == 0


def test_the_bounds_decide_whether_a_person_is_needed(database, daemon, simulator):
    equip(database, 300, 10)
    some = [card(n) for n in range(300, 310)]
    for n in (300, 301):
        simulator.plant({"smartcard": card(n), "subscriptions": []})

    asked = reconcile(database, some, heal_at_most_cards=1)
    assert asked["why"].startswith("2 of 10 cards have a difference"), asked
    assert [one["state"] for one in database.query(OF_CARD, card(300))] == ["open", "open"]

    alone = reconcile(database, some, heal_at_most_cards=2, heal_at_most_percent=20.0)
    assert alone["why"].startswith("corrected by run "), alone
    ended(database, int(alone["why"].split()[-1]))
    assert database.query(OF_CARD, card(300)) == []
    assert counts(reconcile(database, some)) == NONE


def test_the_crm_changes_a_card_before_it_is_healed(database, daemon, simulator):
    """The healing begins later; meanwhile the CRM takes the service away that was missing."""
    equip(database, 400, 2)
    for n in (400, 401):
        simulator.plant({"smartcard": card(n), "subscriptions": [{"service_ca_id": "2222", "end_date": "2031-01-01T00:00:00Z"}]})
    found = reconcile(database, [card(400), card(401)])
    assert found["missing"] == 2
    database.finished(database.insert("CANCEL_SUBSCRIPTIONS", {"smartcard_ca_id": card(400), "service_ca_id": "1111"}))

    _, run = heal(database, found["reconciliation"])
    ended(database, run)

    services = {n: [s["service_ca_id"] for s in simulator.card(card(n))["subscriptions"]] for n in (400, 401)}
    assert services == {400: ["2222"], 401: ["1111", "2222"]}


def test_a_list_of_the_crm_is_compared_with_ledger_and_cas(database, daemon, simulator):
    equip(database, 500, 2)
    database.query("DROP ROLE IF EXISTS list_crm")
    database.query("CREATE ROLE list_crm LOGIN IN ROLE contego_crm")
    with psycopg2.connect(database.connection.replace("user=postgres", "user=list_crm")) as crm, crm.cursor() as cursor:
        cursor.copy_expert("COPY contego.expected (card, kind, name, end_date) FROM STDIN WITH (FORMAT csv)", io.StringIO(
            f"{card(500)},service,1111,\n{card(500)},service,2222,2031-01-01T00:00:00Z\n{card(500)},box,{box(500)},\n"
            f"{card(501)},service,1111,\n{card(501)},service,5555,\n{card(501)},box,{box(501)},\n"))
        for wrong in ("SELECT contego.reconcile()", "SELECT contego.heal(1)", "SELECT * FROM contego.drift"):
            cursor.execute("SAVEPOINT before")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(wrong)
            cursor.execute("ROLLBACK TO before")
    crm.close()
    wait_for(lambda: database.query("SELECT count(*) AS n FROM contego.entitled WHERE card = %s", card(501))[0]["n"] == 3)
    by_ledger = database.query("SELECT card, kind, name FROM contego.expected_drift ORDER BY kind")
    assert [tuple(one.values()) for one in by_ledger] == [(card(501), "extra", "2222"), (card(501), "missing", "5555")]

    found = reconcile(database, against="expected")
    assert (found["compared"], found["unlike"], found["missing"], found["extra"]) == (2, 1, 1, 1), found
    _, run = heal(database, found["reconciliation"])
    ended(database, run)

    assert [s["service_ca_id"] for s in simulator.card(card(501))["subscriptions"]] == ["1111", "5555"]
    wait_for(lambda: database.query("SELECT * FROM contego.expected_drift") == [])
    assert counts(reconcile(database, against="expected")) == NONE
    database.query("DROP OWNED BY list_crm")
    database.query("DROP ROLE list_crm")


def test_another_daemon_goes_on_when_one_is_killed(database, daemon, launch):
    equip(database, 600, 50)
    started = database.query("SELECT reconciliation FROM contego.reconcile(%s, pace => 50)", [card(n) for n in range(600, 650)])[0]["reconciliation"]
    other = launch()
    wait_for(lambda: row(database, started)["compared"] > 5, what=lambda: row(database, started))
    other.kill()

    found = ended(database, started)

    assert (found["state"], found["compared"], counts(found)) == ("DONE", 50, NONE), found


def test_the_subcommands(database, daemon, simulator, file, tmp_path):
    equip(database, 700, 3)
    simulator.plant({"smartcard": card(700), "subscriptions": []})
    listed = tmp_path / "cards"
    listed.write_text("".join(card(n) + "\n" for n in range(700, 703)))
    counted = contegod("reconcile", "start", "--config", file, "--cards", listed, "--dry-run")
    assert counted.returncode == 0 and "cards: 3" in counted.stdout and "started" not in counted.stdout, counted.stderr

    found = contegod("reconcile", "start", "--config", file, "--cards", listed, "--pace", 100, "--reason", "test", "--watch")
    assert found.returncode == 1 and "3 of 3 compared with ledger: 1 card differs: 2 missing\n" in found.stdout, found.stdout + found.stderr
    number = found.stdout.split()[1]
    drift = contegod("reconcile", "drift", "--config", file, number, "--kind", "missing").stdout
    assert f"{card(700)}  missing 1111  should have {{}}  open since" in drift and len(drift.splitlines()) == 2, drift
    assert contegod("reconcile", "drift", "--config", file, number, "--kind", "extra").stdout == "no open difference\n"
    preview = contegod("reconcile", "heal", "--config", file, number, "--preview")
    assert "2  missing of 1 card: ADD_SUBSCRIPTIONS\nnothing was queued\n" in preview.stdout, preview.stdout + preview.stderr

    unreasoned = contegod("reconcile", "heal", "--config", file, number)
    assert unreasoned.returncode == 2 and "--reason TEXT" in unreasoned.stderr, unreasoned.stdout + unreasoned.stderr

    healed = contegod("reconcile", "heal", "--config", file, number, "--reason", "checked", "--pace", 200, "--watch")

    assert healed.returncode == 0 and f"no difference after the corrections of {number}" in healed.stdout, healed.stdout + healed.stderr
    assert f"differences of {number} now: 2 healed\n" in healed.stdout, healed.stdout
    assert database.query("SELECT pace FROM contego.run ORDER BY id DESC LIMIT 1")[0]["pace"] == 200
    assert f"differences of {number} now: 2 healed\n" in contegod("reconcile", "show", "--config", file, number).stdout
    assert contegod("reconcile", "heal", "--config", file, number, "--reason", "again").stdout == "there is nothing to correct\n"
    assert f"{number}  DONE" in contegod("reconcile", "list", "--config", file).stdout
    assert contegod("reconcile", "show", "--config", file, number).returncode == 0
    assert contegod("reconcile", "show", "--config", file, 10**9).returncode == 1
    wrong = contegod("reconcile", "start", "--config", file, "--against", "nothing")
    assert wrong.returncode == 1 and "against must be ledger or expected (was nothing)" in wrong.stderr, wrong.stderr
    actions = database.query("SELECT verb, reason FROM contego.operator_action WHERE run >= %s ORDER BY id", int(number))
    assert [tuple(one.values()) for one in actions] == [("start", "test"), ("heal", "checked")]


def test_a_correction_that_the_cas_refuses_is_reported_with_its_request(database, daemon, simulator, file):
    equip(database, 750, 1)
    simulator.plant({"smartcard": card(750), "subscriptions": [], "stbs": [box(950)]})
    number = reconcile(database, [card(750)])["reconciliation"]
    simulator.plant({"smartcard": card(750), "stbs": []})  # the pairing that the correction would join is gone

    healed = contegod("reconcile", "heal", "--config", file, number, "--reason", "checked", "--watch")

    run = re.search(r"run (\d+) corrects them", healed.stdout)[1]
    failed = database.query("SELECT request_id, error_code FROM contego.run_result WHERE run = %s", int(run))[0]
    assert healed.returncode == 1, healed.stdout
    assert f"{run}  DONE      1 of 1 not corrected: {failed['error_code']} (request {failed['request_id']})\n" in healed.stdout, healed.stdout
    assert "no difference" not in healed.stdout
    for of in (number, run):
        drift = contegod("reconcile", "drift", "--config", file, of).stdout.splitlines()
        assert len(drift) == 3 and all(line.endswith(f"  not corrected by request {failed['request_id']}: {failed['error_code']}") for line in drift), drift


def test_unknown_numbers_and_kinds_are_refused(database, daemon, file):
    equip(database, 760, 1)
    number = reconcile(database, [card(760)])["reconciliation"]
    unknown = contegod("reconcile", "drift", "--config", file, 10**9)
    assert (unknown.returncode, unknown.stdout, unknown.stderr) == (1, "", f"there is no reconciliation {10**9}\n")
    typo = contegod("reconcile", "drift", "--config", file, number, "--kind", "mising")
    assert typo.returncode == 2 and "must be missing, extra, wrong_window, wrong_pairing or unknown_card (was mising)" in typo.stderr, typo.stderr
    by_hand = contegod("reconcile", "heal", "--config", file, number, "--kind", "unknown_card", "--reason", "x")
    assert by_hand.returncode == 2 and "must be missing, extra, wrong_window or wrong_pairing (was unknown_card)" in by_hand.stderr, by_hand.stderr


def test_a_reconciliation_says_what_it_did_not_compare(database, daemon, file):
    equip(database, 770, 1)
    wait_for(lambda: database.query("SELECT count(*) AS n FROM contego.entitled WHERE card = %s", card(770))[0]["n"] == 3)
    database.finished(database.insert("CANCEL_SUBSCRIPTIONS", {"smartcard_ca_id": card(770), "service_ca_id": "2222"}))
    number = reconcile(database, [card(770)], priority="EXPRESS")["reconciliation"]
    assert "windows are not compared: no answer had a date" in contegod("reconcile", "show", "--config", file, number).stdout


def test_the_priority_and_the_codes_of_unknown_cards_are_options(database, daemon, simulator, file, tmp_path):
    equip(database, 780, 1)
    simulator.plant({"smartcard": card(780), "unknown": True})
    (tmp_path / "cards").write_text(card(780) + "\n")
    done = contegod("reconcile", "start", "--config", file, "--cards", tmp_path / "cards", "--priority", "EXPRESS",
                    "--unknown-codes", "NO_SUCH_CARD,GONE", "--watch")
    simulator.plant({"smartcard": card(780), "unknown": False})
    number = int(done.stdout.split()[1])
    kept = database.query("SELECT priority, unknown_codes FROM contego.run JOIN contego.reconciliation ON run = id WHERE id = %s", number)[0]
    assert (kept["priority"], kept["unknown_codes"]) == ("EXPRESS", ["NO_SUCH_CARD", "GONE"])
    assert done.returncode == 1 and re.search(r"1 of 1 not read: [A-Z_]+ \(request \d+\)\n", done.stdout), done.stdout


def test_forget_says_how_many_open_differences_it_deletes(database, daemon, simulator, file):
    equip(database, 790, 1)
    simulator.plant({"smartcard": card(790), "subscriptions": []})
    number = reconcile(database, [card(790)])["reconciliation"]

    done = contegod("run", "forget", "--config", file, number)

    assert done.returncode == 0 and done.stdout.endswith("2 open differences were deleted\n"), done.stdout + done.stderr
    assert database.query(OF_CARD, card(790)) == []


def test_open_drift_is_a_metric(database, daemon, simulator):
    equip(database, 800, 1)
    simulator.plant({"smartcard": card(800), "unknown": True})
    reconcile(database, [card(800)])
    wait_for(lambda: 'contego_drift_differences{kind="unknown_card",provider="default"} 1' in daemon.get("/metrics")[1])
    simulator.plant({"smartcard": card(800), "unknown": False})
    reconcile(database, [card(800)])
    wait_for(lambda: 'contego_drift_differences{kind="unknown_card",provider="default"} 0' in daemon.get("/metrics")[1])


def test_the_examples_of_the_page_work(database, daemon, file, tmp_path, logins):
    (tmp_path / "contegod.json").write_text(file.read_text())
    equip(database, 850, 1)

    started = subprocess.run(["psql", database.connection, "-X", "-v", "ON_ERROR_STOP=1"], input=script_of("docs/reconcile.md"), cwd=tmp_path,
                             capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    number = database.query("SELECT max(reconciliation) AS latest FROM contego.reconciliations WHERE heals IS NULL")[0]["latest"]
    commands = "".join(blocks("docs/reconcile.md", "sh")).replace("contegod reconcile", f"{CONTEGOD} reconcile").replace("NUMBER", str(number))
    commands = commands.replace("host=/run/postgresql dbname=crm user=olga", logins["contego_operator"].connection)
    typed = subprocess.run(["bash", "-e", "-c", commands], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert started.returncode == 0 and started.stderr == "", started.stderr
    assert typed.returncode == 0 and typed.stderr == "", typed.stdout + typed.stderr
    people = database.query("SELECT DISTINCT created_by FROM contego.reconciliations WHERE reconciliation >= %s", number - 1)
    assert [one["created_by"] for one in people] == ["guide_operator"]
    listed = database.query("SELECT card FROM contego.expected WHERE owned_by = 'guide_crm'")
    assert {one["card"] for one in listed} == {"01900080207", "01900080215", "01900080223"}


# A healing must not undo an order of the CRM.

def services(simulator, number):
    return sorted(one["service_ca_id"] for one in simulator.card(number)["subscriptions"])


def listed(database, number, *names):
    for name in names:
        database.query("INSERT INTO contego.expected (card, kind, name) VALUES (%s, 'service', %s)", number, name)


def keeps(database, number, count):
    """Waits until the ledger has as many services of a card."""
    given = "SELECT count(*) AS n FROM contego.entitled WHERE card = %s AND kind = 'service' AND given"
    wait_for(lambda: database.query(given, number)[0]["n"] == count)


def give(database, number, *names):
    for name in names:
        database.finished(database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": number, "service_ca_id": name}))
    keeps(database, number, len(names))


def healed(database, reconciliation):
    _, run = heal(database, reconciliation)
    return run and ended(database, run)


@pytest.fixture
def no_list(database):
    yield
    database.query("SELECT contego.forget_expected()")


def test_a_card_that_is_on_no_list_keeps_its_services(database, daemon, simulator, no_list):
    give(database, card(700), "1111", "2222")
    listed(database, card(701), "1111")

    found = reconcile(database, [card(700)], against="expected")

    assert (found["compared"], counts(found)) == (0, NONE), found
    assert healed(database, found["reconciliation"]) is None
    assert services(simulator, card(700)) == ["1111", "2222"]


def test_a_list_that_is_renewed_before_the_healing_cancels_nothing(database, daemon, simulator, no_list):
    give(database, card(702), "1111", "2222")
    listed(database, card(702), "1111")
    found = reconcile(database, [card(702)], against="expected")
    assert counts(found)["extra"] == 1, found

    database.query("SELECT contego.forget_expected()")
    healed(database, found["reconciliation"])

    assert services(simulator, card(702)) == ["1111", "2222"]
    assert [one["state"] for one in database.query("SELECT state FROM contego.drift WHERE card = %s", card(702))] == ["open"]


def test_what_the_crm_orders_after_the_comparison_stays(database, daemon, simulator, no_list):
    give(database, card(703), "1111")
    listed(database, card(703), "1111")
    simulator.plant({"smartcard": card(703), "subscriptions": [{"service_ca_id": "1111"}, {"service_ca_id": "4444"}]})
    found = reconcile(database, [card(703)], against="expected")
    assert counts(found)["extra"] == 1, found

    database.finished(database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card(703), "service_ca_id": "4444"}))
    healed(database, found["reconciliation"])

    assert services(simulator, card(703)) == ["1111", "4444"]


def test_a_service_that_is_to_be_cancelled_later_is_not_healed(database, daemon, simulator):
    give(database, card(704), "1111")
    simulator.plant({"smartcard": card(704), "subscriptions": []})
    found = reconcile(database, [card(704)])
    assert counts(found)["missing"] == 1, found
    cancel = {"smartcard_ca_id": card(704), "service_ca_id": "1111"}
    database.query("INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CANCEL_SUBSCRIPTIONS', %s, now() + interval '1 hour')",
                   json.dumps(cancel))

    healed(database, found["reconciliation"])

    assert services(simulator, card(704)) == []


def test_a_request_can_be_retried_after_its_card_was_read(database, daemon, simulator, file):
    give(database, card(705), "1111")
    simulator.break_with({"when": {"command": "ADD_SUBSCRIPTIONS", "service": "3333"}, "do": {"status_code": "PRODUCT_NOT_FOUND"}})
    request = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": card(705), "service_ca_id": "3333"})
    assert database.finished(request)["life_cycle_state"] == "REJECTED"
    simulator.mend()

    reconcile(database, [card(705)])
    done = contegod("retry", "--config", file, "--id", request)

    assert done.returncode == 0, done.stdout + done.stderr
    wait_for(lambda: services(simulator, card(705)) == ["1111", "3333"])


def test_no_policy_corrects_a_request_that_was_rejected_half_done(database, daemon, simulator):
    place = {"distributor": "R", "smartcards": [card(706)], "stbs": [], "services": ["1111", "3333"]}
    database.finished(database.insert("ACTIVATE_SUBSCRIPTION", {"distributions": [place]}))
    keeps(database, card(706), 2)
    simulator.break_with({"when": {"command": "CANCEL_SUBSCRIPTIONS", "service": "3333"}, "do": {"status_code": "PRODUCT_NOT_FOUND"}})
    row_of = database.finished(database.insert("DEACTIVATE_SUBSCRIPTION", {"distributions": [place]}))
    simulator.mend()
    assert (row_of["life_cycle_state"], services(simulator, card(706))) == ("REJECTED", ["3333"])

    found = reconcile(database, [card(706)], heal_at_most_cards=5)

    assert counts(found)["missing"] == 1 and "a person decides about 1 card" in found["why"], found
    assert services(simulator, card(706)) == ["3333"]


def test_a_skipped_correction_is_open_again(database, daemon, simulator):
    give(database, card(707), "1111")
    simulator.plant({"smartcard": card(707), "subscriptions": []})
    found = reconcile(database, [card(707)])
    simulator.break_with({"when": {"command": "ADD_SUBSCRIPTIONS"}, "do": {"status_code": "NO_SUCH_STATUS"}})
    _, run = heal(database, found["reconciliation"])
    (request,) = wait_for(lambda: database.query("SELECT id FROM contego.request WHERE process_id = %s AND progress = 'HELD'", str(run)))
    simulator.mend()
    simulator.break_with({"when": {"command": "GET_ACTIVE_SUBSCRIPTIONS"}, "do": {"status_code": "NO_SUCH_STATUS"}})
    database.query("SELECT contego.skip(ARRAY[%s]::bigint[], 'by hand')", request["id"])
    wait_for(lambda: database.query("SELECT id FROM contego.request WHERE id = %s AND progress = 'HELD'", request["id"]))
    simulator.mend()
    database.query("SELECT contego.skip(ARRAY[%s]::bigint[], 'by hand')", request["id"])
    ended(database, run)

    assert [one["state"] for one in database.query("SELECT state FROM contego.drift WHERE card = %s AND kind = 'missing'", card(707))] == ["open"]
    again = reconcile(database, [card(707)], heal_at_most_cards=5)
    assert "corrected by run" in again["why"], again
    wait_for(lambda: services(simulator, card(707)) == ["1111"])
