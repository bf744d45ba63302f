"""What another login of the database does stops nobody: locks, transactions that stay open, publications, XA, replication, restores."""

import contextlib
import itertools
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import psycopg2
import pytest

from database import Cluster, Database
from doctor import findings_of
from programs import CONTEGOD, REPOSITORY, Daemon, wait_for

CARDS = (f"01{n:09}" for n in itertools.count(1_000_000))
SOON = 5.0
ROLES = ["crm", "support", "operator", "daemon"]
MODES = ["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"]


@pytest.fixture(scope="module")
def cluster():
    """One in which transactions can be prepared and decoded."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = Cluster(folder, "max_prepared_transactions=10", "wal_level=logical")
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def login(database):
    """The connection string of a login with a role, or with none."""
    made = set()

    def name_of(role, name=None):
        name = name or f"next_door_{role}"
        if name not in made:
            database.query(f"CREATE ROLE {name} LOGIN" + (f" IN ROLE contego_{role}" if role else ""))
            made.add(name)
        return database.connection.replace("user=postgres", f"user={name}")

    return name_of


@contextlib.contextmanager
def open_transaction(connection, *statements):
    """A neighbour who began something and went for lunch."""
    session = psycopg2.connect(connection, application_name="gone for lunch")
    try:
        with session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield session
    finally:
        session.rollback()
        session.close()


def add(card=None):
    return {"smartcard_ca_id": card or next(CARDS), "service_ca_id": "1111"}


def flows(database, connection, rows=20):
    """Requests that a CRM inserts now are soon done. What is not, after a while."""
    with contextlib.closing(Database(connection)) as crm:
        crm.query(f"SET lock_timeout = '{int(SOON)}s'")
        try:
            ids = [crm.insert("ADD_SUBSCRIPTIONS", add(), priority=("REGULAR", "EXPRESS")[n % 2]) for n in range(rows)]
        except psycopg2.Error as error:
            return str(error)
    deadline = time.monotonic() + SOON
    sql = "SELECT id, progress FROM contego.request WHERE id = ANY (%s) AND progress <> 'DONE' LIMIT 3"
    while (left := database.query(sql, ids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


# Locks that anybody can take

def advisory_keys():
    """Those that stand, or ever stood, in our statements."""
    text = "".join(file.read_text() for folder in ("sql", "src") for file in (REPOSITORY / folder).rglob("*") if file.suffix in (".sql", ".cpp"))
    names = set(re.findall(r"hashtext(?:extended)?\('([^']+)'", text)) | {f"contego.{one}" for one in ("claim", "share", "feed", "months", "migrate", "rescue")}
    return sorted(names)


def take_all_advisory_locks():
    for name in advisory_keys():
        for second in ("hashtext('default')", "hashtext('')", "0", "1", "2"):
            yield f"SELECT pg_advisory_lock(hashtext('{name}'), {second})"
        yield f"SELECT pg_advisory_lock(hashtext('{name}'))"
        yield f"SELECT pg_advisory_lock(hashtextextended('{name}', 0))"


def test_advisory_locks_of_a_login_without_any_role_stop_nothing(database, login, launch, configure, providers, folder):
    database.query("SELECT contego.open_feed()")
    file = configure(providers)
    with open_transaction(login(None, "no_role_at_all"), *take_all_advisory_locks()):
        migrated = subprocess.Popen(["timeout", "10", CONTEGOD, "migrate", "--config", str(file)])
        daemon = launch()
        late = flows(database, login("crm"))
        with contextlib.closing(Database(login("crm"))) as crm:
            fed = crm.query("SELECT count(*) AS n FROM contego.finished_after(0, 10000)")[0]["n"]
        database.query("SET statement_timeout = '5s'")
        database.query("SELECT contego.make_month('2031-01-15 00:00:00+00')")
        database.query("RESET statement_timeout")
        status = migrated.wait()

    assert late == [], daemon.log()
    assert fed > 0
    assert status == 0


def _tables(database):
    return [row["name"] for row in database.query(
        "SELECT c.oid::regclass::text AS name FROM pg_class AS c WHERE relnamespace = 'contego'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1")]


@pytest.mark.parametrize("role", [None, *ROLES], ids=str)
def test_a_lock_on_a_table_is_refused_or_harmless(database, login, daemon, role):
    connection = login(role, None if role else "no_role_at_all")
    granted = []
    with contextlib.ExitStack() as held:
        for table, mode in itertools.product(_tables(database), MODES):
            session = psycopg2.connect(connection)
            try:
                session.cursor().execute(f"SET lock_timeout = '200ms'; LOCK TABLE {table} IN {mode} MODE")
                granted.append((table, mode))
                held.callback(session.close)
            except psycopg2.Error:
                session.close()
        late = flows(database, login("crm", "another_next_door"))

    assert late == [], granted


@pytest.mark.parametrize("role", ROLES)
def test_nobody_locks_rows_that_are_not_his(database, login, role):
    for clause in ("FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"):
        for table in _tables(database):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege), open_transaction(login(role), f"SELECT 1 FROM {table} {clause}"):
                pass


def test_doctor_and_the_log_name_who_holds_what_claims_wait_for(database, launch, configure, providers, login):
    daemon = launch()
    file = configure(providers)
    with open_transaction(database.connection, "LOCK TABLE contego.request_open IN EXCLUSIVE MODE") as session:
        def named():
            return [f for f in findings_of(file)[0]
                    if f["severity"] != "OK" and "gone for lunch" in f["what"] and str(session.info.backend_pid) in f["what"]]

        wait_for(named, 20, lambda: findings_of(file))
        wait_for(lambda: "gone for lunch" in daemon.log(), 20, daemon.log)

    assert flows(database, login("crm")) == []


# Transactions that stay open

@pytest.mark.parametrize("held", ["a queued row", "a scheduled row", "a held row", "a verb", "an insert", "a prepared insert", "a prepared lock"])
def test_a_transaction_that_holds_a_row_of_one_card_stops_nobody_else(database, daemon, login, held):
    card = next(CARDS)
    later = {} if held == "a queued row" else {"scheduled_date": "2100-01-01"}
    one = database.insert("ADD_SUBSCRIPTIONS", add(card), **later)
    if held == "a held row":
        database.query("SELECT * FROM contego.hold(%s)", one)
    lock = f"SELECT FROM contego.request_open WHERE id = {one} FOR UPDATE"
    statement = {
        "a verb": f"SELECT * FROM contego.cancel({one}, 'lunch')",
        "an insert": "INSERT INTO contego.request (action, parameters) VALUES ('ADD_SUBSCRIPTIONS', '{}')".format(json.dumps(add(card))),
        "a prepared insert": "SET LOCAL contego.notify = off; INSERT INTO contego.request (action, parameters) VALUES ('ADD_SUBSCRIPTIONS', '{}');"
                             " PREPARE TRANSACTION 'lunch'".format(json.dumps(add(card))),
        "a prepared lock": lock + "; PREPARE TRANSACTION 'lunch'",
    }.get(held, lock)
    try:
        with open_transaction(database.connection, statement):
            if held == "a scheduled row":
                database.query("SET lock_timeout = '1s'")
            assert flows(database, login("crm")) == []
    finally:
        for row in database.query("SELECT gid FROM pg_prepared_xacts"):
            database.query(f"ROLLBACK PREPARED '{row['gid']}'")


def test_a_lock_on_a_row_that_is_in_flight_keeps_no_other_outcome_from_being_written(database, daemon, simulator, login):
    card = next(CARDS)
    simulator.break_with({"when": {"smartcard": card}, "do": {"latency_ms": 1000}})
    one = database.insert("ADD_SUBSCRIPTIONS", add(card))
    database.in_progress(one, "IN_FLIGHT")
    with open_transaction(database.connection, f"SELECT FROM contego.request_open WHERE id = {one} FOR UPDATE"):
        wait_for(lambda: simulator.journal(one), 10)
        late = [flows(database, login("crm")) for _ in range(3)]
    simulator.mend()

    assert late == [[], [], []]
    assert database.finished(one)["progress"] == "DONE"


# Publications, XA

def test_a_publication_of_all_tables_is_nobodys_trouble(database, daemon, login, configure, providers):
    database.query("CREATE PUBLICATION everything FOR ALL TABLES")
    try:
        assert flows(database, login("crm")) == []
        one = database.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date="2100-01-01")
        for verb in ("hold", "release", "cancel", "retry", "close"):
            database.query(f"SELECT * FROM contego.{verb}(%s, 'tried')", one)
        database.query("SELECT contego.forget_finished((SELECT max(position) FROM contego.finished_after(0, 10)))")
        without = database.query(
            "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'contego'::regnamespace AND c.relkind = 'r' AND (c.relreplident = 'n'"
            " OR c.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary))"
            " AND c.relname <> 'migration'")
        assert without == []
    finally:
        database.query("DROP PUBLICATION everything")


@pytest.mark.parametrize("how", ["INSERT INTO contego.request (action, parameters, priority) VALUES ('ADD_SUBSCRIPTIONS', %s, 'REGULAR') RETURNING id",
                                 "INSERT INTO contego.request (action, parameters, priority) VALUES ('ADD_SUBSCRIPTIONS', %s, 'EXPRESS') RETURNING id",
                                 "SELECT request_id FROM contego.submit('ADD_SUBSCRIPTIONS', %s, idempotency_key => gen_random_uuid()::text)"],
                         ids=["regular", "express", "submit"])
def test_a_crm_under_xa_inserts_without_a_notification_and_is_found_by_polling(database, daemon, login, how):
    wait_for(lambda: not database.query("SELECT FROM contego.busy WHERE busy_until > now()"))
    with contextlib.closing(psycopg2.connect(login("crm"))) as session, session.cursor() as cursor:
        cursor.execute("SET contego.notify = off")
        cursor.execute(how, [json.dumps(add())])
        request_id, = cursor.fetchone()
        cursor.execute(f"PREPARE TRANSACTION 'xa {request_id}'")
        session.autocommit = True
        cursor.execute(f"COMMIT PREPARED 'xa {request_id}'")

    assert database.finished(request_id, SOON)["progress"] == "DONE"


def test_a_setting_of_that_name_that_means_nothing_is_passed_over(database, daemon, login):
    for value in ("on", "'maybe'", "''", "'OFF'"):
        with contextlib.closing(psycopg2.connect(login("crm"))) as session, session.cursor() as cursor:
            cursor.execute(f"SET contego.notify = {value}")
            cursor.execute("INSERT INTO contego.request (action, parameters) VALUES ('ADD_SUBSCRIPTIONS', %s) RETURNING id", [json.dumps(add())])
            request_id, = cursor.fetchone()
            session.commit()
        assert database.finished(request_id, SOON)["progress"] == "DONE"


# Several CRMs

@pytest.mark.parametrize("key", ["order-1", "x" * 501, " ", "é€", "next_door_crm:order-1"], ids=["plain", "long", "blank", "letters", "a name"])
def test_two_crms_may_use_the_same_key(database, login, key):
    with contextlib.closing(Database(login("crm"))) as first, contextlib.closing(Database(login("crm", "another_next_door"))) as second:
        mine = first.insert("ADD_SUBSCRIPTIONS", add(), idempotency_key=key, provider="nobody")
        submit = "SELECT request_id, is_new FROM contego.submit('ADD_SUBSCRIPTIONS', %s, provider => 'nobody', idempotency_key => %s)"

        theirs = second.query(submit, json.dumps(add()), key)[0]

        assert theirs["is_new"] and theirs["request_id"] != mine
        assert first.query(submit, json.dumps(add()), key)[0] == {"request_id": mine, "is_new": False}
        assert second.query(submit, json.dumps(add()), key)[0] == {"request_id": theirs["request_id"], "is_new": False}
        with pytest.raises(psycopg2.errors.UniqueViolation) as refused:
            second.insert("ADD_SUBSCRIPTIONS", add(), idempotency_key=key, provider="nobody")
        assert str(mine) not in str(refused.value).replace(key, "") and "idempotency_key_is_used_already" in str(refused.value)
        many = json.dumps([{"action": "X", "parameters": {}, "provider": "nobody", "idempotency_key": key}] * 2)
        assert {row["request_id"] for row in second.query("SELECT * FROM contego.submit_many(%s)", many)} == {theirs["request_id"]}
        assert len(second.query("SELECT * FROM contego.idempotency WHERE request_id = %s OR request_id = %s", mine, theirs["request_id"])) == 1


def test_a_key_in_an_open_transaction_of_one_crm_keeps_no_other_waiting(login):
    insert = "INSERT INTO contego.request (action, parameters, provider, idempotency_key) VALUES ('X', '{}', 'nobody', 'in an open transaction')"
    with open_transaction(login("crm"), insert), contextlib.closing(Database(login("crm", "another_next_door"))) as other:
        other.query("SET statement_timeout = '3s'")
        assert other.query("SELECT is_new FROM contego.submit('X', '{}', provider => 'nobody', idempotency_key => 'in an open transaction')") == [{"is_new": True}]
        with open_transaction(login("crm", "a_third_next_door"), "SET statement_timeout = '3s'", insert):
            pass


# Restores

@pytest.fixture(scope="module")
def dumped(database, daemon, simulator, folder):
    """A dump with a message in doubt, one that was done, and one for later."""
    simulator.break_with({"when": {"command": "SEND_BARK_MESSAGE_TO_CLIENT", "times": 1}, "do": {"reset": "after_effect"}})
    doubtful = database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": next(CARDS), "message": "once"})
    database.in_progress(doubtful, "HELD")
    simulator.mend()
    done = database.insert("ADD_SUBSCRIPTIONS", add())
    database.finished(done)
    later = database.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date="2100-01-01")
    file = folder / "site.dump"
    postgres("pg_dump", "-Fc", "-n", "contego", "-f", file, database.connection)
    return file, {doubtful: "HELD", done: "DONE", later: "SCHEDULED"}


def postgres(program, *arguments):
    bin_folder = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    return subprocess.run([bin_folder / program, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def states(database, ids):
    return {row["id"]: row["progress"] for row in database.query("SELECT id, progress FROM contego.request WHERE id = ANY (%s)", list(ids))}


def test_a_restore_of_the_data_with_triggers_is_refused_and_says_what_to_do(cluster, folder, dumped):
    file, before = dumped
    other = cluster.new_database(folder)

    restored = postgres("pg_restore", "--data-only", "-d", other.connection, file)

    assert "--disable-triggers" in restored.stderr
    assert states(other, before) in ({}, before), "a restored row does not keep its state"
    other.close()


def test_a_restore_without_triggers_keeps_what_is_held_and_the_line_goes_on(cluster, folder, dumped, simulator, providers):
    file, before = dumped
    other = cluster.new_database(folder)
    postgres("pg_restore", "--data-only", "--disable-triggers", "-d", other.connection, file)

    assert states(other, before) == before

    configuration = folder / "restored.json"
    configuration.write_text(json.dumps(other.configuration(providers)))
    daemon = Daemon(configuration)
    new = other.query("INSERT INTO contego.request (action, parameters) VALUES ('ADD_SUBSCRIPTIONS', %s) RETURNING id", json.dumps(add()))[0]["id"]
    finished = other.finished(new, SOON)
    kept = states(other, before)
    daemon.kill()
    other.close()
    assert (finished["progress"], kept) == ("DONE", before)


def test_a_whole_restore_keeps_every_state(cluster, folder, dumped):
    file, before = dumped
    server = Database(cluster.connection)
    server.query("CREATE DATABASE whole")
    other = Database(cluster.connection.replace("dbname=postgres", "dbname=whole"))
    done = postgres("pg_restore", "--exit-on-error", "-d", other.connection, file)
    server.close()

    assert done.returncode == 0, done.stderr
    assert states(other, before) == before
    other.close()


# Replication: last, since a row that stops a daemon would stop the tests after it.

def test_rows_inserted_as_a_replica_flow_in_order(database, daemon, simulator):
    card = next(CARDS)
    with psycopg2.connect(database.connection) as session, session.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("INSERT INTO contego.request (action, parameters) VALUES ('ADD_SUBSCRIPTIONS', %s), ('CANCEL_SUBSCRIPTIONS', %s) RETURNING id",
                       [json.dumps(add(card))] * 2)
        ids = [row[0] for row in cursor.fetchall()]
    session.close()

    assert [database.finished(one, SOON)["progress"] for one in ids] == ["DONE", "DONE"]
    assert [e["command"] for one in ids for e in simulator.journal(one)] == ["ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS"]
    assert database.query("SELECT * FROM contego.lane WHERE lane = %s", f"card:{card}") == []


def test_rows_that_come_by_logical_replication_flow_in_order(cluster, database, daemon, simulator):
    """The publisher's table has the columns of a CRM and no other. A subscriber fires no triggers of statements."""
    server = Database(cluster.connection)
    server.query("CREATE DATABASE publisher")
    publisher = Database(cluster.connection.replace("dbname=postgres", "dbname=publisher"))
    publisher.query("CREATE SCHEMA contego; CREATE TABLE contego.request (key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, action text, parameters jsonb)")
    publisher.query("CREATE PUBLICATION orders FOR TABLE contego.request (action, parameters) WITH (publish = 'insert')")
    publisher.query("SELECT pg_create_logical_replication_slot('orders', 'pgoutput')")
    database.query(f"CREATE SUBSCRIPTION orders CONNECTION '{publisher.connection}' PUBLICATION orders WITH (create_slot = false, slot_name = 'orders', copy_data = false)")
    cards = [next(CARDS) for _ in range(20)]
    last = database.query("SELECT max(id) AS id FROM contego.request")[0]["id"] or 0
    try:
        for card in cards:
            for action in ("ADD_SUBSCRIPTIONS", "CANCEL_SUBSCRIPTIONS", "ADD_SUBSCRIPTIONS"):
                publisher.query("INSERT INTO contego.request (action, parameters) VALUES (%s, %s)", action, json.dumps(add(card)))
        done = "SELECT count(*) AS n FROM contego.request WHERE id > %s AND progress = 'DONE'"
        wait_for(lambda: database.query(done, last)[0]["n"] == 60, 10,
                 lambda: database.query("SELECT progress, count(*) FROM contego.request WHERE id > %s GROUP BY 1", last))
    finally:
        database.query("ALTER SUBSCRIPTION orders DISABLE; ALTER SUBSCRIPTION orders SET (slot_name = NONE); DROP SUBSCRIPTION orders")
        wait_for(lambda: not publisher.query("SELECT FROM pg_replication_slots WHERE active"))
        publisher.query("SELECT pg_drop_replication_slot('orders')")
        publisher.close()
        server.query("DROP DATABASE publisher")
        server.close()

    for card in cards:
        changes = [(e["command"], e["effect"]) for e in simulator.journal() if card in e["smartcards"]]
        assert changes == [("ADD_SUBSCRIPTIONS", True), ("CANCEL_SUBSCRIPTIONS", True), ("ADD_SUBSCRIPTIONS", True)]
    assert database.query("SELECT count(*) AS n FROM contego.card_history WHERE card = %s", cards[0]) == [{"n": 3}]
    assert database.query("SELECT * FROM contego.lane WHERE lane = ANY (%s)", [f"card:{card}" for card in cards]) == []
