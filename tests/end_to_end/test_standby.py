"""A hot standby serves support: its views, its questions and the feed work there, and the programs say what it is."""

import json
import pathlib
import shutil
import tempfile

import psycopg2
import pytest

from database import Cluster, Database
from doctor import findings_of, of, only
from programs import Daemon, contegod, wait_for
from standby import Standby
from support_guide import a_day, ask, people_act, questions


@pytest.fixture(scope="module")
def own_folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    made.chmod(0o755)  # the server may run as another user
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def cluster(own_folder):
    running = Cluster(own_folder / "a")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def standby(cluster, own_folder):
    made = Standby(own_folder / "b", cluster)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def there(database, cluster, standby):
    """Returns the connection string of a login on the standby, after a day of work on the primary."""
    def connection(login="postgres"):
        return database.connection.replace(str(cluster.folder), str(standby.folder)).replace("user=postgres", f"user={login}")

    return connection


@pytest.fixture(scope="module")
def providers(simulator):
    patient = {"first_delay_ms": 3_600_000, "longest_delay_ms": 3_600_000}
    return {"default": {"endpoint": simulator.url, "exchange_timeout_ms": 600_000, "retry": patient}}


@pytest.fixture(scope="module", autouse=True)
def day(database, standby, there, simulator, configure, providers):
    for name in ("crm", "support", "operator", "daemon"):
        database.query(f"CREATE ROLE {name} LOGIN IN ROLE contego_{name}")
    database.query("SELECT contego.open_feed()")
    as_login = {name: Database(database.connection.replace("user=postgres", f"user={name}")) for name in ("crm", "operator")}
    daemon = Daemon(configure(providers))
    people_act(as_login["operator"], "support", *a_day(database, as_login["crm"], simulator))
    wait_for(lambda: not database.query("SELECT request_id FROM contego.feed_inbox"))
    daemon.kill()  # it waits for an answer that never comes
    for one in as_login.values():
        one.close()
    follow(database, there)


def follow(database, there):
    """Waits until the standby has replayed the last write of the primary."""
    written = database.query("SELECT pg_current_wal_lsn()::text AS lsn")[0]["lsn"]
    with_all = Database(there())
    wait_for(lambda: with_all.query("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn AS yes", written)[0]["yes"])
    with_all.close()


@pytest.mark.parametrize("question", questions(), ids=repr)
def test_a_question_of_support_has_its_answer_there(there, question):
    columns, found = ask(there("support"), question.query)

    assert found
    assert columns == question.columns


def test_every_view_answers_there(database, there):
    views = database.query("SELECT relname FROM pg_class WHERE relnamespace = 'contego'::regnamespace AND relkind = 'v'"
                           " AND has_table_privilege('contego_support', oid, 'SELECT') ORDER BY 1")
    support = Database(there("support"))

    counted = {row["relname"]: len(support.query(f"SELECT * FROM contego.{row['relname']}")) for row in views}

    support.close()
    assert len(counted) >= 16
    assert all(counted[view] for view in ("request_status", "attempt", "command_log", "timeline", "card_history", "in_flight", "months"))


def test_a_crm_reads_its_requests_and_the_feed_there(database, there):
    here, standby = (Database(one) for one in (database.connection.replace("user=postgres", "user=crm"), there("crm")))

    feed = "SELECT * FROM contego.finished_after(%s)"
    expected = here.query(feed, 0)
    assert len(expected) > 3
    assert standby.query(feed, 0) == expected
    middle = expected[1]["position"]
    assert standby.query(feed, middle) == [row for row in expected if row["position"] > middle]
    assert standby.query("SELECT * FROM contego.request ORDER BY id") == here.query("SELECT * FROM contego.request ORDER BY id")
    here.close()
    standby.close()


def test_whoever_writes_there_is_told_what_it_is(there):
    for login, statement in (("crm", "SELECT * FROM contego.submit('X', '{}')"), ("operator", "SELECT * FROM contego.cancel(1)"),
                             ("operator", "SELECT contego.open_feed()")):
        one = Database(there(login))
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            one.query(statement)
        one.close()


@pytest.fixture
def at_the_standby(there, providers, folder):
    file = folder / "standby.json"
    file.write_text(json.dumps({"database": {"connection": there("daemon")}, "providers": providers, "admin": {"port": 0}}))
    return file


def test_status_says_that_it_is_one(at_the_standby):
    done = contegod("status", "--config", at_the_standby)

    assert done.returncode == 0, done.stderr
    first, header, *rest = done.stdout.splitlines()
    assert first.startswith("the server is a standby")
    assert header.split()[0] == "provider" and any("HELD" in line for line in rest)


def test_doctor_says_that_it_is_one_and_makes_every_check(at_the_standby):
    findings, status = findings_of(at_the_standby)

    severity, what, hint = only(findings, "database")
    assert (status, severity) == (1, "ERROR") and "is a standby" in what and "target_session_attrs" in hint
    assert [f for f in findings if "not checked" in f["what"]] == []
    assert [f["check"] for f in findings if f["severity"] == "ERROR"] in (["database"], ["database", "daemons"])


def test_serve_ends_and_says_what_it_is(at_the_standby):
    done = contegod("serve", "--config", at_the_standby)

    assert done.returncode == 1
    assert "standby" in done.stderr or "read-only" in done.stderr, done.stderr


def test_doctor_knows_one_primary_and_its_standby(database, there, cluster, standby, providers, folder):
    file = both(database, cluster, standby, providers, folder, " target_session_attrs=read-write")

    severity, what, _ = only(findings_of(file)[0], "hosts")

    assert severity == "OK" and f"accepting writes: {cluster.folder}; standbys: {standby.folder}" in what
    without = both(database, cluster, standby, providers, folder, "")
    severity, what, hint = only(findings_of(without)[0], "hosts")
    assert severity == "WARNING" and "target_session_attrs=read-write" in hint


def both(database, cluster, standby, providers, folder, rest):
    connection = database.connection.replace(str(cluster.folder), f"{cluster.folder},{standby.folder}").replace("user=postgres", "user=daemon")
    file = folder / "both.json"
    file.write_text(json.dumps({"database": {"connection": connection + rest}, "providers": providers}))
    return file


# This test is the last one: afterwards there are two primaries.
def test_doctor_names_two_primaries_and_hosts_of_another_cluster(database, cluster, standby, providers, folder):
    standby.promote()
    file = both(database, cluster, standby, providers, folder, " target_session_attrs=read-write")

    findings, status = findings_of(file)

    (severity, what, hint), = of(findings, "hosts")
    assert (status, severity) == (1, "ERROR") and "split brain" in what and "watchdog" in hint
    assert str(cluster.folder) in what and str(standby.folder) in what
    standby.stop()
    shutil.rmtree(standby.folder)
    standby.folder.mkdir()
    standby.start()
    postgres = Database(standby.connection)
    postgres.query("CREATE ROLE daemon LOGIN")
    name = database.connection.split("dbname=")[1]
    postgres.query(f"CREATE DATABASE {name}")
    postgres.close()
    (severity, what, _), = of(findings_of(file)[0], "hosts")
    assert severity == "ERROR" and "different clusters" in what
