"""The privileges of the daemon, a CRM, support and operators, each under a login with only its role."""

import itertools
import json
import pathlib
import shutil
import tempfile

import psycopg2
import psycopg2.errors
import pytest

from database import Cluster, Database
from programs import REPOSITORY, Daemon, contegod, wait_for

CARDS = (f"01000{n:06}" for n in itertools.count(7000))
LATER = {"scheduled_date": "2100-01-01"}
DENIED = psycopg2.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def login(database):
    """Creates a login with one role, and opens a database as this login."""
    opened = {}

    def open_as(role, name=None):
        name = name or f"a_{role}"
        if name not in opened:
            database.query(f"CREATE ROLE {name} LOGIN IN ROLE contego_{role}")
            opened[name] = Database(database.connection.replace("user=postgres", f"user={name}"))
        return opened[name]

    yield open_as
    for name, one in opened.items():
        one.close()
        database.query(f"DROP ROLE {name}")  # a login that owns an object cannot be dropped


@pytest.fixture
def launch_as(login, providers, folder, simulator):
    """Starts daemons whose database.connection uses a login with contego_daemon."""
    started = []

    def start(**settings):
        sections = login("daemon").configuration({"default": {**providers["default"], **settings}})
        file = folder / f"roles-{len(started)}.json"
        file.write_text(json.dumps(sections))
        started.append(Daemon(file))
        return started[-1]

    yield start
    simulator.mend()
    for one in started:
        if one.process.poll() is None:
            one.kill()


def add(card=None):
    return {"smartcard_ca_id": card or next(CARDS), "service_ca_id": "1111"}


def pin(card=None):
    return {"smartcard_ca_id": card or next(CARDS), "new_pin": "4711"}


def test_a_day_of_a_crm_runs_with_the_rights_of_the_roles_alone(database, login, launch_as):
    day = (REPOSITORY / "script/day.sql").read_text().replace("BEGIN;", "").replace("COMMIT;", "")
    daemon = launch_as()

    login("crm").query(day)
    database.all_finished()

    wrong = login("crm").query(
        "SELECT id, action, error_description FROM contego.request"
        " WHERE concat_ws(' ', life_cycle_state, error_code) <> process_id"
    )
    assert wrong == []
    assert "contego_backlog_requests" in wait_for(lambda: daemon.get("/metrics")[1])
    assert daemon.terminate() == 0, daemon.log()
    assert "SQLSTATE" not in daemon.log()


def test_retries_holds_and_a_death_need_no_more_rights(database, login, simulator, launch_as):
    simulator.break_with(
        {"when": {"command": "ADD_SUBSCRIPTIONS", "times": 2}, "do": {"status_code": "SYSTEM_ERROR"}},
        {"when": {"command": "SEND_BARK_MESSAGE_TO_CLIENT", "times": 1}, "do": {"hang": "after_effect"}},
    )
    maybe_sent = login("crm").insert("SEND_BARK_MESSAGE_TO_CLIENT", {"smartcard_ca_id": next(CARDS), "message": "Hello"})
    first = launch_as(in_flight=1)
    wait_for(lambda: simulator.journal(maybe_sent))
    first.kill()

    second = launch_as()
    tried = login("crm").insert("ADD_SUBSCRIPTIONS", add())

    assert database.finished(tried)["attempts"] > 0
    assert database.in_progress(maybe_sent, "HELD")["error_code"] == "MAYBE_SENT"
    assert "SQLSTATE" not in second.log()
    assert login("operator").query("SELECT after FROM contego.cancel(%s, 'seen at the CAS')", maybe_sent) == [{"after": "CANCELLED"}]


def test_the_daemon_sees_no_request_but_through_its_functions(login):
    daemon = login("daemon")

    for forbidden in [
        "SELECT parameters FROM contego.request",
        "SELECT parameters FROM contego.request_open",
        "SELECT * FROM contego.command",
        "SELECT error_description FROM contego.stuck",
        "SELECT lane FROM contego.blocked_lane",
        "UPDATE contego.request_open SET progress = 'QUEUED'",
        "INSERT INTO contego.request (action, parameters) VALUES ('X', '{}')",
        "SELECT contego.cancel(1)",
        "CREATE TABLE contego.own (x int)",
    ]:
        with pytest.raises(DENIED):
            daemon.query(forbidden)


