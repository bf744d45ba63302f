"""A daemon of a former commit works beside the present one on one database, as while a site upgrades one daemon after the other."""

import collections
import itertools
import re
import subprocess

import pytest

import former
from load import Load
from programs import CONTEGOD, Daemon, request_of, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(9500))


@pytest.fixture(scope="module")
def program():
    if not former.is_in_this_clone():
        pytest.skip("NOT TESTED: this is a shallow clone without the former commit; fetch the whole history to test upgrades")
    return former.contegod()


@pytest.fixture
def load(database, simulator):
    simulator.break_with({"do": {"latency_ms": 10}})
    yield Load(database, simulator)
    simulator.mend()


@pytest.fixture
def pair(load, configure, program):
    """The former daemon and the present one, each with few requests at a time, so that both have work."""
    endpoint = load.providers()[load.provider]
    few = {name: {**endpoint, "in_flight": 2, "claim_ahead": 0} for name in ("default", load.provider)}
    both = Daemon(configure(few), program=program), Daemon(configure(few))
    yield both
    for one in both:
        if one.process.poll() is None:
            one.kill()


def claimed(daemon, provider):
    return int(re.search(rf'contego_claimed_total{{provider="{provider}"}} (\d+)', daemon.get("/metrics")[1]).group(1))


def version(program):
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


def test_it_is_another_program(program):
    assert former.COMMIT[:7] in version(program)
    assert version(program) != version(CONTEGOD)


def test_both_work_and_a_failure_of_either_loses_nothing(load, pair):
    load.insert(400)
    wait_for(lambda: all(claimed(one, load.provider) > 0 for one in pair), 20)
    pair[0].kill()
    load.check()

    load.insert(100)
    load.check()
    assert pair[1].terminate() == 0


def test_together_they_keep_the_order_of_every_card(database, simulator, load, pair):
    cards = list(itertools.islice(CARDS, 20))
    ids = [database.insert("ADD_SUBSCRIPTIONS" if turn % 2 == 0 else "CANCEL_SUBSCRIPTIONS",
                           {"smartcard_ca_id": card, "service_ca_id": "1111"}) for turn in range(10) for card in cards]
    database.all_finished()

    assert all(claimed(one, "default") > 0 for one in pair)
    sent = collections.defaultdict(list)
    for entry in simulator.journal():
        if entry["effect"] and request_of(entry) in ids:
            sent[entry["smartcards"][0]].append(request_of(entry))
    assert sorted(sent) == sorted(cards)
    assert all(len(numbers) == 10 and numbers == sorted(numbers) for numbers in sent.values()), sent
