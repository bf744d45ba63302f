"""The verbs of people on requests, as subcommands: retry, cancel, hold, release, close, skip."""

import json
import os
import pathlib
import re
import subprocess

import pytest

from programs import CONTEGOD, REPOSITORY, contegod

VERBS = ["retry", "cancel", "hold", "release", "close", "skip"]


@pytest.fixture(scope="module")
def file(configure, providers):
    return configure(providers)


def add(card="01000000017"):
    return {"smartcard_ca_id": card, "service_ca_id": "1111"}


def test_a_held_request_goes_on_when_it_is_released(database, daemon, file):
    held = database.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date="2100-01-01")
    assert contegod("hold", "--config", file, "--id", held, "--reason", "fraud desk").returncode == 0
    assert database.request(held)["error_description"] == "held by postgres: fraud desk"
    database.query("UPDATE contego.request SET scheduled_date = now(), due_date = now() WHERE id = %s", held)

    done = contegod("release", "--config", file, "--id", held)

    assert done.returncode == 0, done.stderr
    assert re.search(r"HELD -> QUEUED", done.stdout)
    assert database.finished(held)["life_cycle_state"] == "COMPLETED"


def test_what_the_cas_rejected_is_sent_again_when_the_reason_is_gone(database, daemon, simulator, file):
    simulator.break_with({"when": {"smartcard": "01000000025", "times": 1}, "do": {"status_code": "CLIENT_NOT_FOUND"}})
    rejected = database.insert("ADD_SUBSCRIPTIONS", add("01000000025"), idempotency_key="once")
    assert database.finished(rejected)["error_code"] == "CLIENT_NOT_FOUND"
    simulator.mend()

    done = contegod("retry", "--config", file, "--error-code", "CLIENT_NOT_FOUND", "--yes", "--reason", "registered")

    assert done.returncode == 0, done.stderr
    assert database.finished(rejected)["life_cycle_state"] == "COMPLETED"
    assert [e["effect"] for e in simulator.journal(rejected)] == [False, True]
    actions = database.query("SELECT verb, before, after, reason FROM contego.operator_action WHERE request_id = %s", rejected)
    assert actions == [{"verb": "retry", "before": "REJECTED", "after": "QUEUED", "reason": "registered"}]


def test_cancel_frees_the_card_at_once(database, daemon, simulator, file):
    first = database.insert("ADD_SUBSCRIPTIONS", add("01000000033"), scheduled_date="2100-01-01")
    contegod("hold", "--config", file, "--id", first)
    database.query("UPDATE contego.request SET scheduled_date = now() WHERE id = %s", first)
    second = database.insert("CANCEL_SUBSCRIPTIONS", add("01000000033"))
    assert database.in_progress(second, "BLOCKED")["blocked_by"] == first

    assert contegod("cancel", "--config", file, "--id", first).returncode == 0

    assert database.request(first)["progress"] == "CANCELLED"
    database.finished(second)
    assert simulator.journal(first) == []


def test_close_ends_as_completed_what_a_person_did_by_hand(database, daemon, simulator, file):
    waiting = database.insert("ADD_SUBSCRIPTIONS", add("01000000041"), scheduled_date="2100-01-01")

    unsaid = contegod("close", "--config", file, "--id", waiting)
    done = contegod("close", "--config", file, "--id", waiting, "--reason", "added at the console")

    assert unsaid.returncode == 2 and "--reason" in unsaid.stderr
    assert done.returncode == 0, done.stderr
    row = database.request(waiting)
    assert (row["life_cycle_state"], row["progress"], row["error_code"]) == ("COMPLETED", "CLOSED", None)
    assert row["result"] == {"closed_by": "postgres", "reason": "added at the console"}
    assert simulator.journal(waiting) == []


def test_skip_goes_on_with_the_command_after_the_one_that_was_held(database, daemon, simulator, file):
    card = "01000000058"
    place = {"distributor": "R", "smartcards": [card], "services": ["1111", "2222", "3333"]}
    simulator.break_with({"when": {"smartcard": card, "service": "2222", "times": 1}, "do": {"status_code": "NOBODY_KNOWS_THIS"}})
    held = database.insert("ACTIVATE_SUBSCRIPTION", {"distributions": [place]})
    database.in_progress(held, "HELD")
    simulator.mend()
    sent_before = len(simulator.journal(held))

    seen = contegod("skip", "--config", file, "--error-code", "NOBODY_KNOWS_THIS", "--preview")
    done = contegod("skip", "--config", file, "--id", held, "--reason", "not wanted any more")

    assert "would skip: 1, refused: 0" in seen.stdout
    assert done.returncode == 0, done.stderr
    row = database.finished(held)
    assert (row["life_cycle_state"], row["progress"], row["error_code"]) == ("COMPLETED", "DONE", None)
    assert [c["outcome"] for c in database.commands(held)] == ["success", "skipped", "success"]
    assert database.commands(held)[1]["error_description"] == "skipped by postgres: not wanted any more"
    assert len(simulator.journal(held)) == sent_before + 1
    attempts = database.query("SELECT sequence, attempt, outcome FROM contego.attempt WHERE request_id = %s ORDER BY sequence", held)
    assert [(a["sequence"], a["outcome"]) for a in attempts] == [(1, "success"), (2, "hold"), (3, "success")]


