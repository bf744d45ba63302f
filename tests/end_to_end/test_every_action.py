"""Every CRM action leads to the commands that the CRM's matrix names, in the order that keeps the viewer watching."""

import itertools

import pytest

CARDS = (f"01000{n:06}" for n in itertools.count(1000))
BOXES = (f"00100{n:05}" for n in itertools.count(1000))

ADD, CANCEL = "ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS"
PAIR, EXTEND, ASK = "CREATE_PAIRING", "ADD_TO_EXISTING_PAIRING", "GET_PAIRING_STATUS_FOR_CARD"

TURNS_ON = [
    "BECOME_SUBSCRIBER",
    "ACTIVATE_SUBSCRIPTION",
    "END_SHORT_TERM_DEACTIVATION",
    "SHORT_TERM_ACTIVATION",
    "END_SUBSCRIPTION_RESTING",
    "REFRESH",
]
TURNS_OFF = [
    "DEACTIVATE_SUBSCRIPTION",
    "TERMINATE_SUBSCRIPTION",
    "REST_SUBSCRIPTION",
    "END_SHORT_TERM_ACTIVATION",
    "SHORT_TERM_DEACTIVATION",
]


class Household:
    """One distributor with a card and a box that no other test uses."""

    def __init__(self, database, simulator):
        self.database = database
        self.simulator = simulator
        self.card, self.box = next(CARDS), next(BOXES)

    def pair(self):
        parameters = {"smartcards": [{"smartcard_ca_id": self.card}], "stbs": [{"stb_ca_id": self.box}]}
        row = self.database.finished(self.database.insert(PAIR, parameters))
        assert row["life_cycle_state"] == "COMPLETED", row

    def authorise(self, *services):
        for service in services:
            parameters = {"smartcard_ca_id": self.card, "service_ca_id": service}
            self.database.finished(self.database.insert(ADD, parameters))

    def services(self, card=None):
        held = self.simulator.card(card or self.card).get("subscriptions", [])
        return [one["service_ca_id"] for one in held]

    def does(self, action, *, others=(), beside=None, **distribution):
        """Returns the commands that were sent, as (command, card, service) in order, once the request is COMPLETED."""
        own = {"distributor": "ROOM", "smartcards": [self.card], "stbs": [self.box], "services": ["1111"]}
        parameters = {"distributions": [{**own, **distribution}, *others], **(beside or {})}
        request_id = self.database.insert(action, parameters)
        row = self.database.finished(request_id)
        assert row["life_cycle_state"] == "COMPLETED", row
        commands = self.database.commands(request_id)
        assert all(c["outcome"] in ("success", "skipped") for c in commands)
        return [
            (c["type"], c["parameters"].get("smartcard_ca_id"), c["parameters"].get("service_ca_id"))
            for c in commands
            if c["outcome"] == "success"
        ]


@pytest.fixture
def home(database, simulator, daemon):
    return Household(database, simulator)


def names(sent):
    return [command for command, _, _ in sent]


@pytest.mark.parametrize("action", TURNS_ON)
def test_turning_on_pairs_and_then_adds_every_service(home, action):
    sent = home.does(action, services=["1111", "2222"])

    assert sent == [(PAIR, None, None), (ADD, home.card, "1111"), (ADD, home.card, "2222")]
    assert home.services() == ["1111", "2222"]
    assert home.simulator.card(home.card)["stbs"] == [home.box]


@pytest.mark.parametrize("action", TURNS_OFF)
def test_turning_off_cancels_every_service_and_leaves_the_pairing(home, action):
    home.pair()
    home.authorise("1111", "2222")

    sent = home.does(action, services=["1111", "2222"])

    assert sent == [(CANCEL, home.card, "1111"), (CANCEL, home.card, "2222")]
    assert home.services() == []
    assert home.simulator.card(home.card)["paired"] is True


def test_turning_on_a_paired_place_sends_no_pairing(home):
    home.pair()

    assert names(home.does("ACTIVATE_SUBSCRIPTION", paired=True)) == [ADD]


@pytest.mark.parametrize("action", ["BECOME_SUBSCRIBER", "ADD_SERVICE"])
def test_a_draft_needs_no_command(home, action):
    added = {} if action == "BECOME_SUBSCRIBER" else {"added": {"services": ["1111"]}}

    assert home.does(action, beside={"draft": True}, **added) == []
    assert home.simulator.card(home.card) == {}


@pytest.mark.parametrize("action", ["START_SERVICE", "ADD_SERVICE"])
def test_a_service_that_comes_is_added(home, action):
    sent = home.does(action, services=["1111", "2222"], added={"services": ["2222"]})

    assert sent == [(ADD, home.card, "2222")]
    assert home.services() == ["2222"]


