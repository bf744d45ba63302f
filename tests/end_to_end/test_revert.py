"""The undo of a bulk mistake with the real daemon and simulator: the state of the CAS afterwards is that before the mistake.

CONTEGO_REVERT_CARDS: number of cards; default 300. Use 3,000 by hand.
"""

import json
import os

import pytest

from programs import contegod, fetch, wait_for

CARDS = int(os.environ.get("CONTEGO_REVERT_CARDS", "300"))
LATER = "2120-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def file(configure, providers):
    return configure(providers)


@pytest.fixture(scope="module", autouse=True)
def ledger(database, daemon):
    database.query("SELECT contego.open_feed()")
    database.query("SELECT contego.build_ledger()")


def cas(simulator):
    """The services with their windows, and the boxes, of each card that has any."""
    cards = json.loads(fetch(simulator.url + "/sim/state")[1])["cards"]
    held = {number: (card["subscriptions"], card.get("stbs")) for number, card in cards.items()}
    return {number: has for number, has in held.items() if has != ([], None)}


def ended(database, process):
    """Waits until no request of the process is open, and returns how many were completed."""
    wait_for(lambda: database.count("process_id = %s AND life_cycle_state = 'PENDING'", process) == 0, 120)
    return database.count("process_id = %s AND life_cycle_state = 'COMPLETED'", process)


def run_ended(database, run):
    def row():
        found = database.query("SELECT * FROM contego.run_progress WHERE run = %s", run)[0]
        return found if found["state"] != "RUNNING" else None

    return wait_for(row, 120, lambda: database.query("SELECT * FROM contego.run_progress WHERE run = %s", run))


def insert_for_each(database, cards, action, parameters, process):
    database.query(f"INSERT INTO contego.request (action, parameters, process_id) SELECT %s, {parameters}, %s FROM unnest(%s) WITH ORDINALITY AS c (card, n)",
                   action, process, cards)
    assert ended(database, process) == len(cards)


def household(action, items):
    return action, f"jsonb_build_object('distributions', jsonb_build_array(jsonb_build_object('distributor', 'R', 'smartcards', jsonb_build_array(card), {items})))"


def test_wrong_deactivations_are_undone(database, daemon, simulator):
    cards = [f"0{1_200_000_000 + n}" for n in range(CARDS)]
    insert_for_each(database, cards, *household("ACTIVATE_SUBSCRIPTION", "'stbs', jsonb_build_array('00' || (40000000 + n)), 'services', jsonb_build_array('1111', '2222')"), "sold")
    insert_for_each(database, cards, "ADD_SUBSCRIPTIONS", f"jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', '3333', 'end_date', '{LATER}')", "film")
    before = cas(simulator)
    assert len(before) == CARDS and before[cards[0]][0][2] == {"service_ca_id": "3333", "end_date": LATER}

    insert_for_each(database, cards, *household("DEACTIVATE_SUBSCRIPTION", "'services', jsonb_build_array('1111', '2222', '3333')"), "wrong")
    assert cas(simulator) != before and all(has[0] == [] for has in cas(simulator).values())
    done = database.query("SELECT * FROM contego.revert(filter => '{\"process_id\": \"wrong\"}', reason => 'the batch was wrong', pace => 10000)")[0]

    assert (done["requests"], done["cards"], done["commands"], done["left_alone"], done["not_undone"]) == (CARDS, CARDS, 3 * CARDS, 0, 0)
    last = run_ended(database, done["new_run"])
    assert (last["state"], last["done"], last["failed"]) == ("DONE", 3 * CARDS, 0)
    assert cas(simulator) == before


def test_a_run_of_wrong_orders_is_undone_by_its_number_and_later_changes_stay(database, daemon, simulator, file):
    cards = [f"0{1_210_000_000 + n}" for n in range(20)]
    before = cas(simulator)
    run = database.query("SELECT run FROM contego.start_run('ADD_SUBSCRIPTIONS', %s, parameters => '{\"service_ca_id\": \"4444\"}')", cards)[0]["run"]
    assert run_ended(database, run)["done"] == 20
    bought = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": cards[7], "service_ca_id": "4444", "end_date": LATER})
    database.finished(bought)

    careful = contegod("run", "revert", "--config", file, "--run", run, "--dry-run")
    shown = contegod("run", "revert", "--config", file, "--run", run, "--cancel-unknown", "--dry-run")
    none = contegod("run", "revert", "--config", file, "--run", run)
    done = contegod("run", "revert", "--config", file, "--run", run, "--cancel-unknown", "--reason", "wrong list", "--pace", 1000, "--watch")

    assert f"{cards[0]}  UNKNOWN service 4444: no earlier request is kept" in careful.stdout and "0 commands" in careful.stdout, careful.stdout
    assert shown.returncode == 0, shown.stderr
    assert f"{cards[0]}  CANCEL service 4444" in shown.stdout and f"{cards[7]}  LEFT_ALONE service 4444: request {bought} changed it later" in shown.stdout
    assert "19 commands for 20 cards" in shown.stdout, shown.stdout
    assert none.returncode == 2 and "--reason" in none.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    assert cas(simulator) == {**before, cards[7]: ([{"service_ca_id": "4444", "end_date": LATER}], None)}
    again = contegod("run", "revert", "--config", file, "--run", run, "--reason", "once more")
    assert again.returncode == 0 and "nothing to send" in again.stdout, again.stdout + again.stderr


