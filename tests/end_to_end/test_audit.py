"""contegod audit: a row that the owner changes, deletes or puts in is found, and an export binds the owner to all rows until then."""

import json
import re
import shutil
import subprocess

import pytest

from programs import REPOSITORY, contegod, wait_for


@pytest.fixture(scope="module")
def file(configure, providers):
    return configure(providers)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for name in ("ours", "another"):
        made[name], made[name + ".pub"] = folder / f"{name}.key", folder / f"{name}.pub"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", made[name]], check=True)
        subprocess.run(["openssl", "pkey", "-in", made[name], "-pubout", "-out", made[name + ".pub"]], check=True)
    made["rsa"] = folder / "rsa.key"
    subprocess.run(["openssl", "genpkey", "-algorithm", "rsa", "-out", made["rsa"]], check=True, capture_output=True)
    return made


@pytest.fixture(scope="module")
def sealed(database, daemon):
    """Ten requests were held, and a daemon has sealed that."""
    ids = [database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": f"0100000{n}", "service_ca_id": "1111"}, scheduled_date="2100-01-01")
           for n in range(10)]
    database.query("SELECT contego.hold(%s::bigint[], 'Grüße an \"ann\"\\n')", ids)
    wait_for(lambda: database.query("SELECT count(position) AS n FROM contego.operator_action")[0]["n"] == 10, what="the rows are sealed")


@pytest.fixture
def undone(database, sealed):
    """What the test changes is changed back."""
    database.query("CREATE TABLE public.kept AS SELECT * FROM contego.operator_action")
    yield
    database.query("DELETE FROM contego.operator_action")
    database.query("INSERT INTO contego.operator_action OVERRIDING SYSTEM VALUE SELECT * FROM public.kept")
    database.query("DROP TABLE public.kept")


def verify(file, *more):
    return contegod("audit", "verify", "--config", file, *more)


def export(file, key, to):
    done = contegod("audit", "export", "--config", file, "--key", key)
    assert done.returncode == 0, done.stderr
    to.write_text(done.stdout)
    return to


def test_a_chain_that_nobody_touched_is_whole(database, sealed, file):
    done = verify(file)

    assert done.returncode == 0, done.stderr
    last = database.query("SELECT hash FROM contego.operator_action WHERE position = 10")[0]["hash"]
    assert done.stdout == f"rows: 10, not sealed yet: 0, faults: 0\nhash of the last row: {last}\n"


@pytest.mark.parametrize("change, fault", [
    ("UPDATE contego.operator_action SET reason = 'other' WHERE position = 4", "position 4 (id 4) was changed after a daemon had sealed it"),
    ("UPDATE contego.operator_action SET acted_by = 'bob' WHERE position = 4", "position 4 (id 4) was changed after a daemon had sealed it"),
    ("UPDATE contego.operator_action SET acted_date = acted_date - interval '1 day' WHERE position = 4", "position 4 (id 4) was changed"),
    ("UPDATE contego.operator_action SET request_id = request_id + 1 WHERE position = 10", "position 10 (id 10) was changed"),
    ("UPDATE contego.operator_action SET changes = '{}' WHERE position = 4", "position 4 (id 4) was changed"),
    ("DELETE FROM contego.operator_action WHERE position = 4", "rows are missing between the positions 3 and 5"),
    ("UPDATE contego.operator_action SET hash = repeat('0', 64) WHERE position = 4", "position 5 (id 5) does not continue the row before it"),
    ("WITH gone AS (DELETE FROM contego.operator_action WHERE position = 4)"
     " UPDATE contego.operator_action SET position = position - 1 WHERE position > 4", "does not continue the row before it"),
])
def test_a_change_of_the_owner_is_found(database, undone, file, change, fault):
    database.query("ALTER TABLE contego.operator_action DROP CONSTRAINT operator_action_position")
    try:
        database.query(change)
        done = verify(file)
    finally:
        database.query("UPDATE contego.operator_action SET position = id")
        database.query("ALTER TABLE contego.operator_action ADD CONSTRAINT operator_action_position UNIQUE (position)")

    assert done.returncode == 1
    assert fault in done.stderr


def test_an_export_is_signed_and_verified(sealed, file, keys, tmp_path):
    written = export(file, keys["ours"], tmp_path / "audit.jsonl")

    for key in ("ours", "ours.pub"):
        done = verify(file, "--against", written, "--key", keys[key])
        assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in written.read_text().splitlines()]
    assert len(lines) == 11
    assert json.loads(lines[0]["row"])[4:8] == ["hold", "SCHEDULED", "HELD", 'Grüße an "ann"\\n']
    done = verify(file, "--against", written, "--key", keys["another.pub"])
    assert done.returncode == 1
    assert "does not have the signature of the key" in done.stderr


@pytest.mark.parametrize("old, new", [("Grüße", "Hallo"), ('"rows":10', '"rows":9'), ('"exported":"20', '"exported":"19'), ("hold", "held")])
def test_a_changed_export_is_found(sealed, file, keys, tmp_path, old, new):
    written = export(file, keys["ours"], tmp_path / "audit.jsonl")
    text = written.read_text()
    assert old in text
    written.write_text(text.replace(old, new, 1))

    done = verify(file, "--against", written, "--key", keys["ours.pub"])

    assert done.returncode == (0 if old == '"rows":10' else 1), "the number of rows is counted, not read"