def asked_for_by(database, request_id):
    (row,) = database.query("SELECT verb, on_behalf_of FROM contego.operator_action WHERE request_id = %s", request_id)
    return row["verb"], row["on_behalf_of"]


def test_the_environment_names_the_person_who_asks_as_the_page_says(database, file, tmp_path):
    page = (REPOSITORY / "docs/operations.md").read_text()
    (line,) = re.findall(r"^PGOPTIONS=.*", page, re.MULTILINE)
    ids = [database.insert("ADD_SUBSCRIPTIONS", add(f"0100000070{n}"), scheduled_date="2100-01-01") for n in range(2)]
    path = f"{pathlib.Path(CONTEGOD).parent}:{os.environ['PATH']}"
    assert r"`-c contego.on_behalf_of=ann\ smith`" in page

    for request_id, name in zip(ids, ["=ann", r"=ann\ smith"], strict=True):
        command = line.replace("/etc/contego/contegod.json", str(file)).replace("--id 5", f"--id {request_id}").replace("=ann", name)
        subprocess.run(["bash", "-c", command], env={**os.environ, "PATH": path}, check=True, timeout=60)

    assert [asked_for_by(database, request_id) for request_id in ids] == [("hold", "ann"), ("hold", "ann smith")]


def test_options_of_the_connection_string_take_precedence_over_the_environment(database, file):
    held = database.insert("ADD_SUBSCRIPTIONS", add("01000000710"), scheduled_date="2100-01-01")
    environment = {"PGOPTIONS": "-c contego.on_behalf_of=ann",
                   "CONTEGOD_DATABASE_CONNECTION": database.connection + " options='-c contego.on_behalf_of=bob'"}  # fmt: skip

    assert contegod("hold", "--config", file, "--id", held, environment=environment).returncode == 0

    assert asked_for_by(database, held) == ("hold", "bob")


def test_a_filter_only_acts_when_told_so(database, daemon, file):
    waiting = database.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date="2100-01-01", subscription="S-7")

    asked = contegod("cancel", "--config", file, "--subscription", "S-7")
    seen = contegod("cancel", "--config", file, "--subscription", "S-7", "--preview")
    assert database.request(waiting)["progress"] == "SCHEDULED"
    done = contegod("cancel", "--config", file, "--subscription", "S-7", "--yes")

    assert (asked.returncode, seen.returncode, done.returncode) == (2, 0, 0)
    assert "--preview" in asked.stderr
    assert "would cancel: 1, refused: 0" in seen.stdout
    assert database.request(waiting)["progress"] == "CANCELLED"


def test_what_is_refused_is_said_and_ends_with_1(database, daemon, file):
    finished = database.insert("ADD_SUBSCRIPTIONS", add())
    database.finished(finished)

    done = contegod("cancel", "--config", file, "--id", finished, "--id", 999999)

    assert done.returncode == 1
    assert f"{finished}  ADD_SUBSCRIPTIONS" in done.stdout and "refused: it is DONE" in done.stdout
    assert "refused: there is no such request" in done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_needs_to_be_told_which_requests(file, verb):
    done = contegod(verb, "--config", file)

    assert done.returncode == 2
    assert "--id" in done.stderr


def test_the_picture_of_the_states_is_the_table(database):
    text = (REPOSITORY / "docs/architecture.md").read_text()
    drawn = set()
    for before, after, labels in re.findall(r"^ +(\S+) --> ([A-Z_]+): (.+)$", text, re.MULTILINE):
        for label in labels.split(", "):
            actor, verb = label.split()
            drawn.add((actor, verb, None if before == "[*]" else before, after))

    rows = database.query("SELECT actor, verb, before, after FROM contego.transition")

    assert drawn == {tuple(row.values()) for row in rows}
