"""The order of requests: those of one card in sequence for any sender, EXPRESS before REGULAR, none before its date."""

import collections
import itertools
import re

import pytest

from programs import request_of, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(4000))


@pytest.fixture(autouse=True)
def mended(simulator):
    yield
    simulator.mend()


def switch(database, card, on, **columns):
    action = "ADD_SUBSCRIPTIONS" if on else "CANCEL_SUBSCRIPTIONS"
    return database.insert(action, {"smartcard_ca_id": card, "service_ca_id": "1111"}, **columns)


def claimed(daemon):
    return int(re.search(r'contego_claimed_total{provider="default"} (\d+)', daemon.get("/metrics")[1]).group(1))


def test_two_daemons_keep_the_order_of_every_card(database, simulator, providers, launch):
    simulator.break_with({"do": {"latency_ms": [0, 10]}}, {"when": {"every": 7}, "do": {"http_status": 503}})
    cards = list(itertools.islice(CARDS, 20))
    ids = [switch(database, card, turn % 2 == 0) for turn in range(10) for card in cards]
    shared = {"default": {**providers["default"], "in_flight": 4, "claim_ahead": 0}}

    daemons = [launch(shared), launch(shared)]
    database.all_finished()

    per_card = collections.defaultdict(list)
    for entry in simulator.journal():
        if entry["effect"] and request_of(entry) in ids:
            per_card[entry["smartcards"][0]].append(request_of(entry))
    assert sorted(per_card) == sorted(cards)
    for sent in per_card.values():
        assert len(sent) == 10 and sent == sorted(sent)
    assert all(claimed(one) > 0 for one in daemons)


def test_express_goes_before_regular(database, simulator, providers, launch):
    regular = [switch(database, next(CARDS), True) for _ in range(100)]
    express = switch(database, next(CARDS), True, priority="EXPRESS")

    launch({"default": {**providers["default"], "in_flight": 1, "claim_ahead": 0}})
    database.all_finished()

    sent = [request_of(e) for e in simulator.journal()]
    mine = [one for one in sent if one in regular or one == express]
    assert mine[0] == express and mine[1:] == regular


def test_express_goes_before_what_was_claimed_ahead(database, simulator, providers, launch):
    simulator.break_with({"do": {"latency_ms": 100}})
    regular = [switch(database, next(CARDS), True) for _ in range(60)]
    launch({"default": {**providers["default"], "in_flight": 2, "claim_ahead": 40}})
    database.finished(regular[0])

    ended_before = database.count("life_cycle_state = 'COMPLETED' AND id = ANY (%s)", regular)
    express = switch(database, next(CARDS), True, priority="EXPRESS")
    database.finished(express)

    mine = [request_of(e) for e in simulator.journal() if request_of(e) in {express, *regular}]
    assert mine.index(express) - ended_before <= 20, "40 were claimed before it came"


def test_express_never_passes_an_earlier_request_of_the_same_card(database, simulator, providers, launch):
    card = next(CARDS)
    on = switch(database, card, True)
    off = switch(database, card, False, priority="EXPRESS")

    launch({"default": {**providers["default"], "in_flight": 1, "claim_ahead": 0}})
    database.all_finished()

    assert [request_of(e) for e in simulator.journal() if request_of(e) in (on, off)] == [on, off]
    assert simulator.card(card)["subscriptions"] == []


def test_a_scheduled_request_waits_for_its_date_and_holds_nobody_up(database, launch):
    launch()
    card = next(CARDS)
    soon = database.query("SELECT clock_timestamp() + interval '1500 milliseconds' AS date")[0]["date"]

    later = switch(database, card, False, scheduled_date=soon)
    now = switch(database, card, True)

    assert database.finished(now)["executed_date"] < soon
    assert database.request(later)["progress"] == "SCHEDULED"
    row = database.finished(later)
    assert row["life_cycle_state"] == "COMPLETED"
    assert 0 <= (row["executed_date"] - soon).total_seconds() < 3


def test_a_box_is_a_lane_as_a_card_is(database, simulator, launch):
    """Two cards and one box: the second pairing waits until the outcome of the first one is known."""
    simulator.break_with({"when": {"command": "CREATE_PAIRING", "times": 1}, "do": {"latency_ms": 2000}})
    launch()
    box = "0000400001"

    def pair(card):
        return database.insert("CREATE_PAIRING", {"smartcards": [{"smartcard_ca_id": card}], "stbs": [{"stb_ca_id": box}]})

    first, second = pair(next(CARDS)), pair(next(CARDS))

    assert wait_for(lambda: database.request(second)["blocked_by"] == first)
    ended = [database.finished(first)["executed_date"], database.finished(second)["executed_date"]]
    assert ended == sorted(ended)
    assert [request_of(e) for e in simulator.journal() if box in e["stbs"]] == [first, second]
