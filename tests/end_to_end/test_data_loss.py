"""Databases that lost the end of their log, were restored, or were copied. Each test has clusters of its own."""

import collections
import json
import pathlib
import shutil
import tempfile

import psycopg2
import pytest

from database import Cluster, Database
from programs import Daemon, Simulator, contegod, wait_for
from standby import Standby, as_owner, copy, run_on

MESSAGES = """
    INSERT INTO contego.request (action, parameters, scheduled_date)
    SELECT 'SEND_MAIL_MESSAGE_TO_CLIENT', jsonb_build_object('smartcard_ca_id', '01' || lpad(n::text, 9, '0'), 'message', 'message ' || n),
           now() + %s * interval '1 second'
    FROM generate_series(%s, %s) AS n RETURNING id"""
ADDS = """
    INSERT INTO contego.request (action, parameters)
    SELECT 'ADD_SUBSCRIPTIONS', jsonb_build_object('smartcard_ca_id', '01' || lpad(n::text, 9, '0'), 'service_ca_id', '1111')
    FROM generate_series(%s, %s) AS n RETURNING id"""


@pytest.fixture
def own_folder():
    made = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    made.chmod(0o755)  # the server may run as another user
    yield made
    shutil.rmtree(made)


@pytest.fixture
def clusters():
    """Stops the clusters of a test that are still running."""
    started = []
    yield started
    for one in started:
        one.stop()


class Site:
    """A simulator, and daemons on one database."""

    def __init__(self, folder, database):
        self.folder = folder
        self.database = database
        self.simulator = Simulator()
        self.daemons = []

    def start(self, **settings):
        self.daemons.append(Daemon(self.configuration(**settings)))
        return self.daemons[-1]

    def configuration(self, **settings):
        document = self.database.configuration({"default": {"endpoint": self.simulator.url}}, name=f"daemon-{len(self.daemons)}")
        document["database"].update(settings)
        file = self.folder / f"contegod-{len(self.daemons)}.json"
        file.write_text(json.dumps(document))
        return file

    def ended(self):
        return not self.database.count("life_cycle_state = 'PENDING' AND progress <> 'HELD'")

    def all_ended(self):
        wait_for(self.ended, 30, lambda: [self.database.pending(), *(one.log()[-1000:] for one in self.daemons)])

    def sent(self):
        """How often the CAS sent each message."""
        return collections.Counter(
            e["details"]["message"] if "message" in e.get("details", {}) else e["sequence_number"]
            for e in self.simulator.journal() if e["effect"] and e["command"].startswith("SEND_"))

    def stopped(self):
        return self.database.query("SELECT because FROM contego.claiming_stopped()")[0]["because"]

    def after_data_loss(self, *options):
        return contegod("after-data-loss", "--config", self.configuration(), *options)

    def close(self):
        for one in self.daemons:
            if one.process.poll() is None:
                one.kill()
        self.simulator.stop()
        self.database.close()


@pytest.fixture
def site(own_folder, folder):
    made = []

    def make(database):
        made.append(Site(own_folder, database))
        return made[-1]

    yield make
    for one in made:
        one.close()


def with_standby(database, primary, standby):
    database.connection = database.connection.replace(
        f"host={primary.folder}", f"host={primary.folder},{standby.folder} target_session_attrs=read-write")
    database.close()


@pytest.fixture
def pair(own_folder, folder, clusters, site):
    """A primary with a standby, and a site on them."""
    def make(synchronous):
        primary = Cluster(own_folder / "a")
        clusters.append(primary)
        database = primary.new_database(folder)
        standby = Standby(own_folder / "b", primary, synchronous)
        clusters.append(standby)
        with_standby(database, primary, standby)
        return primary, standby, site(database)

    return make