def by_hand(folder, public_key):
    """Runs the lines of docs/operations.md that check an export without contegod, and returns their output."""
    (lines,) = re.findall(r"```bash\n(export=.*?)```", (REPOSITORY / "docs/operations.md").read_text(), re.DOTALL)
    shutil.copy(public_key, folder / "audit.pub")
    done = subprocess.run(["bash", "-c", lines], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def test_an_export_is_verified_by_hand_as_the_page_says(sealed, file, keys, tmp_path):
    export(file, keys["ours"], tmp_path / "audit-2030-01-31.jsonl")

    assert by_hand(tmp_path, keys["ours.pub"]) == "Signature Verified Successfully\nchain: whole\n"
    assert by_hand(tmp_path, keys["another.pub"]) == "Signature Verification Failure\nchain: whole\n"


@pytest.mark.parametrize("old, new, signed, broken", [
    ("Grüße", "Hallo", True, range(1, 11)),  # the first row, so that no later hash is right
    ('"exported":"20', '"exported":"19', False, []),
    ('"rows":10', '"rows":9', False, []),
])
def test_a_changed_export_is_found_by_hand(sealed, file, keys, tmp_path, old, new, signed, broken):
    written = export(file, keys["ours"], tmp_path / "audit-2030-01-31.jsonl")
    assert old in written.read_text()
    written.write_text(written.read_text().replace(old, new, 1))

    said = by_hand(tmp_path, keys["ours.pub"])

    assert ("Signature Verified Successfully" in said) == signed
    assert [int(found) for found in re.findall(r"position (\d+): the row or its hash was changed", said)] == list(broken)
    assert ("chain: whole" in said) == (not broken)


def test_an_export_without_its_end_is_found(sealed, file, keys, tmp_path):
    written = export(file, keys["ours"], tmp_path / "audit.jsonl")
    lines = written.read_text().splitlines()

    for cut in (lines[:-1], lines[:5] + lines[-1:], lines[1:]):
        written.write_text("\n".join(cut) + "\n")
        assert verify(file, "--against", written, "--key", keys["ours.pub"]).returncode == 1


def test_a_chain_that_the_owner_writes_anew_is_found_by_an_earlier_export(database, undone, file, keys, tmp_path):
    written = export(file, keys["ours"], tmp_path / "audit.jsonl")
    database.query("UPDATE contego.operator_action SET reason = 'other' WHERE position = 4")
    database.query("UPDATE contego.operator_action SET position = NULL, former_hash = NULL, hash = NULL")
    wait_for(lambda: database.query("SELECT count(position) AS n FROM contego.operator_action")[0]["n"] == 10, what="the rows are sealed again")

    assert verify(file).returncode == 0, "by itself the new chain is whole"
    done = verify(file, "--against", written, "--key", keys["ours.pub"])

    assert done.returncode == 1
    assert "position 4 is another row than in the export" in done.stderr
    assert "position 3 is" not in done.stderr


def test_rows_that_the_owner_deletes_at_the_end_are_found_by_an_earlier_export(database, undone, file, keys, tmp_path):
    written = export(file, keys["ours"], tmp_path / "audit.jsonl")
    database.query("DELETE FROM contego.operator_action WHERE position > 8")

    assert verify(file).returncode == 0
    done = verify(file, "--against", written, "--key", keys["ours.pub"])

    assert done.returncode == 1
    assert "the export has 10 rows, the database only 8" in done.stderr


@pytest.mark.parametrize("key, said", [("rsa", "has no Ed25519 private key"), ("ours.pub", "has no Ed25519 private key")])
def test_a_wrong_key_is_told(sealed, file, keys, key, said):
    done = contegod("audit", "export", "--config", file, "--key", keys[key])

    assert done.returncode == 2
    assert done.stderr.startswith("audit export: the key file ") and said in done.stderr and "database" not in done.stderr, done.stderr
    assert done.stdout == ""


def test_verbs_do_not_wait_for_the_chain(database, sealed):
    """A session that seals and stays open keeps no verb waiting."""
    other = database.__class__(database.connection)
    request_id = database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": "0100099", "service_ca_id": "1111"}, scheduled_date="2100-01-01")
    other.query("BEGIN")
    other.query("SELECT FROM contego.lock WHERE purpose = 'seal_audit' FOR UPDATE")
    try:
        assert database.query("SET statement_timeout = '2s'; SELECT after FROM contego.hold(%s)", request_id) == [{"after": "HELD"}]
        unsealed = database.query("SELECT count(*) AS n FROM contego.operator_action WHERE position IS NULL")[0]["n"]
    finally:
        other.query("ROLLBACK")
        other.close()
        database.query("RESET statement_timeout")

    assert unsealed == 1
    wait_for(lambda: database.query("SELECT count(*) AS n FROM contego.operator_action WHERE position IS NULL")[0]["n"] == 0, what="it is sealed")
