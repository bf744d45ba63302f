"""A PIN or a password is planted in every place that it can come from, and is then found nowhere.

PINs have twenty digits here, so that half of a PIN is never found by chance. Each place has a PIN of its own, which tells the leak.
"""

import base64
import itertools
import json

import psycopg2
import pytest

from database import Database
from planted import (CARDS, CONFIGURATIONS, DATABASE_PASSWORD, LOOKS, MISTAKES, PASSWORD, PIN_COMMAND, RANDOM, SITE_SECRET, TELL, TOKEN, Planted,
                     X, passwords_in)
from programs import REPOSITORY, Daemon, contegod
from repeating_cas import ANSWERS, RepeatingCas
from session_cas import LOGIN

def assert_nothing(found):
    if found:
        pytest.fail(f"{len(found)} leaks:\n" + "\n".join(f"{where}: {text!r}" for where, text in sorted(found.items())[:60]), pytrace=False)


@pytest.fixture(scope="module")
def cas():
    running = RepeatingCas([answer(SITE_SECRET) for answer in ANSWERS.values()], TOKEN)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def providers(cas, folder):
    binding = (REPOSITORY / "config/binding.xml").read_text()
    binding = binding.replace("<limits ", '<limits pin-digits="20" ', 1)
    binding = binding.replace("<soapenv:Header/>", '<soapenv:Header><k:Key xmlns:k="urn:k">{secret.KEY}</k:Key>'
                              '<k:Token xmlns:k="urn:k">{session}</k:Token></soapenv:Header>')
    binding = binding.replace("<outcomes>", f'<session path="/login">{LOGIN}<reply status="//StatusCode" message="//Message" token="//Token"/></session>'
                              '<header name="X-Token" value="{session}"/><outcomes>', 1)
    (folder / "long-pin.xml").write_text(binding)
    (folder / "cas.secrets").write_text(f"# for the envelopes\nKEY={SITE_SECRET}\n")
    (folder / "cas.password").write_text(PASSWORD + "\n")
    return {"default": {"endpoint": cas.url, "binding": "long-pin.xml", "user": "crm", "password_file": "cas.password", "secrets_file": "cas.secrets",
                        "breaker": {"probe_interval_ms": 10}, "retry": {"first_delay_ms": 1, "longest_delay_ms": 2, "most_attempts": 3}}}


@pytest.fixture(scope="module")
def planted(database, cas, configure, providers, folder):
    database.query("SELECT contego.open_feed()")
    made = Planted(database, cas)
    sections = {"log": {"level": "debug"}}
    file = configure(providers, **sections)
    document = json.loads(file.read_text())
    (folder / "database.password").write_text(DATABASE_PASSWORD + "\n")
    document["database"]["password_file"] = "database.password"
    file.write_text(json.dumps(document))
    made.file = file
    made.daemon = Daemon(file)
    try:
        made.plant()
        made.settle()
        made.metrics = made.daemon.get("/metrics")[1] + made.daemon.get("/readyz")[1]
        yield made
    finally:
        made.daemon.kill()


def tables_of(database):
    return [row["name"] for row in database.query(  # tables and views
        "SELECT c.oid::regclass::text AS name FROM pg_class AS c WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY 1")]


@pytest.mark.parametrize("who", ["owner", "a login of every role"])
def test_nothing_of_it_is_in_a_table_or_view(planted, database, who):
    reader = database
    if who != "owner":
        database.query("CREATE ROLE reads_all LOGIN IN ROLE contego_crm, contego_support, contego_operator")
        reader = Database(database.connection.replace("user=postgres", "user=reads_all"))
    found, read = {}, 0
    for table in tables_of(database):
        try:
            rows = reader.query(f"SELECT t::text AS line FROM {table} AS t")
        except psycopg2.errors.InsufficientPrivilege:
            assert who != "owner"
            continue
        read += len(rows)
        for row in rows:
            found |= {f"{table}: {where}": text for where, text in planted.found_in(row["line"]).items()}
    if who != "owner":
        reader.close()

    assert read > len(planted.ids)
    assert_nothing(found)


def test_a_password_is_nowhere_though_the_cas_repeats_it(planted, cas, database):
    assert cas.keys == {SITE_SECRET}
    assert cas.tokens == {TOKEN}
    assert cas.wrong_logins == [] and "the login to the CAS failed" in planted.daemon.log()
    assert cas.authorizations == {"Basic " + base64.b64encode(f"crm:{PASSWORD}".encode()).decode()}
    found = passwords_in(planted.daemon.log()) | passwords_in(planted.metrics)
    for table in tables_of(database):
        for row in database.query(f"SELECT t::text AS line FROM {table} AS t"):
            found |= {f"{table}: {secret}": text for secret, text in passwords_in(row["line"]).items()}

    assert_nothing(found)


def test_nothing_of_it_is_in_the_log_or_the_metrics(planted):
    assert_nothing(planted.found_in(planted.daemon.log()) | planted.found_in(planted.metrics))


