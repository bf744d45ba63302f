"""The subcommands, as a person at a terminal uses them."""

import hashlib
import json
import re
import subprocess

import pytest

from programs import CONTEGO_SIM, REPOSITORY, contegod

SUBCOMMANDS = ["serve", "migrate", "check", "plan", "render", "read", "try", "status", "doctor", "retry", "cancel", "hold", "release", "close", "skip",
               "after-data-loss", "audit"]
ADD = {"smartcard_ca_id": "01000000017", "service_ca_id": "1111"}


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_every_subcommand_has_help(subcommand):
    done = contegod(subcommand, "--help")

    assert done.returncode == 0, done.stderr
    assert f" {subcommand} " in done.stdout.splitlines()[1], "the help is that of the program, not of the subcommand"


def test_help_names_every_subcommand():
    done = contegod("--help")

    assert done.returncode == 0
    assert [one for one in SUBCOMMANDS if f"\n  {one} " not in done.stdout] == []


def test_version_names_program_and_number():
    for done in (contegod("--version"), subprocess.run([CONTEGO_SIM, "--version"], capture_output=True, text=True, check=False)):
        assert done.returncode == 0
        name, number = done.stdout.split()[:2]
        assert name in ("contegod", "contego-sim") and number[0].isdigit()


def test_version_names_commit_and_newest_step_of_the_schema():
    steps = sorted((REPOSITORY / "sql/migrations").glob("*.sql"))

    said = re.fullmatch(r"contegod \S+ \(commit (\S+), schema (\d+)\)\n", contegod("--version").stdout)

    assert said and int(said[2]) == int(steps[-1].name.split("_")[0])
    assert said[1] == "unknown" or re.search(r"[0-9a-f]{7,}", said[1])


@pytest.mark.parametrize("arguments", [[], ["dance"], ["serve"], ["check"], ["serve", "--config", "/nowhere"], ["plan"]])
def test_bad_usage_ends_with_2_and_says_why(arguments):
    done = contegod(*arguments)

    assert done.returncode == 2
    assert done.stderr and "terminate" not in done.stderr


def test_plan_prints_the_commands_as_json():
    place = {"distributor": "R", "smartcards": ["01000000017"], "stbs": ["0012345678"], "services": ["1111"]}

    done = contegod("plan", "--action", "BECOME_SUBSCRIBER", "--parameters", json.dumps({"distributions": [place]}))

    assert done.returncode == 0, done.stderr
    assert [one["type"] for one in json.loads(done.stdout)] == ["CREATE_PAIRING", "ADD_SUBSCRIPTIONS"]


def test_plan_reads_a_file_and_standard_input(tmp_path):
    file = tmp_path / "parameters.json"
    file.write_text(json.dumps(ADD))

    from_file = contegod("plan", "--action", "ADD_SUBSCRIPTIONS", "--parameters", f"@{file}")
    from_input = contegod("plan", "--action", "ADD_SUBSCRIPTIONS", "--parameters", "-", stdin=json.dumps(ADD))

    assert from_file.stdout == from_input.stdout != ""


@pytest.mark.parametrize(
    ("action", "parameters", "said"),
    [
        ("DANCE", "{}", "UNKNOWN_ACTION"),
        ("ADD_SUBSCRIPTIONS", "{}", "smartcard_ca_id"),
        ("ADD_SUBSCRIPTIONS", "[]", "object"),
        ("ADD_SUBSCRIPTIONS", "{", "JSON"),
        ("ADD_SUBSCRIPTIONS", "@/nowhere", "/nowhere"),
    ],
)
def test_plan_refuses_with_2_and_says_why(action, parameters, said):
    done = contegod("plan", "--action", action, "--parameters", parameters)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_render_prints_the_envelope():
    done = contegod("render", "--command", "ADD_SUBSCRIPTIONS", "--parameters", json.dumps(ADD))

    assert done.returncode == 0, done.stderr
    assert "CaClientId>01000000017<" in done.stdout


def test_render_refuses_what_is_no_command():
    done = contegod("render", "--command", "BECOME_SUBSCRIBER", "--parameters", "{}")

    assert (done.returncode, done.stdout) == (2, "")