@pytest.mark.parametrize("joined", ["before", "in the lost tail"])
def test_messages_that_were_sent_in_a_lost_tail_are_not_sent_again(pair, joined):
    primary, standby, site = pair(synchronous=False)
    if joined == "before":
        daemon = site.start()
    site.database.query(MESSAGES, 2, 1, 50)
    standby.lose_from_now()
    if joined != "before":
        daemon = site.start()
    site.all_ended()
    assert sum(site.sent().values()) == 50
    read_up_to = site.database.query("SELECT max(id) AS id FROM contego.request")[0]["id"]

    primary.stop()
    standby.promote()
    wait_for(lambda: "claiming is stopped" in daemon.log(), what=daemon.log)

    assert "contegod after-data-loss" in daemon.log()
    wait_for(lambda: "data was lost" in site.stopped(), what=site.stopped)
    assert site.after_data_loss("--nothing-lost", "--reason", "a test").returncode == 1
    assert "claiming is stopped" in wait_for(lambda: daemon.get("/readyz")[0] == 503 and daemon.get("/readyz")[1])
    assert "contego_claiming_stopped 1" in daemon.get("/metrics")[1]
    assert "CLAIMING IS STOPPED" in contegod("status", "--config", site.configuration()).stdout
    assert "ERROR    lineage: claiming is stopped" in contegod("doctor", "--config", site.configuration()).stdout
    assert site.database.count("progress IN ('QUEUED', 'SCHEDULED')") == 50
    preview = site.after_data_loss("--preview")
    assert "would mark as maybe sent: 50" in preview.stdout, preview
    assert site.after_data_loss().returncode == 2

    done = site.after_data_loss("--reason", "failover, ticket 17")
    assert done.returncode == 0, done
    assert "marked as maybe sent: 50; claiming goes on" in done.stdout
    site.database.query(MESSAGES, 0, 51, 60)
    site.all_ended()

    assert set(site.sent().values()) == {1} and len(site.sent()) == 60
    held = site.database.query("SELECT error_code, count(*) AS n FROM contego.request WHERE progress = 'HELD' GROUP BY 1")
    assert [(row["error_code"], row["n"]) for row in held] == [("MAYBE_SENT", 50)]
    assert site.database.query("SELECT min(id) AS id FROM contego.request WHERE progress = 'DONE'")[0]["id"] > read_up_to + 1_000_000
    wait_for(lambda: daemon.get("/readyz")[0] == 200, what=daemon.log)
    assert "contego_claiming_stopped 0" in daemon.get("/metrics")[1]
    assert daemon.terminate() == 0


def test_a_failover_that_lost_nothing_goes_on_by_itself(pair):
    primary, standby, site = pair(synchronous=True)
    fleet = [site.start(), site.start()]
    site.database.query(MESSAGES, 0, 1, 50)
    wait_for(lambda: site.database.count("progress = 'DONE'") >= 5)

    primary.stop()
    standby.promote()
    site.database.query(MESSAGES, 0, 51, 60)
    site.all_ended()

    assert set(site.sent().values()) == {1}
    assert site.stopped() is None
    confirmed = site.database.query("SELECT confirmed_by, reason FROM contego.lineage ORDER BY number DESC LIMIT 1")[0]
    assert " as daemon " in confirmed["confirmed_by"] and confirmed["reason"] is None
    assert [one.terminate() for one in fleet] == [0, 0]


@pytest.mark.parametrize("keeps", [False, True])
def test_a_daemon_that_dies_with_the_primary_is_waited_for(pair, keeps):
    primary, standby, site = pair(synchronous=True)
    dies, stays = site.start(failover_keeps_writes=keeps), site.start(failover_keeps_writes=keeps)
    site.database.query(ADDS, 1, 10)
    site.all_ended()

    dies.kill()
    primary.stop()
    standby.promote()
    site.database.query(ADDS, 11, 20)
    if not keeps:
        wait_for(lambda: "claiming is stopped" in stays.log(), what=stays.log)
        assert "daemon-0 on" in wait_for(site.stopped)
        assert site.database.count("progress = 'QUEUED'") == 10
        done = site.after_data_loss("--nothing-lost", "--reason", "the standby is synchronous")
        assert done.returncode == 0, done
    site.all_ended()

    assert site.database.count("progress = 'DONE'") == 20
    assert stays.terminate() == 0


def test_a_restore_to_a_point_in_time_sends_no_message_again(own_folder, folder, clusters, site):
    archive = own_folder / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    server = Cluster(own_folder / "a", "archive_mode=on", f"archive_command='cp %p {archive}/%f'")
    clusters.append(server)
    site = site(server.new_database(folder))
    copy(server, own_folder / "backup")
    site.database.query(MESSAGES, 0, 1, 200)
    site.database.query(ADDS, 1001, 1200)
    run_on(server.connection, "SELECT pg_create_restore_point('before')")
    daemon = site.start()
    site.all_ended()
    assert sum(site.sent().values()) == 200
    latest = run_on(server.connection, "SELECT pg_walfile_name(pg_switch_wal())")[0][0]
    wait_for(lambda: (archive / latest).exists() and (archive / latest).stat().st_size == 16 << 20, what=lambda: list(archive.iterdir()))

    server.stop()
    restore(server, own_folder / "backup", archive)
    wait_for(lambda: "claiming is stopped" in daemon.log(), what=daemon.log)
    site.database.close()
    done = site.after_data_loss("--reason", "restored to before the upgrade")
    assert done.returncode == 0, done
    site.all_ended()

    assert set(site.sent().values()) == {1} and len(site.sent()) == 200
    assert site.database.count("progress = 'HELD' AND error_code = 'MAYBE_SENT'") == 200
    assert site.database.count("progress = 'DONE'") == 200, "a command that is safe to repeat is repeated"
    assert daemon.terminate() == 0