def test_nothing_of_it_is_in_what_a_subcommand_says(planted, folder):
    binding = folder / "long-pin.xml"
    said = []
    for name in ("status", "doctor", "check"):
        said.append(contegod(name, "--config", planted.file))
    said.append(contegod("doctor", "--json", "--config", planted.file))
    for verb in ("retry", "cancel", "hold", "release", "close", "skip"):
        said.append(contegod(verb, "--config", planted.file, "--preview", *(part for one in planted.ids for part in ("--id", one)), "--reason", "x"))
    cases = {**MISTAKES, "right": lambda card, pin: (PIN_COMMAND, {"smartcard_ca_id": card, "new_pin": pin})}
    for where, case in cases.items():
        action, parameters = case(next(CARDS), planted.pin(f"dry run: {where}"))
        for options in (["plan", "--action", action], ["render", "--command", action]):
            said.append(contegod(*options, "--binding", binding, "--parameters", "-", stdin=json.dumps(parameters)))
        said.append(contegod("plan", "--action", action, "--parameters", "-", stdin=json.dumps(parameters)[:-1]))  # cut off: not valid JSON

    found = {}
    for done in said:
        found |= {f"{done.args[1]}: {where}": text for where, text in
                  (planted.found_in(done.stdout + done.stderr) | passwords_in(done.stdout + done.stderr)).items()}
    assert_nothing(found)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_mistake_near_a_password_does_not_show_it(tmp_path, name):
    file = tmp_path / "contegod.json"
    file.write_bytes(CONFIGURATIONS[name].encode(errors="surrogateescape"))
    said = {}
    for command in (["check"], ["serve"], ["migrate"], ["status"], ["doctor"], ["cancel", "--id", "1"]):
        done = contegod(*command, "--config", file)
        said[command[0]] = done.stdout + done.stderr
        assert done.stdout + done.stderr, "it says nothing at all"

    pieces = {X[at:at + 6] for at in range(len(X) - 5)}
    assert {command: text for command, text in said.items() if any(piece in text for piece in pieces)} == {}


@pytest.mark.parametrize("variable", ["CONTEGOD_DATABASE_CONNECTION", "CONTEGOD_DATABASE_PASSWORD_FILE", "CONTEGOD_PROVIDERS_DEFAULT_ENDPOINT",
                                      "CONTEGOD_DATABASE_PASSWORD", "CONTEGOD_DATABASE_LEASE_MS"])
def test_a_mistake_in_the_environment_does_not_show_it(configure, variable):
    file = configure({"default": {"endpoint": "http://127.0.0.1:9"}})
    for value in (f"host='{X}", f"ftp://u:{X}@h", f"postgresql://u:{X}@h:x/", f"['{X}'"):
        for command in (["check"], ["status"], ["doctor"]):
            done = contegod(*command, "--config", file, environment={variable: value})
            if variable in ("CONTEGOD_DATABASE_LEASE_MS", "CONTEGOD_DATABASE_PASSWORD_FILE"):
                continue  # these variables hold no secret
            assert X not in done.stdout + done.stderr, done.stdout + done.stderr


COMBINATIONS = [roles for size in (1, 2, 3) for roles in itertools.combinations(["crm", "support", "operator"], size)]


@pytest.mark.parametrize("roles", COMBINATIONS, ids="+".join)
def test_no_combination_of_roles_reads_the_open_pin_of_another(database, roles):
    other, reader = f"other_of_{'_'.join(roles)}", f"reader_{'_'.join(roles)}"
    database.query(f"CREATE ROLE {other} LOGIN IN ROLE contego_crm")
    database.query(f"CREATE ROLE {reader} LOGIN IN ROLE {', '.join('contego_' + one for one in roles)}")
    pin = "".join(RANDOM.choice("123456789") for _ in range(20))
    owner = Database(database.connection.replace("user=postgres", f"user={other}"))
    ids = [owner.insert(PIN_COMMAND, {"smartcard_ca_id": next(CARDS), "new_pin": pin}, provider="nobody", idempotency_key=key)
           for key in (f"of the other {reader}", None, None)]
    assert pin in owner.query("SELECT parameters::text AS p FROM contego.request WHERE id = %s", ids[0])[0]["p"], "the CRM reads its own"
    owner.close()
    database.query("ANALYZE contego.request")
    session = psycopg2.connect(database.connection.replace("user=postgres", f"user={reader}"))
    session.autocommit = True
    cursor = session.cursor()
    cursor.execute(TELL)
    seen, answered = [], 0
    for look in LOOKS:
        try:
            cursor.execute(look)
            text = str(cursor.fetchall())
            answered += 1
        except psycopg2.Error as error:
            text = str(error)
        if pin in text + "".join(session.notices):
            seen.append(look)
        session.notices.clear()
    session.close()
    database.query("SELECT * FROM contego.cancel(%s, 'done')", ids)

    assert answered > 3
    assert seen == []