def test_a_card_that_the_crm_changes_while_the_run_goes_on_is_left_alone(database, daemon, simulator):
    cards = [f"0{1_220_000_000 + n}" for n in range(40)]
    insert_for_each(database, cards, "ADD_SUBSCRIPTIONS", "jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', '5555')", "wrong orders")
    run = database.query("SELECT new_run FROM contego.revert(filter => '{\"process_id\": \"wrong orders\"}', cancel_unknown => true, reason => 'x', pace => 10)")[0]["new_run"]

    database.finished(database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": cards[-1], "service_ca_id": "5555"}))
    last = run_ended(database, run)

    assert (last["state"], last["done"]) == ("DONE", 40)
    assert [card for card in cards if card in cas(simulator)] == [cards[-1]]
    noted = database.query("SELECT card FROM contego.run_result WHERE run = %s AND parameters ? 'left_alone'", run)
    assert [row["card"] for row in noted] == [cards[-1]]


def test_a_daemon_that_dies_leaves_no_card_behind(database, daemon, simulator, launch):
    cards = [f"0{1_230_000_000 + n}" for n in range(200)]
    before = cas(simulator)
    insert_for_each(database, cards, "ADD_SUBSCRIPTIONS", "jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', '5555')", "more wrong orders")
    second = launch()
    run = database.query("SELECT new_run FROM contego.revert(filter => '{\"process_id\": \"more wrong orders\"}', cancel_unknown => true, reason => 'x', pace => 100)")[0]["new_run"]
    wait_for(lambda: database.query("SELECT done > 20 AS some FROM contego.run_progress WHERE run = %s", run)[0]["some"])

    second.kill()

    assert run_ended(database, run)["done"] == 200
    assert cas(simulator) == before


def test_an_undo_of_nothing_is_a_mistake(database, daemon, file):
    def revert(*arguments):
        done = contegod("run", "revert", "--config", file, *arguments)
        return done.returncode, done.stdout + done.stderr

    for how in (["--dry-run"], ["--reason", "x"]):
        status, said = revert("--filter", '{"process_id": "no such batch"}', *how)
        assert status == 1 and "the filter matches no request" in said, said
        status, said = revert("--filter", '{"action": "ADD_SUBSCRIPTION"}', *how)
        assert status == 2 and said.startswith("run revert: filter.action: is unknown, did you mean ADD_SUBSCRIPTIONS?"), said
        assert said.endswith('(was "ADD_SUBSCRIPTION")\n'), said
        status, said = revert("--filter", '{"cards": "01"}', *how)
        assert status == 1 and "filter.cards: must be a list (was 01)" in said, said
        status, said = revert("--run", 10**9, *how)
        assert status == 1 and f"there is no run {10**9}" in said, said
        for number in ("-3", "0", "x", str(10**30)):
            status, said = revert(f"--run={number}", *how)
            assert status == 2 and said.startswith(f"--run: must be the number of a run (was {number})\n"), said
        status, said = revert(*how)
        assert status == 2 and "[--run,--filter]" in said, said


def test_an_undo_says_how_to_list_what_it_cannot_undo(database, daemon, file):
    pair = {"smartcards": [{"smartcard_ca_id": "01231000000"}], "stbs": [{"stb_ca_id": "0041000000"}]}
    database.finished(database.insert("CREATE_PAIRING", pair, process_id="wrong pairing"))

    done = contegod("run", "revert", "--config", file, "--filter", '{"process_id": "wrong pairing"}', "--reason", "x")

    assert done.stdout == "nothing to send\ncannot be undone: 1\nHINT: --dry-run lists them\n", done.stdout + done.stderr
