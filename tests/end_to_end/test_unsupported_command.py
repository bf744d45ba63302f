"""A binding that lacks two of the 13 commands: the daemon starts, and only the requests that need one of them are rejected."""

import json
import re

import pytest

from doctor import findings_of
from programs import REPOSITORY, contegod, wait_for
from test_every_command import COMMANDS

LACKING = ("SEND_MAIL_MESSAGE_TO_CLIENT", "GET_PAIRING_STATUS_FOR_CARD")
CARD = "01000000071"


@pytest.fixture(scope="module")
def binding(folder):
    text = (REPOSITORY / "config/binding.xml").read_text()
    for code in LACKING:
        text, count = re.subn(rf'<command code="{code}".*?</command>', "", text, flags=re.DOTALL)
        assert count == 1
    file = folder / "small.xml"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def providers(simulator, binding):
    return {"default": {"endpoint": simulator.url, "binding": str(binding)}}


def sentence(command, action):
    return f"The binding has no command {command}, which the action {action} needs."


def test_the_daemon_starts_and_does_what_is_supported(database, daemon):
    wait_for(lambda: daemon.get("/readyz")[0] == 200)
    ids = {code: database.insert(code, parameters) for code, parameters in COMMANDS.items()}

    rows = {code: database.finished(request_id) for code, request_id in ids.items()}

    for code, row in rows.items():
        if code in LACKING:
            assert (row["progress"], row["error_code"]) == ("REJECTED", "NOT_SUPPORTED"), row
            assert row["error_description"] == sentence(code, code)
            assert database.commands(row["id"]) == []
        else:
            assert row["progress"] == "DONE", row


def test_an_action_that_needs_one_is_rejected_before_any_of_its_commands_is_sent(database, daemon, simulator):
    distribution = {"distributor": "R", "smartcards": [CARD], "stbs": ["0012345671"], "services": ["1111"],
                    "added": {"stbs": ["0012345671"]}}  # fmt: skip

    row = database.finished(database.insert("ADD_INSTALLED_ITEM", {"distributions": [distribution]}))

    assert (row["progress"], row["error_code"]) == ("REJECTED", "NOT_SUPPORTED"), row
    assert row["error_description"] == sentence("GET_PAIRING_STATUS_FOR_CARD", "ADD_INSTALLED_ITEM")
    assert database.commands(row["id"]) == []
    assert simulator.journal(row["id"]) == []


def test_the_requests_of_a_card_keep_their_order(database, daemon, simulator):
    service = {"smartcard_ca_id": CARD, "service_ca_id": "1111"}
    steps = ["ADD_SUBSCRIPTIONS", LACKING[0], "CANCEL_SUBSCRIPTIONS", LACKING[0], "ADD_SUBSCRIPTIONS"]
    parameters = [service if "SUBSCRIPTIONS" in one else {"smartcard_ca_id": CARD, "message": "Hello"} for one in steps]
    ids = [database.insert(one, p) for one, p in zip(steps, parameters, strict=True)]

    rows = [database.finished(one) for one in ids]

    assert [row["progress"] for row in rows] == ["DONE", "REJECTED", "DONE", "REJECTED", "DONE"]
    finished = [row["finished_date"] for row in rows]
    assert finished == sorted(finished)


def test_check_and_doctor_name_what_is_not_supported(configure, providers):
    file = configure(providers)
    checked = contegod("check", "--config", file)
    findings, _ = findings_of(file)

    named = "SEND_MAIL_MESSAGE_TO_CLIENT"
    assert checked.returncode == 0, checked.stderr
    (line,) = [one for one in checked.stdout.splitlines() if "does not support" in one]
    assert line.startswith("providers.default: ") and all(code in line for code in LACKING)
    (finding,) = [one for one in findings if named in one["what"]]
    assert (finding["severity"], finding["check"]) == ("OK", "configuration")


@pytest.mark.parametrize("how", [("plan", "--action"), ("render", "--command")])
def test_a_dry_run_says_the_same(binding, how):
    subcommand, option = how

    done = contegod(subcommand, option, LACKING[0], "--parameters", json.dumps(COMMANDS[LACKING[0]]), "--binding", binding)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"NOT_SUPPORTED\n{sentence(LACKING[0], LACKING[0])}\n"


def test_a_misspelt_command_is_still_a_mistake(tmp_path, configure, simulator):
    file = tmp_path / "misspelt.xml"
    file.write_text((REPOSITORY / "config/binding.xml").read_text().replace('"CREATE_PAIRING"', '"CREATE_PARING"'))

    done = contegod("check", "--config", configure({"default": {"endpoint": simulator.url, "binding": str(file)}}))

    assert done.returncode == 2
    assert "unknown command CREATE_PARING; the commands are ADD_SUBSCRIPTIONS " in done.stderr
