"""A CRM uses an idempotency key again."""

import json

import pytest

from database import Database
from neighbours import Logins

LATER = "2100-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def logins(database):
    return Logins(database)


@pytest.fixture(scope="module")
def crm(logins):
    opened = Database(logins("crm", "repeating_crm"))
    yield opened
    opened.close()


def submit(crm, action="ADD_SUBSCRIPTIONS", key="body", **more):
    names = "".join(f", {name} => %s" for name in more if name != "parameters")
    parameters = json.dumps(more.pop("parameters", {"smartcard_ca_id": "01000000001", "service_ca_id": "1111"}))
    return crm.query(f"SELECT * FROM contego.submit(%s, %s, idempotency_key => %s{names})", action, parameters, key, *more.values())[0]


def test_the_same_key_with_another_body_is_told(database, crm):
    first = submit(crm, subscription="S-1", scheduled_date=LATER)
    assert (first["is_new"], first["mismatch"]) == (True, None)

    same = submit(crm, subscription="S-1", scheduled_date=LATER)
    without_a_date = submit(crm, subscription="S-1")
    another = submit(crm, "CANCEL_SUBSCRIPTIONS", subscription="S-2", priority="EXPRESS", scheduled_date="2100-01-02T00:00:00Z",
                     process_name="P", process_id="1", parameters={"smartcard_ca_id": "2"})

    assert (same["request_id"], same["is_new"], same["mismatch"]) == (first["request_id"], False, None)
    assert without_a_date["mismatch"] is None
    assert (another["request_id"], another["is_new"]) == (first["request_id"], False)
    assert another["mismatch"] == "action, parameters, subscription, process_name, process_id, priority, scheduled_date"


def test_the_masked_pin_of_a_finished_request_is_no_other_body(database, crm):
    pin = {"smartcard_ca_id": "01000000001", "new_pin": "4711"}
    first = submit(crm, "UPDATE_CA_PIN_TO_GIVEN_VALUE", "pin", parameters=pin, scheduled_date=LATER)
    database.query("SELECT contego.cancel(%s)", first["request_id"])
    assert database.request(first["request_id"])["parameters"]["new_pin"] == "****"

    assert submit(crm, "UPDATE_CA_PIN_TO_GIVEN_VALUE", "pin", parameters=pin)["mismatch"] is None
    assert submit(crm, "UPDATE_CA_PIN_TO_GIVEN_VALUE", "pin", parameters={**pin, "smartcard_ca_id": "3"})["mismatch"] == "parameters"


def test_a_list_tells_the_mismatch_of_each_place(crm):
    one = {"action": "X", "parameters": {}, "idempotency_key": "twice", "scheduled_date": LATER}

    said = crm.query("SELECT place, is_new, mismatch FROM contego.submit_many(%s)", json.dumps([one, one, {**one, "action": "Y"}]))

    assert [(row["place"], row["is_new"], row["mismatch"]) for row in said] == [(1, True, None), (2, False, None), (3, False, "action")]


def test_an_empty_key_is_none(crm):
    first, second = submit(crm, key="", scheduled_date=LATER), submit(crm, key="", scheduled_date=LATER)

    assert (first["is_new"], second["is_new"]) == (True, True)
    assert crm.request(first["request_id"])["idempotency_key"] is None
