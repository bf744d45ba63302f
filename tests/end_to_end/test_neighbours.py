"""Another login of the database stops no request: with locks, open transactions, publications, or the keys of another CRM."""

import contextlib
import itertools
import json
import re
import subprocess
import time

import psycopg2
import pytest

from database import Database
from doctor import findings_of
from neighbours import CARDS, SOON, Logins, add, cluster_of_neighbours, flows, open_transaction
from programs import CONTEGOD, REPOSITORY, wait_for

ROLES = ["crm", "support", "operator", "daemon"]
MODES = ["ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"]


@pytest.fixture(scope="module")
def cluster():
    with cluster_of_neighbours() as running:
        yield running


@pytest.fixture(scope="module")
def login(database):
    return Logins(database)


# Locks that any login can take.

def advisory_keys():
    """Returns the keys that are, or ever were, in the statements of this project."""
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
            fed = wait_for(lambda: crm.query("SELECT count(*) AS n FROM contego.finished_after(0, 10000)")[0]["n"], SOON)
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
    patient = {"connection": database.connection, "lease_ms": 3000, "answer_timeout_ms": 3000}
    daemon = launch(database=patient)
    file = configure(providers, database=patient)
    database.query("INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('ADD_SUBSCRIPTIONS', %s, now() + interval '1 s')",
                   json.dumps(add()))  # a claim that finds nothing due needs no lock
    with open_transaction(database.connection, "LOCK TABLE contego.request_open IN EXCLUSIVE MODE") as session:
        def named():
            return [f for f in findings_of(file)[0]
                    if f["severity"] != "OK" and "gone for lunch" in f["what"] and str(session.info.backend_pid) in f["what"]]

        wait_for(named, 20, lambda: findings_of(file))
        wait_for(lambda: "gone for lunch" in daemon.log(), 20, daemon.log)

    assert flows(database, login("crm")) == []


# Transactions that stay open.

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


@pytest.mark.parametrize("role", ["owner", "operator"])
def test_a_lock_on_a_row_that_is_in_flight_keeps_no_other_outcome_from_being_written(database, daemon, simulator, login, role):
    """An operator's verbs lock the requests that they look at, and psql may have autocommit switched off."""
    card = next(CARDS)
    simulator.break_with({"when": {"smartcard": card}, "do": {"latency_ms": 1000}})
    one = database.insert("ADD_SUBSCRIPTIONS", add(card))
    database.in_progress(one, "IN_FLIGHT")
    connection, statement = {
        "owner": (database.connection, f"SELECT FROM contego.request_open WHERE id = {one} FOR UPDATE"),
        "operator": (login("operator"), f"SELECT * FROM contego.preview('cancel', ARRAY[{one}])"),
    }[role]
    with open_transaction(connection, statement):
        wait_for(lambda: simulator.journal(one), 10)
        late = [flows(database, login("crm")) for _ in range(3)]
    simulator.mend()

    assert late == [[], [], []]
    assert database.finished(one)["progress"] == "DONE"


def finished(connection):
    with contextlib.closing(Database(connection)) as crm:
        return {row["request_id"] for row in crm.query("SELECT request_id FROM contego.finished_after(0, 10000)")}


@pytest.mark.parametrize("held", ["a transaction without a time-out", "a prepared transaction"])
def test_a_crm_that_has_read_the_feed_in_an_open_transaction_keeps_it_from_no_other(database, daemon, login, held):
    database.query("SELECT contego.open_feed()")
    last = {"a transaction without a time-out": "SET LOCAL idle_in_transaction_session_timeout = 0", "a prepared transaction": "PREPARE TRANSACTION 'lunch'"}[held]
    try:
        with open_transaction(login("crm", "another_next_door"), "SELECT count(*) FROM contego.finished_after(0)", last):
            with contextlib.closing(Database(login("crm"))) as crm:
                one = crm.insert("ADD_SUBSCRIPTIONS", add())
            wait_for(lambda: one in finished(login("crm")), SOON)
    finally:
        for row in database.query("SELECT gid FROM pg_prepared_xacts"):
            database.query(f"ROLLBACK PREPARED '{row['gid']}'")


