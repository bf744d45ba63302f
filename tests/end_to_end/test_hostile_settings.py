"""No setting of a server, a database, a login or an environment stops the daemon.

The daemon sets the parameters that it needs, and works with any value of the others. A core of the work is done under each setting. The
setting belongs to the login of the programs, to the database in which a CRM calls functions, or to the environment of a program.
"""

import json
import pathlib
import shutil
import tempfile
import time

import psycopg2
import pytest

from database import Cluster, Database, RawJson
from doctor import findings_of
from programs import Daemon, contegod, wait_for
from settings import ALSO, CARDS, CRM, EVIL, SETTINGS, Site, literal, name_of

# Variables in the environment of the daemon's process, for its database connection.
ENVIRONMENTS = {
    "PGCLIENTENCODING=LATIN1": {"PGCLIENTENCODING": "LATIN1"},
    "PGCLIENTENCODING=SQL_ASCII": {"PGCLIENTENCODING": "SQL_ASCII"},
    "PGCLIENTENCODING=WIN1252": {"PGCLIENTENCODING": "WIN1252"},
    "PGTZ and PGDATESTYLE": {"PGTZ": "Asia/Kathmandu", "PGDATESTYLE": "German", "TZ": "America/St_Johns"},
    "PGOPTIONS of isolation": {"PGOPTIONS": "-c default_transaction_isolation=serializable -c default_transaction_deferrable=on"},
    "PGOPTIONS of reading": {"PGOPTIONS": "-c default_transaction_deferrable=on -c client_encoding=LATIN1"},
    "PGOPTIONS of times": {"PGOPTIONS": "-c statement_timeout=50 -c lock_timeout=1 -c idle_in_transaction_session_timeout=10"},
    "PGOPTIONS of texts": {"PGOPTIONS": "-c standard_conforming_strings=off -c quote_all_identifiers=on -c bytea_output=escape "
                           "-c extra_float_digits=-15 -c array_nulls=off -c search_path=evil,pg_catalog"},
    "a locale": {"LC_ALL": "C", "LANG": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"},
    "a name": {"PGAPPNAME": "é'; --", "PGGSSENCMODE": "prefer"},
}

# Settings of a whole database, whose schema was migrated under them.
BUNDLES = {
    "a database for reading": [("default_transaction_isolation", "serializable"),
                               ("default_transaction_deferrable", "on")],
    "a database of short times": [("statement_timeout", "50ms"), ("lock_timeout", "1ms"), ("idle_session_timeout", "1s"),
                                  ("idle_in_transaction_session_timeout", "10ms")],
    "a database of other texts": [("client_encoding", "LATIN1"), ("DateStyle", "German"), ("IntervalStyle", "sql_standard"),
                                  ("TimeZone", "Pacific/Chatham"), ("extra_float_digits", "-15"), ("bytea_output", "escape"),
                                  ("standard_conforming_strings", "off"), ("quote_all_identifiers", "on"), ("array_nulls", "off"),
                                  ("transform_null_equals", "on"), ("xmloption", "document"), ("backslash_quote", "off")],
    "a database of other places": [("search_path", "evil, pg_catalog"), ("default_tablespace", "nowhere"), ("temp_tablespaces", "nowhere"),
                                   ("default_table_access_method", "another_heap"), ("check_function_bodies", "off")],
    "a database of other plans": [("enable_indexscan", "off"), ("enable_nestloop", "off"), ("plan_cache_mode", "force_custom_plan"),
                                  ("work_mem", "64kB"), ("jit", "on"), ("jit_above_cost", "0"), ("synchronous_commit", "off"),
                                  ("row_security", "off"), ("from_collapse_limit", "1"), ("constraint_exclusion", "off")],
}


@pytest.fixture(scope="module")
def private():
    """Settings of logins belong to a cluster, so these tests have a cluster of their own."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = Cluster(folder)
    yield running
    running.stop()
    shutil.rmtree(folder)


def new_database(cluster, folder, how="", before=None):
    """Creates a database in this way, runs `before` and then migrates. Returns it and the output of the migration."""
    server = Database(cluster.connection)
    cluster.databases += 1
    name = f"settings_{cluster.databases}"
    server.query(f"CREATE DATABASE {name} {how}")
    made = Database(cluster.connection.replace("dbname=postgres", f"dbname={name}"))
    if before:
        made.query(EVIL)
        for setting, value in before:
            server.query(f"ALTER DATABASE {name} SET {setting} = {literal(value)}")
        made.close()
    server.close()
    file = folder / f"{name}.json"
    file.write_text(json.dumps(made.configuration({"default": {"endpoint": "http://127.0.0.1:9"}})))
    done = contegod("migrate", "--config", file)
    assert done.returncode == 0, done.stdout + done.stderr
    return made, done.stdout + done.stderr


@pytest.fixture
def start():
    """Starts the daemon of a site. After the test, kills the daemons still running."""
    started = []

    def begin(site):
        started.append(Daemon(site.configuration()))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture(scope="module")
def site(private, folder, simulator):
    database, _ = new_database(private, folder)
    database.query(EVIL)
    database.query("SELECT contego.open_feed()")
    made = Site(database, folder, simulator, "set")
    assert made.core() == [], "it does not even work with the settings of a fresh server"
    return made


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_a_setting_of_the_programs_login_is_nobodys_trouble(site, setting):
    site.set_for_programs([setting, *ALSO.get(setting[0], [])])
    try:
        assert site.core() == []
    finally:
        site.database.query(f"ALTER ROLE {site.programs} RESET ALL")


def test_connections_that_the_server_closes_when_they_idle_are_no_trouble_to_anybody(site, start):
    site.database.query(f"ALTER ROLE {site.programs} SET idle_session_timeout = '1s'")
    daemon = start(site)
    began = time.monotonic()
    answers = []
    wait_for(lambda: answers.append(daemon.get("/readyz")) or time.monotonic() > began + 3.5, 10)
    daemon.terminate()
    site.database.query(f"ALTER ROLE {site.programs} RESET ALL")

    assert [one for one in answers if one[0] != 200] == []
    assert " error " not in daemon.log(), daemon.log()


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_of_the_programs_is_nobodys_trouble(site, name):
    assert site.core(environment=ENVIRONMENTS[name]) == []


def test_options_in_the_connection_string_are_nobodys_trouble(site):
    more = " client_encoding=LATIN1 options='-c DateStyle=German -c statement_timeout=50'"

    assert site.core(more=more) == []


@pytest.mark.parametrize("name", BUNDLES)
def test_a_setting_of_the_database_is_nobodys_trouble(private, folder, simulator, name):
    database, _ = new_database(private, folder, before=BUNDLES[name])
    database.connection += f" {CRM}"
    database.query("SELECT contego.open_feed()")
    database.connection = database.connection.removesuffix(f" {CRM}")

    assert Site(database, folder, simulator, "of_" + name.split()[-1]).core() == []


# The part of "é €" that a character set contains, and a text that it lacks.
ENCODINGS = {"LATIN1": ("é", "€"), "WIN1252": ("é €", "č"), "LATIN9": ("é €", "č"), "SQL_ASCII": ("é €", None)}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_a_database_of_another_character_set_cannot_hold_is_refused_row_by_row(private, folder, simulator, start, encoding):
    held, lacking = ENCODINGS[encoding]
    database, said = new_database(private, folder, f"TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    database.query("SELECT contego.open_feed()")
    site = Site(database, folder, simulator, f"in_{encoding.lower()}")
    daemon = start(site)
    odd = []
    if lacking:
        for text in (lacking, "\\u%04x" % ord(lacking)):
            written = RawJson('{"smartcard_ca_id": "%s", "message": "%s"}' % (next(CARDS), text))
            try:
                odd.append(site.crm.insert("SEND_MAIL_MESSAGE_TO_CLIENT", written))
            except psycopg2.Error as error:
                assert error.pgcode[:2] == "22", error
    found = [f for f in findings_of(site.configuration())[0] if f["severity"] != "OK" and encoding in f["what"]]
    daemon.terminate()

    assert site.core(texts=held, known=("durability", *(f["check"] for f in found))) == []
    for one in odd:
        database.finished(one)
    assert encoding in said, "contegod migrate does not warn"
    assert found, "contegod doctor says nothing"


def test_bytes_that_are_no_text_stop_nobody(private, folder, simulator, start):
    """A database in SQL_ASCII accepts any bytes as text."""
    database, _ = new_database(private, folder, "TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    site = Site(database, folder, simulator, "of_bytes")
    daemon = start(site)
    refused, odd = 0, []
    for column in ("message", "action", "priority", "subscription", "process_id", "idempotency_key"):
        for noise in ("\\xe9", "\\xff\\xfe", "\\xc3", "\\xed\\xa0\\x80", "\\xf4\\x90\\x80\\x80"):
            card = next(CARDS)
            values = {"action": "'SEND_MAIL_MESSAGE_TO_CLIENT'"}
            values["parameters"] = f"""E'{{"smartcard_ca_id": "{card}", "message": "{noise if column == 'message' else 'x'}"}}'"""
            if column != "message":
                values[column] = f"E'{noise} {card}'"
            try:
                odd += database.query(f"INSERT INTO contego.request ({', '.join(values)}) VALUES ({', '.join(values.values())}) RETURNING id")
            except psycopg2.Error as error:
                assert error.pgcode[:2] in ("22", "23"), error
                refused += 1
    good = site.crm.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"})

    row = wait_for(lambda: site.crm.query("SELECT progress FROM contego.request WHERE id = %s AND progress = 'DONE'", good), 5, daemon.log)
    open_still = "SELECT id, progress FROM contego.request_open WHERE progress <> 'HELD' OR error_code IS NULL"
    wait_for(lambda: not database.query(open_still), 10, lambda: database.query(open_still))

    assert row and refused + len(odd) == 30
