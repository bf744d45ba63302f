"""Publications: the line goes on, a reporting database gets each row, and doctor names what endangers the line."""

import itertools
import pathlib
import shutil
import tempfile

import pytest

from database import Cluster, Database
from doctor import findings_of, of, only
from guide import block
from programs import wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(5000))


def new_cluster(*settings):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))  # the path of a socket must be short
    running = Cluster(folder, "wal_level=logical", *settings)
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster():
    yield from new_cluster("max_wal_size=32MB", "min_wal_size=32MB")


@pytest.fixture(scope="module")
def elsewhere():
    """Another server, for subscribers."""
    yield from new_cluster()


@pytest.fixture
def publication(database):
    """Makes publications that end with the test."""
    names = []

    def make(what):
        names.append(f"published_{len(names)}")
        database.query(f"CREATE PUBLICATION {names[-1]} {what}")
        return names[-1]

    yield make
    for name in names:
        database.query(f"DROP PUBLICATION {name}")


@pytest.fixture
def reporting(elsewhere):
    """An empty database whose subscriptions end with the test."""
    server = Database(elsewhere.connection)
    server.query("CREATE DATABASE reporting")
    made = Database(elsewhere.connection.replace("dbname=postgres", "dbname=reporting"))
    yield made
    for row in made.query("SELECT subname FROM pg_subscription"):
        made.query(f"DROP SUBSCRIPTION {row['subname']}")
    made.close()
    server.query("DROP DATABASE reporting")
    server.close()


@pytest.fixture
def ask(configure, providers):
    return lambda *arguments: findings_of(configure(providers), *arguments)[0]


def some_work(database, simulator):
    """Requests of every way through the tables: done at once, tried again, rejected and sent again, cancelled."""
    def add(**columns):
        return database.insert("ADD_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"}, **columns)

    simulator.break_with({"when": {"command": "ADD_SUBSCRIPTIONS", "times": 2}, "do": {"status_code": "SYSTEM_ERROR"}},
                         {"when": {"command": "CANCEL_SUBSCRIPTIONS", "times": 1}, "do": {"status_code": "CLIENT_NOT_FOUND"}})
    ids = [add() for _ in range(30)]
    rejected = database.insert("CANCEL_SUBSCRIPTIONS", {"smartcard_ca_id": next(CARDS), "service_ca_id": "1111"})
    assert database.finished(rejected)["progress"] == "REJECTED"
    simulator.mend()
    database.query("SELECT contego.retry(%s)", rejected)
    later = add(scheduled_date="2100-01-01")
    database.query("SELECT contego.cancel(%s)", later)
    ended = [database.finished(one)["progress"] for one in (*ids, rejected, later)]
    assert ended == ["DONE"] * 31 + ["CANCELLED"]


def subscribe(to, database, publication):
    to.query(f"CREATE SUBSCRIPTION reader CONNECTION '{database.connection}' PUBLICATION {publication}")
    wait_for(lambda: not to.query("SELECT srrelid FROM pg_subscription_rel WHERE srsubstate <> 'r'"), 30)


def rows(database, table, columns, where="true"):
    return sorted(tuple(row.values()) for row in database.query(f"SELECT {columns} FROM contego.{table} WHERE {where}"))


REQUESTS = "id, progress, fence, attempts, error_code"
COMMANDS = "request_id, sequence, outcome, attempts, fence, reference_number"
PUBLICATIONS = {
    "of all tables": "FOR ALL TABLES",
    "of the partitions": "FOR TABLE contego.request, contego.command, contego.lane, contego.feed_inbox",
    "as one table": "FOR TABLE contego.request, contego.command WITH (publish_via_partition_root = true)",
    "of all tables as one table each": "FOR ALL TABLES WITH (publish_via_partition_root = true)",
    "of some columns as one table": "FOR TABLE contego.request (id, progress, action) WITH (publish_via_partition_root = true)",
}


@pytest.mark.parametrize("what", PUBLICATIONS.values(), ids=PUBLICATIONS)
def test_the_line_goes_on(database, daemon, simulator, publication, ask, what):
    publication(what)

    some_work(database, simulator)

    assert only(ask(), "replication")[0] == "OK"