def test_migrate_a_second_time_does_nothing(database, configure, providers):
    done = contegod("migrate", "--config", configure(providers))

    assert done.returncode == 0 and "up to date" in done.stdout


def test_the_ledger_keeps_the_checksum_of_every_file(database):
    files = {file: hashlib.sha256(file.read_bytes()).hexdigest() for part in ("migrations", "functions", "views")
             for file in (REPOSITORY / "sql" / part).glob("*.sql")}

    kept = {REPOSITORY / "sql/migrations" / f"{row['version']:04}_{row['name']}.sql": row["sha256"]
            for row in database.query("SELECT version, name, sha256 FROM contego.migration")}
    kept |= {REPOSITORY / "sql" / f"{row['kind']}s" / f"{row['name']}.sql": row["sha256"]
             for row in database.query("SELECT kind, name, sha256 FROM contego.definition")}

    assert kept == files


def test_migrate_says_which_function_it_would_apply_again_and_applies_it(database, configure, providers):
    file = configure(providers)
    database.query("UPDATE contego.definition SET sha256 = '' WHERE name = 'leave_fleet'")

    status = contegod("migrate", "--status", "--config", file)
    dry = contegod("migrate", "--dry-run", "--config", file)
    serve = contegod("serve", "--config", file)
    done = contegod("migrate", "--config", file)

    assert "function leave_fleet: to be applied" in status.stdout
    assert dry.stdout.startswith("-- function leave_fleet\n") and "CREATE OR REPLACE FUNCTION contego.leave_fleet" in dry.stdout
    assert serve.returncode == 1 and "not those of this program: leave_fleet" in serve.stdout + serve.stderr
    assert (done.returncode, done.stdout) == (0, "applied function leave_fleet\n")
    assert "up to date" in contegod("migrate", "--config", file).stdout


def test_a_step_that_was_changed_since_it_was_applied_is_refused(database, configure, providers):
    file = configure(providers)
    kept = database.query("SELECT sha256 FROM contego.migration WHERE version = 1")[0]["sha256"]
    database.query("UPDATE contego.migration SET sha256 = repeat('0', 64) WHERE version = 1")

    refused = [contegod(subcommand, "--config", file) for subcommand in ("migrate", "serve", "doctor")]
    database.query(f"UPDATE contego.migration SET sha256 = '{kept}' WHERE version = 1")

    for done in refused:
        assert done.returncode == 1
        said = done.stdout + done.stderr
        assert "migration 1 (tables) was changed after it was applied" in said and "0" * 12 in said and kept[:12] in said


def test_status_counts_what_waits(database, configure, providers):
    database.insert("ADD_SUBSCRIPTIONS", ADD, provider="elsewhere")

    done = contegod("status", "--config", configure(providers))

    assert done.returncode == 0, done.stderr
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [["elsewhere", "QUEUED", "1"]]


def test_check_says_that_a_good_configuration_is_good(configure, providers):
    done = contegod("check", "--config", configure(providers))

    assert (done.returncode, done.stderr) == (0, "")


def test_check_reports_all_mistakes_at_once(tmp_path):
    """The mistakes are in the file itself, in a file that it names, and in the endpoint."""
    (tmp_path / "binding.xml").write_text('<binding xmlns="urn:contego:binding:1" soap="1.3"/>')
    file = tmp_path / "contegod.json"
    file.write_text(json.dumps({
        "database": {"connection": "dbname=x", "lease_ms": 1, "password_file": "absent"},
        "providers": {
            "one": {"in_flight": 0, "colour": "red"},
            "two": {"endpoint": "ftp://cas", "binding": "binding.xml"},
        },
        "log": {"level": "loud"},
    }))  # fmt: skip

    done = contegod("check", "--config", file)

    assert done.returncode == 2
    said = ["database.lease_ms", "database.password_file", "providers.one.endpoint", "providers.one.in_flight",
            "providers.one.colour", "log.level", "soap must be 1.1 or 1.2", "providers.two"]  # fmt: skip
    assert [one for one in said if one not in done.stderr] == [], done.stderr
