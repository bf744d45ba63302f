"""Requests that come in another way than by a plain INSERT of a CRM: under XA, from a dump, by replication."""

import contextlib
import json
import subprocess

import psycopg2
import pytest

from database import Cluster, Database
from neighbours import CARDS, SOON, Logins, add, cluster_of_neighbours
from programs import Daemon, contegod, wait_for


@pytest.fixture(scope="module")
def cluster():
    with cluster_of_neighbours() as running:
        yield running


@pytest.fixture(scope="module")
def login(database):
    return Logins(database)


@pytest.mark.parametrize("how", ["INSERT INTO contego.request (action, parameters, priority) VALUES ('ADD_SUBSCRIPTIONS', %s, 'REGULAR') RETURNING id",
                                 "INSERT INTO contego.request (action, parameters, priority) VALUES ('ADD_SUBSCRIPTIONS', %s, 'EXPRESS') RETURNING id",
                                 "SELECT request_id FROM contego.submit('ADD_SUBSCRIPTIONS', %s, idempotency_key => gen_random_uuid()::text)"],
                         ids=["regular", "express", "submit"])
def test_a_crm_under_xa_inserts_without_a_notification_and_is_found_by_polling(database, daemon, login, how):
    wait_for(lambda: not database.query("SELECT provider FROM contego.busy WHERE busy_until > now()"))
    with contextlib.closing(psycopg2.connect(login("crm"))) as session, session.cursor() as cursor:
        cursor.execute("SET contego.notify = off")
        cursor.execute(how, [json.dumps(add())])
        request_id, = cursor.fetchone()
        cursor.execute(f"PREPARE TRANSACTION 'xa {request_id}'")
        session.commit()  # psycopg2 does not know that the transaction has ended
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


# Restores.

@pytest.fixture(scope="module")
def dumped(database, daemon, simulator, folder):
    """A dump with a message that may have been sent, a message that was done, and a message for later."""
    simulator.break_with({"when": {"command": "SEND_BARK_MESSAGE_TO_CLIENT", "times": 1}, "do": {"reset": "after_effect"}})
    maybe_sent = database.insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": next(CARDS), "message": "once"})
    database.in_progress(maybe_sent, "HELD")
    simulator.mend()
    done = database.insert("ADD_SUBSCRIPTIONS", add())
    database.finished(done)
    later = database.insert("ADD_SUBSCRIPTIONS", add(), scheduled_date="2100-01-01")
    file = folder / "site.dump"
    postgres("pg_dump", "-Fc", "-n", "contego", "-f", file, database.connection)
    return file, {maybe_sent: "HELD", done: "DONE", later: "SCHEDULED"}


def postgres(program, *arguments):
    return subprocess.run([Cluster.programs() / program, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)


def states(database, ids):
    return {row["id"]: row["progress"] for row in database.query("SELECT id, progress FROM contego.request WHERE id = ANY (%s)", list(ids))}


def test_a_restore_of_the_data_with_triggers_is_refused_and_says_what_to_do(cluster, folder, dumped):
    file, before = dumped
    other = cluster.new_database(folder)

    restored = postgres("pg_restore", "--data-only", "-d", other.connection, file)

    assert "--disable-triggers" in restored.stderr
    assert states(other, before).items() <= before.items(), "a restored row does not keep its state"
    other.close()


def test_a_restore_without_triggers_keeps_what_is_held_and_the_line_goes_on(cluster, folder, dumped, simulator, providers):
    file, before = dumped
    other = cluster.new_database(folder)
    postgres("pg_restore", "--data-only", "--disable-triggers", "-d", other.connection, file)

    assert states(other, before) == before

    configuration = folder / "restored.json"
    configuration.write_text(json.dumps(other.configuration(providers)))
    confirmed = contegod("after-data-loss", "--nothing-lost", "--reason", "restored from a dump", "--config", configuration)
    assert confirmed.returncode == 0, confirmed
    daemon = Daemon(configuration)
    try:
        finished = other.finished(other.insert("ADD_SUBSCRIPTIONS", add()), SOON)
        kept = states(other, before)
    finally:
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


# Replication. These tests come last, since a row that stops a daemon would stop later tests.

def test_rows_inserted_as_a_replica_flow_in_order(database, daemon, simulator):
    card = next(CARDS)
    with psycopg2.connect(database.connection) as session, session.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("INSERT INTO contego.request (action, parameters) VALUES ('ADD_SUBSCRIPTIONS', %s), ('CANCEL_SUBSCRIPTIONS', %s) RETURNING id",
                       [json.dumps(add(card))] * 2)
        ids = [row[0] for row in cursor.fetchall()]
    session.close()

    assert [database.finished(one, SOON)["progress"] for one in ids] == ["DONE", "DONE"]
    assert simulator.card(card)["subscriptions"] == [], "the service was cancelled before it was added"
    assert database.query("SELECT * FROM contego.lane WHERE lane = %s", f"card:{card}") == []


def test_rows_that_come_by_logical_replication_flow_in_order(cluster, database, daemon, simulator):
    """The publisher's table has only the columns of a CRM. A subscriber fires no statement triggers."""
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
        wait_for(lambda: not publisher.query("SELECT slot_name FROM pg_replication_slots WHERE active"))
        publisher.query("SELECT pg_drop_replication_slot('orders')")
        publisher.close()
        server.query("DROP DATABASE publisher")
        server.close()

    for card in cards:
        changes = [(e["command"], e["effect"]) for e in simulator.journal() if card in e["smartcards"]]
        assert changes == [("ADD_SUBSCRIPTIONS", True), ("CANCEL_SUBSCRIPTIONS", True), ("ADD_SUBSCRIPTIONS", True)]
    assert database.query("SELECT count(*) AS n FROM contego.card_history WHERE card = %s", cards[0]) == [{"n": 3}]
    assert database.query("SELECT * FROM contego.lane WHERE lane = ANY (%s)", [f"card:{card}" for card in cards]) == []