def test_a_crm_inserts_requests_and_changes_no_row(login):
    crm = login("crm")
    request_id = crm.insert("ADD_SUBSCRIPTIONS", add(), **LATER)

    for forbidden in [
        "INSERT INTO contego.request_open (action, parameters) VALUES ('X', '{}')",
        f"UPDATE contego.request SET life_cycle_state = 'COMPLETED' WHERE id = {request_id}",
        f"DELETE FROM contego.request WHERE id = {request_id}",
        f"SELECT contego.cancel({request_id})",
        "SELECT contego.claim(1, 'default', 10)",
        "DELETE FROM contego.lane",
        "SELECT nextval('contego.request_id_seq')",
    ]:
        with pytest.raises(DENIED):
            crm.query(forbidden)


def test_a_crm_sees_its_own_requests_and_nobody_elses(database, login, launch_as):
    launch_as()
    mine = login("crm").insert("ADD_SUBSCRIPTIONS", add(), idempotency_key="of the first CRM")
    other = login("crm", "another_crm")
    theirs = other.insert("ADD_SUBSCRIPTIONS", add())
    database.finished(mine)
    database.finished(theirs)

    assert other.query("SELECT id FROM contego.request") == [{"id": theirs}]
    for relation in ["command", "attempt"]:
        assert other.query(f"SELECT DISTINCT request_id AS id FROM contego.{relation}") == [{"id": theirs}]
    assert other.query("SELECT * FROM contego.idempotency") == []
    assert login("crm").request(mine)["life_cycle_state"] == "COMPLETED"
    assert len(login("crm").commands(mine)) == 1


def test_support_reads_all_but_a_pin(database, login):
    request_id = login("crm").insert("UPDATE_CA_PIN_TO_GIVEN_VALUE", pin(), **LATER)
    support = login("support")

    seen = support.query("SELECT action, created_by, lanes FROM contego.request WHERE id = %s", request_id)

    assert (seen[0]["action"], seen[0]["created_by"]) == ("UPDATE_CA_PIN_TO_GIVEN_VALUE", "a_crm")
    for table in ["command", "former_attempt", "attempt", "lane", "idempotency", "daemon", "operator_action", "migration"]:
        support.query(f"SELECT * FROM contego.{table} LIMIT 1")
    for forbidden in [
        "SELECT parameters FROM contego.request",
        "SELECT r FROM contego.request AS r",
        "SELECT parameters FROM contego.request_open",
        "COPY contego.request TO STDOUT",
        f"SELECT contego.cancel({request_id})",
        "INSERT INTO contego.request (action, parameters) VALUES ('X', '{}')",
        "UPDATE contego.request SET progress = 'HELD'",
    ]:
        with pytest.raises(DENIED):
            support.query(forbidden)


def test_support_asks_the_cas_in_its_own_name(database, login, launch_as):
    launch_as()
    card = next(CARDS)
    database.finished(login("crm").insert("ADD_SUBSCRIPTIONS", add(card)))
    support = login("support")

    asked = support.query("SELECT contego.submit_corrective('a caller', 'GET_ACTIVE_SUBSCRIPTIONS', %s) AS id", json.dumps({"smartcard_ca_id": card}))

    database.finished(asked[0]["id"])
    seen = support.query("SELECT life_cycle_state, result, owned_by FROM contego.request_status WHERE id = %s", asked[0]["id"])[0]
    assert [one["service_ca_id"] for one in seen["result"]["subscriptions"]] == ["1111"]
    assert (seen["life_cycle_state"], seen["owned_by"]) == ("COMPLETED", "a_support")


def test_support_keeps_no_verb_waiting(database, login):
    request_id = login("crm").insert("ADD_SUBSCRIPTIONS", add(), **LATER)
    operator = login("operator")
    operator.query("SELECT contego.hold(%s)", request_id)
    idle = psycopg2.connect(login("support").connection)
    with idle.cursor() as cursor:
        cursor.execute("SELECT refused FROM contego.set_fallout(%s, owner => 'me')", ([request_id],))
        assert cursor.fetchall() == [(None,)]

    released = operator.query("SET statement_timeout = '10s'; SELECT after FROM contego.release(%s)", request_id)

    assert released == [{"after": "SCHEDULED"}]
    operator.query("RESET statement_timeout")
    assert operator.query("SELECT owner FROM contego.fallout WHERE request_id = %s", request_id) == [], "its session was ended"
    idle.close()