def test_a_service_that_comes_with_a_box_extends_the_pairing_first(home):
    home.pair()
    new_box = next(BOXES)

    sent = home.does("ADD_SERVICE", stbs=[home.box, new_box], added={"services": ["1111"], "stbs": [new_box]})

    assert sent == [(EXTEND, home.card, None), (ADD, home.card, "1111")]
    assert home.simulator.card(home.card)["stbs"] == sorted([home.box, new_box])


@pytest.mark.parametrize("action", ["STOP_SERVICE", "REMOVE_SERVICE"])
def test_a_service_that_goes_is_cancelled(home, action):
    home.authorise("1111", "2222")

    sent = home.does(action, services=["1111"], removed={"services": ["2222"]})

    assert sent == [(CANCEL, home.card, "2222")]
    assert home.services() == ["1111"]


@pytest.mark.parametrize("action", ["SWAP_SERVICE", "REGRET_SWAP"])
@pytest.mark.parametrize("order", ["as_ever", "cancel_first"])
def test_a_swapped_service_comes_before_the_old_goes_unless_the_crm_turns_it_round(home, action, order):
    home.authorise("1111")
    beside = {"order": "cancel_first"} if order == "cancel_first" else {}

    sent = home.does(
        action, services=["2222"], added={"services": ["2222"]}, removed={"services": ["1111"]}, beside=beside
    )

    expected = [(ADD, home.card, "2222"), (CANCEL, home.card, "1111")]
    assert sent == (expected if order == "as_ever" else expected[::-1])
    assert home.services() == ["2222"]


def test_a_service_that_moves_between_places_is_added_there_and_cancelled_here(home):
    home.authorise("1111")
    other = Household(home.database, home.simulator)
    there = {
        "distributor": "BEDROOM",
        "smartcards": [other.card],
        "stbs": [other.box],
        "services": ["1111"],
        "added": {"services": ["1111"]},
        "paired": False,
    }

    sent = home.does(
        "CHANGE_SUBSCRIPTION_DISTRIBUTION", services=[], removed={"services": ["1111"]}, others=[there]
    )

    assert sent == [(PAIR, None, None), (ADD, other.card, "1111"), (CANCEL, home.card, "1111")]
    assert (home.services(), other.services()) == ([], ["1111"])


@pytest.mark.parametrize("paired", [True, False])
def test_a_swapped_card_works_before_the_old_one_is_cut(home, paired):
    """The daemon asks the CAS about a card that stays, to learn whether there is a pairing to join."""
    old, new = next(CARDS), next(CARDS)
    home.authorise("1111")
    if paired:
        home.pair()

    sent = home.does(
        "SWAP_INSTALLED_ITEM",
        smartcards=[home.card, new],
        added={"smartcards": [new]},
        removed={"smartcards": [old]},
    )

    how = (EXTEND, home.card, None) if paired else (PAIR, None, None)
    assert sent == [(ASK, home.card, None), how, (ADD, new, "1111"), (CANCEL, old, "1111")]
    assert home.services(new) == ["1111"]
    assert home.simulator.card(new)["stbs"] == [home.box]


def test_a_swapped_only_card_is_paired_anew_where_the_old_one_was_not(home):
    old = next(CARDS)

    sent = home.does("SWAP_INSTALLED_ITEM", added={"smartcards": [home.card]}, removed={"smartcards": [old]})

    assert sent == [(ASK, old, None), (PAIR, None, None), (ADD, home.card, "1111"), (CANCEL, old, "1111")]


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_an_added_box_joins_the_pairing_or_makes_one(home, paired, known):
    new_box = next(BOXES)
    if paired:
        home.pair()
    said = {"paired": paired} if known else {}

    sent = home.does("ADD_INSTALLED_ITEM", stbs=[home.box, new_box], added={"stbs": [new_box]}, **said)

    asked = [] if known else [ASK]
    assert names(sent) == asked + [EXTEND if paired else PAIR]
    assert home.simulator.card(home.card)["stbs"] == sorted([home.box, new_box])


def test_of_two_pairing_commands_the_one_not_needed_is_recorded_as_skipped(home):
    new_box = next(BOXES)
    own = {"distributor": "ROOM", "smartcards": [home.card], "stbs": [home.box, new_box], "services": []}
    own["added"] = {"stbs": [new_box]}

    request_id = home.database.insert("ADD_INSTALLED_ITEM", {"distributions": [own]})
    home.database.finished(request_id)

    outcomes = [(c["type"], c["outcome"], c["attempts"]) for c in home.database.commands(request_id)]
    assert outcomes == [(ASK, "success", 1), (PAIR, "success", 1), (EXTEND, "skipped", 0)]


def test_a_removed_card_loses_every_service(home):
    old = next(CARDS)

    sent = home.does("REMOVE_INSTALLED_ITEM", services=["1111", "2222"], removed={"smartcards": [old]})

    assert sent == [(CANCEL, old, "1111"), (CANCEL, old, "2222")]


def test_a_removed_box_needs_no_command(home):
    assert home.does("REMOVE_INSTALLED_ITEM", removed={"stbs": [next(BOXES)]}) == []