@pytest.mark.parametrize("call", ["open_feed()", "close_feed()", "drop_month(1)", "make_months()"])
def test_an_operator_who_leaves_a_change_of_the_tables_uncommitted_stops_nobody_for_long(database, daemon, login, call):
    if call == "drop_month(1)":
        database.query("SELECT contego.make_month('2020-01-15')")
        database.query("SELECT contego.drop_month(1)")  # the step is `begun`: the next step drops the month
    with open_transaction(login("operator"), f"SELECT contego.{call}") as session:
        assert flows(database, login("crm")) == []
        wait_for(lambda: not database.query("SELECT 1 FROM pg_stat_activity WHERE pid = %s", session.info.backend_pid), SOON)


def test_doctor_and_the_log_name_a_prepared_transaction_that_holds_what_claims_wait_for(database, launch, configure, providers, login):
    patient = {"connection": database.connection, "lease_ms": 3000, "answer_timeout_ms": 3000}
    daemon = launch(database=patient)
    file = configure(providers, database=patient)
    assert flows(database, login("crm")) == []
    try:
        with open_transaction(database.connection, "SELECT FROM contego.lock WHERE purpose = 'claim' FOR UPDATE; PREPARE TRANSACTION 'forgotten'"):
            database.insert("ADD_SUBSCRIPTIONS", add())  # a claim that finds nothing queued needs no lock

            def named():
                return [f for f in findings_of(file)[0] if f["check"] == "locks" and "prepared transaction forgotten (postgres)" in f["what"]]

            found = wait_for(named, 20, lambda: findings_of(file))
            wait_for(lambda: "prepared transaction forgotten of login postgres holds the lock claim" in daemon.log(), 20, daemon.log)
    finally:
        database.query("ROLLBACK PREPARED 'forgotten'")

    assert found[0]["hint"] == "COMMIT PREPARED 'forgotten' or ROLLBACK PREPARED 'forgotten'"
    assert flows(database, login("crm")) == []


# Requests of the largest size that is allowed.

WIDE = """
    INSERT INTO contego.request (action, parameters)
    SELECT 'BECOME_SUBSCRIBER', jsonb_build_object('distributions', jsonb_build_array(jsonb_build_object(
        'distributor', 'L', 'stbs', '[]'::jsonb, 'services', '["1"]'::jsonb,
        'smartcards', (SELECT jsonb_agg('01' || lpad((5000000 + c + 3990 * r)::text, 9, '0')) FROM generate_series(1, 3990) AS c))))
    FROM generate_series(1, 150) AS r"""


def test_an_express_request_is_claimed_after_few_of_the_widest_requests_of_another_crm(database, login, launch):
    with contextlib.closing(Database(login("crm"))) as wide, contextlib.closing(Database(login("crm", "another_next_door"))) as other:
        wide.query(WIDE)
        daemon = launch()
        waits = []
        for _ in range(5):
            begun = time.monotonic()
            one = other.insert("ADD_SUBSCRIPTIONS", add(), priority="EXPRESS")
            wait_for(lambda: other.query("SELECT 1 FROM contego.request WHERE id = %s AND progress <> 'QUEUED'", one), 60)
            waits.append(time.monotonic() - begun)
        assert daemon.terminate() == 0
        wait_for(lambda: cancelled_all_that_wait(database), 60, "the end of the widest requests")

    assert max(waits) < 3, waits


def cancelled_all_that_wait(database):
    """Cancels the widest requests that are not in flight. Returns whether none is left, so that they disturb no other test."""
    open_ones = "SELECT id FROM contego.request_open WHERE action = 'BECOME_SUBSCRIBER'"
    database.query(f"SELECT count(*) FROM contego.cancel(ARRAY({open_ones} AND progress <> 'IN_FLIGHT'), 'tried')")
    return database.query(open_ones) == []


# Publications.

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


# Several CRMs.

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
        told = str(refused.value)
        assert "idempotency_key_is_used_already" in told and not re.search(rf"\b{mine}\b", told.replace(key, ""))
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