def test_an_operator_acts_under_its_own_name(login, database, folder, providers):
    request_id = login("crm").insert("ADD_SUBSCRIPTIONS", add(), **LATER)
    operator = login("operator")
    file = folder / "operator.json"
    file.write_text(json.dumps(operator.configuration(providers)))

    held = contegod("hold", "--config", file, "--id", request_id, "--reason", "fraud desk")
    cancelled = operator.query("SELECT after FROM contego.cancel(%s, 'no more')", request_id)

    assert held.returncode == 0, held.stderr
    assert cancelled == [{"after": "CANCELLED"}]
    by_whom = operator.query("SELECT DISTINCT acted_by FROM contego.operator_action WHERE request_id = %s", request_id)
    assert by_whom == [{"acted_by": "a_operator"}]
    assert contegod("status", "--config", file).returncode == 0
    with pytest.raises(DENIED):
        operator.query("UPDATE contego.request SET progress = 'HELD'")
    with pytest.raises(DENIED):
        operator.query("SELECT parameters FROM contego.request")


def test_nobody_may_do_anything_without_a_role(database):
    for_all = database.query(
        "SELECT p.oid::regprocedure::text AS name FROM pg_proc AS p"
        " WHERE p.pronamespace = 'contego'::regnamespace"
        " AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))"
    )

    assert for_all == [], "REVOKE ALL ON FUNCTION ... FROM PUBLIC is missing in their migration"


def test_whoever_runs_with_the_owners_rights_has_its_search_path_pinned(database):
    loose = database.query(
        "SELECT oid::regprocedure::text AS name FROM pg_proc"
        " WHERE pronamespace = 'contego'::regnamespace AND prosecdef"
        " AND NOT 'search_path=pg_catalog, pg_temp' = ANY (coalesce(proconfig, '{}'))"
    )

    assert loose == []


@pytest.fixture
def fresh_cluster():
    """Roles belong to a cluster: this one was never migrated."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = Cluster(folder)
    yield running
    running.stop()
    shutil.rmtree(folder)


def test_a_login_that_may_not_make_a_schema_is_told_which_right_it_lacks(fresh_cluster, folder):
    server = Database(fresh_cluster.connection)
    server.query("CREATE ROLE stranger LOGIN")
    server.close()
    stranger = Database(fresh_cluster.connection.replace("user=postgres", "user=stranger"))
    file = folder / "stranger.json"
    file.write_text(json.dumps(stranger.configuration({"default": {"endpoint": "http://127.0.0.1:9"}})))
    stranger.close()

    refused = contegod("migrate", "--config", file)

    assert refused.returncode == 1 and "permission denied for database postgres" in refused.stderr, refused.stderr
    assert "HINT: may the login of database.connection create a schema? Run GRANT CREATE ON DATABASE" in refused.stderr, refused.stderr


def test_an_owner_who_may_not_make_roles_is_told_what_to_ask_for(fresh_cluster, folder):
    server = Database(fresh_cluster.connection)
    server.query("CREATE ROLE site_owner LOGIN")
    server.query("CREATE DATABASE site OWNER site_owner")
    owned = fresh_cluster.connection.replace("user=postgres", "user=site_owner").replace("dbname=postgres", "dbname=site")
    owner = Database(owned)
    file = folder / "site-owner.json"
    file.write_text(json.dumps(owner.configuration({"default": {"endpoint": "http://127.0.0.1:9"}})))

    refused = contegod("migrate", "--config", file)

    assert refused.returncode == 1
    assert "the role contego_crm is missing, and site_owner may not create it" in refused.stderr
    hint = refused.stderr.split("CREATEROLE run: ")[1]
    for statement in hint.split(";")[:-1]:
        server.query(statement)
    assert contegod("migrate", "--config", file).returncode == 0
    assert owner.query("SELECT count(*) AS n FROM contego.request") == [{"n": 0}]
    server.close()
    owner.close()
