"""Other sessions of the database that get in the way, and checks whether they stop requests."""

import contextlib
import itertools
import pathlib
import shutil
import tempfile
import time

import psycopg2

from database import Cluster, Database

CARDS = (f"01{n:09}" for n in itertools.count(1_000_000))
SOON = 5.0


@contextlib.contextmanager
def cluster_of_neighbours():
    """A cluster that allows prepared transactions and logical decoding."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = Cluster(folder, "max_prepared_transactions=10", "wal_level=logical")
    yield running
    running.stop()
    shutil.rmtree(folder)


class Logins:
    """Returns the connection string of a login with a role, or without one."""

    def __init__(self, database):
        self.database, self.made = database, set()

    def __call__(self, role, name=None):
        name = name or f"next_door_{role}"
        if name not in self.made:
            self.database.query(f"CREATE ROLE {name} LOGIN" + (f" IN ROLE contego_{role}" if role else ""))
            self.made.add(name)
        return self.database.connection.replace("user=postgres", f"user={name}")


@contextlib.contextmanager
def open_transaction(connection, *statements):
    """A session that began a transaction and leaves it open."""
    session = psycopg2.connect(connection, application_name="gone for lunch")
    try:
        with session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield session
    finally:
        with contextlib.suppress(psycopg2.Error):  # the server may have ended the session
            session.rollback()
        session.close()


def add(card=None):
    return {"smartcard_ca_id": card or next(CARDS), "service_ca_id": "1111"}


def flows(database, connection, rows=20):
    """Inserts requests as a CRM. Returns the requests that are not done soon."""
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
