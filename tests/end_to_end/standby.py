"""A standby of a private PostgreSQL cluster, and a copy that becomes the primary in its place."""

import os
import subprocess

import psycopg2

from database import Cluster
from programs import wait_for


class Standby(Cluster):
    """A standby of a primary. If it is synchronous, the primary waits for it at every commit."""

    def __init__(self, folder, primary, synchronous=True):
        self.primary = primary
        copy(primary, folder, "-R")
        super().__init__(folder)
        if synchronous:
            run_on(primary.connection, "ALTER SYSTEM SET synchronous_standby_names = '*'")
            run_on(primary.connection, "SELECT pg_reload_conf()")
            wait_for(lambda: run_on(primary.connection, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"))

    def has_all(self):
        """Waits until the standby has everything that was committed so far."""
        (position,) = run_on(self.primary.connection, "SELECT pg_current_wal_lsn()")[0]
        wait_for(lambda: run_on(self.connection, "SELECT pg_last_wal_replay_lsn() >= %s", position)[0][0])

    def lose_from_now(self):
        """The standby gets nothing that is committed from now on."""
        self.has_all()
        run_on(self.connection, "ALTER SYSTEM SET primary_conninfo = ''")
        run_on(self.connection, "SELECT pg_reload_conf()")
        wait_for(lambda: not run_on(self.primary.connection, "SELECT 1 FROM pg_stat_replication"))

    def promote(self):
        as_owner("pg_ctl", "promote", "-w", "-D", self.folder / "data")


def copy(primary, folder, *options):
    """Copies the files of a running primary."""
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)  # the server's user writes here, and may be another user
    as_owner("pg_basebackup", "-h", primary.folder, "-U", "postgres", "-D", folder / "data", "-c", "fast", "-N", *options)


def run_on(connection, sql, *values):
    """Runs a statement outside any transaction."""
    session = psycopg2.connect(connection)
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []
    finally:
        session.close()


def as_owner(program, *arguments):
    """Runs a program as the user that runs the server; one of the server, unless it has a path."""
    command = [str(Cluster.programs() / program), *map(str, arguments)]
    if os.getuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", "env", "-C", "/", *command]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