def restore(server, backup, archive):
    """Puts a base backup in place of the data of a stopped server, and starts it there."""
    as_owner("/bin/rm", "-rf", server.folder / "data")
    as_owner("/bin/mv", backup / "data", server.folder / "data")
    as_owner("/bin/touch", server.folder / "data/recovery.signal")
    as_owner("/bin/sh", "-c", f"printf %s \"restore_command = 'cp {archive}/%f %p'\nrecovery_target_name = 'before'\n"
             f"recovery_target_action = 'promote'\n\" >>{server.folder}/data/postgresql.auto.conf")
    server.start()
    wait_for(lambda: not run_on(server.connection, "SELECT pg_is_in_recovery()")[0][0])


@pytest.fixture
def original(own_folder, folder, clusters):
    """A cluster, and a database in it with requests that a daemon has ended and others that nobody has claimed."""
    server = Cluster(own_folder / "a")
    clusters.append(server)
    return server, server.new_database(folder)


def copied(server, original, *options, sequences=True):
    """Dumps a database and restores it into a new one of the same cluster, as a logical upgrade does."""
    run_on(server.connection, "CREATE DATABASE copied")
    connection = original.connection.replace("end_to_end_1", "copied")
    dump = server.folder / "dump"
    as_owner("pg_dump", "-Fc", "-f", dump, original.connection)
    as_owner("pg_restore", "-d", connection, dump)
    if not sequences:
        run_on(connection, "SELECT setval(sequence::regclass, 1, false) FROM contego.numbers()")
    return Database(connection)


def test_a_restored_dump_waits_for_a_person(original, site):
    server, database = original
    before = site(database)
    daemon = before.start()
    database.query(MESSAGES, 0, 1, 10)
    before.all_ended()
    assert daemon.terminate() == 0
    database.query(MESSAGES, 0, 11, 20)

    after = site(copied(server, database))
    daemon = after.start()
    wait_for(lambda: "claiming is stopped" in daemon.log(), what=daemon.log)
    assert after.database.count("progress = 'QUEUED'") == 10
    done = after.after_data_loss("--nothing-lost", "--reason", "the daemons were stopped before the dump")
    assert done.returncode == 0, done
    after.all_ended()

    assert after.database.count("progress = 'DONE'") == 20
    assert set(after.sent().values()) == {1} and len(after.sent()) == 10
    assert daemon.terminate() == 0


def test_sequences_behind_their_tables_are_told_and_moved(original, site):
    server, database = original
    before = site(database)
    daemon = before.start()
    database.query(ADDS, 1, 300)
    before.all_ended()
    assert daemon.terminate() == 0
    latest = database.query("SELECT max(id) AS id FROM contego.request")[0]["id"]

    after = site(copied(server, database, sequences=False))
    said = contegod("doctor", "--config", after.configuration()).stdout
    assert "ERROR    lineage: the sequence contego.request_id_seq is behind its table" in said, said
    daemon = after.start()
    wait_for(lambda: "claiming is stopped" in daemon.log(), what=daemon.log)
    first = after.database.query(ADDS, 1, 1)[0]["id"]
    assert first > latest
    said = contegod("doctor", "--config", after.configuration()).stdout
    assert "is behind its table" not in said, said
    done = after.after_data_loss("--reason", "logical upgrade")
    assert done.returncode == 0, done
    after.all_ended()

    assert after.database.query("SELECT count(*) - count(DISTINCT id) AS n FROM contego.request")[0]["n"] == 0
    assert after.database.request(first)["progress"] == "DONE"
    assert daemon.terminate() == 0


def test_a_reader_of_the_feed_misses_no_end(pair):
    primary, standby, site = pair(synchronous=False)
    daemon = site.start()
    site.database.query("SELECT contego.open_feed()")
    site.database.query(ADDS, 1, 10)
    position = read_feed(site.database, 0, 10)
    standby.lose_from_now()
    site.database.query(ADDS, 1001, 1100)
    position = read_feed(site.database, position, 100)

    daemon.kill()
    primary.stop()
    standby.promote()
    site.database.close()
    with pytest.raises(psycopg2.DatabaseError) as refused:
        site.database.query("SELECT * FROM contego.finished_after(%s)", position + 100)
    assert refused.value.pgcode == "CG004"
    assert "is beyond the latest position" in str(refused.value)
    daemon = site.start()
    wait_for(lambda: "claiming is stopped" in daemon.log(), what=daemon.log)
    assert site.after_data_loss("--reason", "a test").returncode == 0
    ids = {row["id"] for row in site.database.query(ADDS, 2001, 2200)}

    read_feed(site.database, position, 200)
    seen = {row["request_id"] for row in site.database.query("SELECT request_id FROM contego.finished_after(%s, 10000)", position)}
    assert ids <= seen
    assert daemon.terminate() == 0


def read_feed(database, position, ends):
    """Waits for this many ends after a position, and returns the last position."""
    def positions():
        found = database.query("SELECT position FROM contego.finished_after(%s, 10000)", position)
        return found if len(found) >= ends else None

    return wait_for(positions)[-1]["position"]
