"""Bad input becomes REJECTED with a code and a sentence, and other requests go on."""

import psycopg2
import pytest

from database import RawJson
from programs import wait_for

CARD = "01000000017"
UNKNOWN_CARD = "09000000000"
FOREIGN_CARD = "02000000000"


def add(card=CARD, service="1111"):
    return {"smartcard_ca_id": card, "service_ca_id": service}


@pytest.fixture
def rejected(database, daemon):
    """Inserts a request, waits, and asserts that it became REJECTED and that the next request went on."""

    def insert(action, parameters, **columns):
        request_id = database.insert(action, parameters, **columns)
        next_id = database.insert("ADD_SUBSCRIPTIONS", add())
        row = database.finished(request_id)
        assert (row["life_cycle_state"], row["progress"]) == ("REJECTED", "REJECTED"), row
        assert database.finished(next_id)["life_cycle_state"] == "COMPLETED"
        return row

    return insert


def test_an_unknown_action_is_named(database, simulator, rejected):
    row = rejected("SUSPEND_EVERYTHING", {"distributions": []})

    assert row["error_code"] == "UNKNOWN_ACTION"
    assert "SUSPEND_EVERYTHING" in row["error_description"]
    assert database.commands(row["id"]) == [] and simulator.journal(row["id"]) == []


def test_all_violations_are_reported_together(rejected):
    row = rejected(
        "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT",
        {"smartcard_ca_id": "12-34", "message": "x" * 130, "repetition_count": 0, "repetition_interval": 15, "colour": "red"},
    )

    assert row["error_code"] == "VALIDATION_ERROR"
    lines = row["error_description"].splitlines()
    for field in ("smartcard_ca_id", "message", "repetition_count", "repetition_interval", "colour"):
        assert [line for line in lines if line.startswith(field + ":")], (field, lines)


def test_violations_in_a_distribution_name_their_place(rejected):
    row = rejected(
        "BECOME_SUBSCRIBER",
        {"distributions": [{"distributor": "ROOM", "smartcards": [CARD, "x"], "stbs": [], "services": ["11a"]}]},
    )

    assert row["error_code"] == "VALIDATION_ERROR"
    assert "distributions[0].smartcards[1]" in row["error_description"]
    assert "distributions[0].services[0]" in row["error_description"]


def test_a_number_in_place_of_a_ca_id_is_refused_for_leading_zeros_count(rejected):
    row = rejected("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": 1000000017, "service_ca_id": "1111"})

    assert "smartcard_ca_id" in row["error_description"] and "1000000017" in row["error_description"]


def test_an_unknown_priority_is_reported_with_the_rest(rejected):
    row = rejected("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": CARD}, priority="URGENT")

    assert row["error_code"] == "VALIDATION_ERROR"
    assert "priority" in row["error_description"] and "service_ca_id" in row["error_description"]


def test_a_bad_pin_is_not_repeated_in_the_description(rejected):
    row = rejected("UPDATE_CA_PIN_TO_GIVEN_VALUE", {"smartcard_ca_id": CARD, "new_pin": "98765"})

    assert "new_pin" in row["error_description"]
    assert "98765" not in str(row["error_description"]) + str(row["parameters"])


@pytest.mark.parametrize("name", ["pin", "newPin", "NEW_PIN", "new_pin_code"])
def test_a_pin_under_a_misspelt_name_is_hidden_too(daemon, rejected, name):
    row = rejected("UPDATE_CA_PIN_TO_GIVEN_VALUE", {"smartcard_ca_id": CARD, name: "9x8y7"})

    assert name in row["error_description"] and row["parameters"][name] == "****"
    assert "9x8y7" not in str(row) + daemon.log()


@pytest.mark.parametrize(
    ("card", "service", "code"),
    [
        (UNKNOWN_CARD, "1111", "CLIENT_NOT_FOUND"),
        (FOREIGN_CARD, "1111", "CLIENT_NOT_MANAGED_BY_SMS"),
        (CARD, "9111", "PRODUCT_NOT_FOUND"),
    ],
)
def test_what_the_cas_refuses_carries_its_code(database, rejected, card, service, code):
    row = rejected("ADD_SUBSCRIPTIONS", add(card, service))

    (command,) = database.commands(row["id"])
    assert row["error_code"] == code and row["error_description"]
    assert (command["outcome"], command["status_code"]) == ("rejected", code)
    assert row["reference_number"] == command["reference_number"] is not None


