"""The ledger of entitlements agrees with the plan, action by action, and a refresh brings back to the CAS what it has lost."""

import json
import random

import pytest

from programs import contegod, wait_for

ACTIONS = ("BECOME_SUBSCRIBER", "ACTIVATE_SUBSCRIPTION", "END_SHORT_TERM_DEACTIVATION", "SHORT_TERM_ACTIVATION", "END_SUBSCRIPTION_RESTING",
           "REFRESH", "DEACTIVATE_SUBSCRIPTION", "TERMINATE_SUBSCRIPTION", "REST_SUBSCRIPTION", "SHORT_TERM_DEACTIVATION",
           "END_SHORT_TERM_ACTIVATION", "CHANGE_SUBSCRIPTION_DISTRIBUTION", "ADD_SERVICE", "START_SERVICE", "STOP_SERVICE", "REMOVE_SERVICE",
           "SWAP_SERVICE", "REGRET_SWAP", "SWAP_INSTALLED_ITEM", "ADD_INSTALLED_ITEM", "REMOVE_INSTALLED_ITEM")
ITEMS = {"smartcards": ["01", "02", "03"], "stbs": ["91", "92", "93"], "services": ["1111", "2222", "3333", "4444"]}


def some(dice, items):
    return dice.sample(items, dice.randint(0, min(len(items), 2)))


def household(dice, action, name):
    """A distributor with changes that the action may have, if the dice are kind."""
    place = {"distributor": name, "added": {}, "removed": {}}
    for what, items in ITEMS.items():
        place[what] = dice.sample(items, dice.randint(1, len(items)))
        if action in ACTIONS[:11]:
            continue
        if action in ("CHANGE_SUBSCRIPTION_DISTRIBUTION", "SWAP_INSTALLED_ITEM") or (what == "services") == ("SERVICE" in action or "SWAP" in action):
            if not action.startswith(("STOP", "REMOVE")):
                place["added"][what] = some(dice, place[what])
            if not action.startswith(("ADD", "START")):
                place["removed"][what] = some(dice, [one for one in items if one not in place[what]])
    return place


@pytest.mark.parametrize("action", ACTIONS)
def test_the_ledger_gives_and_takes_as_the_plan_does(database, action):
    dice = random.Random(action)
    planned = 0
    for _ in range(200):
        if planned == 8:
            break
        parameters = {"distributions": [household(dice, action, name) for name in ("A", "B")[: dice.randint(1, 2)]]}
        done = contegod("plan", "--action", action, "--parameters", json.dumps(parameters))
        if done.returncode != 0:  # the dice made a request that the action does not allow
            continue
        commands = [(c["type"], c["parameters"]) for c in json.loads(done.stdout)]
        planned += bool(commands)
        authorised = {(p["smartcard_ca_id"], p["service_ca_id"], kind == "ADD_SUBSCRIPTIONS") for kind, p in commands if kind.endswith("_SUBSCRIPTIONS")}
        paired = {(card["smartcard_ca_id"], box["stb_ca_id"]) for kind, p in commands if kind == "CREATE_PAIRING"
                  for card in p["smartcards"] for box in p["stbs"]}

        rows = database.query("SELECT * FROM contego.intended(%s, %s)", action, json.dumps(parameters))

        assert {(r["card"], r["name"], r["given"]) for r in rows if r["kind"] == "service"} == authorised, parameters
        boxes = {(r["card"], r["name"]) for r in rows if r["kind"] == "box" and r["given"]}
        if action in ACTIONS[:6]:
            assert boxes == paired, parameters
        else:
            assert boxes <= {(card, box) for p in parameters["distributions"] for card in p["smartcards"] for box in p["stbs"]}, parameters
    assert planned == 8


def services(simulator, card):
    return sorted(one["service_ca_id"] for one in simulator.card(card).get("subscriptions", []))


def test_a_refresh_brings_back_what_the_cas_has_lost(database, daemon, simulator):
    database.query("SELECT contego.open_feed()")
    database.query("SELECT contego.build_ledger()")
    card, other = "01000000801", "01000000802"
    for one in (card, other):
        place = {"distributor": "ROOM", "smartcards": [one], "services": ["1111", "2222"]}
        database.finished(database.insert("ACTIVATE_SUBSCRIPTION", {"distributions": [place]}, subscription="S-" + one))
        database.finished(database.insert("CANCEL_SUBSCRIPTIONS", {"smartcard_ca_id": one, "service_ca_id": "2222"}))
        wait_for(lambda one=one: database.query("SELECT count(*) AS n FROM contego.entitled WHERE card = %s AND (name = '2222') <> given", one)[0]["n"] == 2)
        # Behind the back of the ledger: the daemon that does this has another database in real life.
        lost = database.insert("CANCEL_SUBSCRIPTIONS", {"smartcard_ca_id": one, "service_ca_id": "1111"})
        database.finished(lost)
        wait_for(lambda one=one: database.query("SELECT count(*) AS n FROM contego.entitled WHERE card = %s AND given", one)[0]["n"] == 0)
        database.query("UPDATE contego.entitlement SET given = true, finished_date = now() + interval '1 hour' WHERE card = %s AND name = '1111'", one)
        assert services(simulator, one) == []

    single = database.query("SELECT * FROM contego.refresh(%s, reason => 'no picture')", card)[0]
    assert database.finished(single["request_id"])["life_cycle_state"] == "COMPLETED"
    assert services(simulator, card) == ["1111"]

    run = database.query("SELECT run FROM contego.refresh(query => 'SELECT card FROM contego.entitled WHERE given', pace => 100)")[0]["run"]
    wait_for(lambda: database.query("SELECT state FROM contego.run_progress WHERE run = %s", run)[0]["state"] == "DONE")
    assert services(simulator, other) == ["1111"]
    assert services(simulator, card) == ["1111"]