def test_a_future_month_can_be_published_too(database, publication):
    publication("FOR ALL TABLES")
    database.query("SELECT contego.make_month('2099-05-01 00:00:00+00')")

    without = database.query("SELECT table_name, fault FROM contego.publication_faults()")
    database.query("DROP TABLE contego.request_finished_2099_05, contego.command_finished_2099_05")
    database.query("DELETE FROM contego.month WHERE month = '2099-05-01'")

    assert without == []


def test_a_reporting_database_gets_open_and_finished_requests_in_one_table_each(database, daemon, simulator, publication, reporting):
    reporting.query("CREATE SCHEMA contego")
    for table, key in (("request", "id"), ("command", "request_id, sequence")):
        columns = database.query("SELECT string_agg(format('%%I %%s', attname, format_type(atttypid, atttypmod)), ', ') AS all FROM pg_attribute"
                                 " WHERE attrelid = %s::regclass AND attnum > 0", f"contego.{table}")[0]["all"]
        reporting.query(f"CREATE TABLE contego.{table} ({columns}, PRIMARY KEY ({key}))")
    some_work(database, simulator)
    subscribe(reporting, database, publication(PUBLICATIONS["as one table"]))

    some_work(database, simulator)

    for table, columns in (("request", REQUESTS), ("command", COMMANDS)):
        expected = rows(database, table, columns)
        assert len(expected) > 60
        wait_for(lambda t=table, c=columns, e=expected: rows(reporting, t, c) == e, 20, lambda t=table, c=columns: rows(reporting, t, c))


def test_the_reporting_database_of_the_page_gets_each_finished_request(database, daemon, simulator, publication, reporting):
    heading = "Publications and reporting databases"
    reporting.query("CREATE SCHEMA contego")
    for row in database.query(block(heading, "sql", 1).replace("%", "%%")):
        reporting.query(row["table"])
    what = block(heading, "sql", 0).split("reporting", 1)[1].strip().rstrip(";")
    some_work(database, simulator)
    subscribe(reporting, database, publication(what))

    some_work(database, simulator)

    for table, columns in (("request_finished", REQUESTS), ("command_finished", COMMANDS)):
        expected = rows(database, table, columns)
        assert len(expected) > 60
        wait_for(lambda t=table, c=columns, e=expected: rows(reporting, t, c) == e, 20, lambda t=table, c=columns: rows(reporting, t, c))


def test_doctor_names_a_table_that_a_publication_makes_unchangeable(database, publication, ask):
    for harm, mend, publish, said in (
            ("ALTER TABLE contego.lane REPLICA IDENTITY NOTHING", "ALTER TABLE contego.lane REPLICA IDENTITY DEFAULT",
             "FOR TABLE contego.lane", "contego.lane cannot be changed"),
            ("SELECT", "SELECT", "FOR TABLE contego.request_open WHERE (provider = 'default')", "contego.request_open cannot be changed"),
            ("SELECT", "SELECT", "FOR TABLE contego.command_open (outcome)", "contego.command_open cannot be changed")):
        database.query(harm)
        name = publication(publish)
        severity, what, hint = only(ask(), "replication")
        database.query(f"ALTER PUBLICATION {name} SET (publish = 'insert')")
        mended = only(ask(), "replication")[0]
        database.query(mend)

        assert severity == "ERROR" and said in what and "publish = 'insert'" in hint
        assert mended == "OK", "the hint helps"


def test_doctor_names_a_slot_that_keeps_wal_for_nobody(database, ask):
    database.query("SELECT pg_create_physical_replication_slot('forgotten', true)")
    before = only(ask(), "replication")
    for _ in range(25):  # 16 MB each
        database.query("SELECT pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()")
    after = ask()
    database.query("SELECT pg_drop_replication_slot('forgotten')")

    assert before[0] == "OK"
    (severity, what, hint), = [f for f in of(after, "replication") if "forgotten" in f[1]]
    assert severity == "ERROR" and "a full disk stops the database" in what, what
    assert "pg_drop_replication_slot('forgotten')" in hint