def test_a_refusal_in_the_middle_stops_the_request_there(database, simulator, rejected):
    card = "01000000777"
    row = rejected(
        "ACTIVATE_SUBSCRIPTION",
        {"distributions": [{"distributor": "R", "smartcards": [card], "stbs": [], "services": ["1111", "9111", "2222"]}]},
    )

    assert row["error_code"] == "PRODUCT_NOT_FOUND"
    assert [c["outcome"] for c in database.commands(row["id"])] == ["success", "rejected"]
    assert [one["service_ca_id"] for one in simulator.card(card)["subscriptions"]] == ["1111"]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO contego.request (action, parameters) VALUES (NULL, '{}')",
        "INSERT INTO contego.request (action, parameters) VALUES ('START_SERVICE', '[]')",
        "INSERT INTO contego.request (action, parameters) VALUES ('START_SERVICE', NULL)",
    ],
)
def test_what_is_no_request_at_all_is_refused_at_insert(database, statement):
    with pytest.raises(psycopg2.IntegrityError):
        database.query(statement)


def test_a_second_insert_of_one_key_is_refused_and_queues_nothing(database, daemon):
    first = database.insert("ADD_SUBSCRIPTIONS", add(), idempotency_key="order-17")

    with pytest.raises(psycopg2.IntegrityError, match="idempotency_key"):
        database.insert("ADD_SUBSCRIPTIONS", add(), idempotency_key="order-17")

    database.finished(first)
    assert len(database.query("SELECT id FROM contego.request WHERE idempotency_key = 'order-17'")) == 1


@pytest.mark.parametrize(
    "odd",
    ["-1e-400", "9" * 40, "[" * 31 + "]" * 31, '"' + "x" * 1_000_000 + '"', "null", '{"": {}}'],
    ids=["tiny", "long_number", "deep", "long_text", "null", "empty_name"],
)
@pytest.mark.parametrize("action", ["ADD_SUBSCRIPTIONS", "BECOME_SUBSCRIBER"])
def test_odd_json_is_refused_like_any_other_bad_value(rejected, action, odd):
    member = "smartcard_ca_id" if action == "ADD_SUBSCRIPTIONS" else "distributions"

    row = rejected(action, RawJson(f'{{"{member}": {odd}, "service_ca_id": "1111"}}'))

    assert row["error_code"] == "VALIDATION_ERROR"
    assert member in row["error_description"]


@pytest.mark.parametrize("odd", ["1e400", "9" * 999], ids=["beyond_a_double", "long"])
def test_what_no_program_can_hold_is_refused_and_stops_nobody(database, simulator, launch, request, odd):
    """The test has a provider of its own, so that a failure here does not stop the other tests."""
    provider = request.node.callspec.id
    launch({provider: {"endpoint": simulator.url}})
    odd_id = database.insert("ADD_SUBSCRIPTIONS", RawJson(f'{{"smartcard_ca_id": {odd}}}'), provider=provider)
    next_id = database.insert("ADD_SUBSCRIPTIONS", add(), provider=provider)

    def states():
        rows = database.query("SELECT life_cycle_state FROM contego.request WHERE id IN (%s, %s) ORDER BY id", odd_id, next_id)
        return [row["life_cycle_state"] for row in rows]

    wait_for(lambda: states() == ["REJECTED", "COMPLETED"], what=states)


@pytest.mark.parametrize("odd", ["[" * 32 + "]" * 32, "[" * 5000 + "]" * 5000, "1e1000", '"' + "x" * 1048576 + '"'],
                         ids=["deep", "very_deep", "long_number", "large"])
def test_what_is_beyond_the_bounds_is_refused_at_insert(database, odd):
    with pytest.raises(psycopg2.IntegrityError, match="parameters"):
        database.insert("ADD_SUBSCRIPTIONS", RawJson(f'{{"smartcard_ca_id": {odd}}}'))


@pytest.mark.parametrize("text", ["\u00e9 \u20ac \U0001f4fa", "]]> <!-- & '\"", "tab\tand\nline"])
def test_any_text_that_a_crm_may_write_arrives_unharmed(database, simulator, daemon, text):
    card = "01000000033"

    row = database.finished(database.insert("SEND_MAIL_MESSAGE_TO_CLIENT", {"smartcard_ca_id": card, "message": text}))

    assert row["life_cycle_state"] == "COMPLETED", row
    assert simulator.card(card)["mails"][-1]["message"] == text
