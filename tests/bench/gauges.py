"""Gauges beside a run: CPU and memory of processes from /proc, statements and commits from PostgreSQL's own counters, and the waits of
the daemon's sessions."""

import collections
import os
import pathlib
import threading

import psycopg2

TICKS = os.sysconf("SC_CLK_TCK")
SAMPLES_PER_SECOND = 25


def _fields(pid):
    """Returns /proc/PID/stat from the third field on, since the second may contain spaces."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def cpu_seconds(pid):
    return sum(map(int, _fields(pid)[11:13])) / TICKS  # the fields utime and stime


def cpu_seconds_of_ended_children(pid):
    return sum(map(int, _fields(pid)[13:15])) / TICKS  # the fields cutime and cstime


def machine_cpu_seconds():
    """Returns the seconds in which the cores worked for any process, or were withheld from this machine by its host."""
    user, nice, system, _, _, *rest = map(int, pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9])
    return (user + nice + system + sum(rest)) / TICKS


def peak_rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


def children_of(parent):
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and int(_fields(name)[1]) == parent:
                yield int(name)
        except OSError:
            continue  # the process ended meanwhile


def cluster_cpu_seconds(postmaster, without):
    """Returns the CPU time of all processes of a cluster, also of ended ones, but without the sessions in `without`."""
    while True:
        ended = cpu_seconds_of_ended_children(postmaster)
        living = cpu_seconds(postmaster)
        for pid in children_of(postmaster):
            try:
                living += 0 if pid in without else cpu_seconds(pid)
            except OSError:
                continue
        # A process that ended in between was counted in neither sum: read again.
        if cpu_seconds_of_ended_children(postmaster) == ended:
            return ended + living


class Sessions(threading.Thread):
    """Samples the activity of the sessions of one login, on a connection of its own."""

    SQL = """SELECT CASE WHEN state = 'active' THEN coalesce(wait_event_type || '/' || wait_event, 'running')
                         WHEN state LIKE 'idle in%%' THEN state ELSE 'idle' END, count(*)
             FROM pg_stat_activity WHERE usename = %s GROUP BY 1"""

    def __init__(self, connection, login):
        super().__init__(name="sessions", daemon=True)
        self.connection = psycopg2.connect(connection)
        self.connection.autocommit = True
        self.pid = self.connection.info.backend_pid
        self.login = login
        self.seen = collections.Counter()
        self.samples = 0
        self.stopping = threading.Event()

    def run(self):
        with self.connection.cursor() as cursor:
            while not self.stopping.wait(1 / SAMPLES_PER_SECOND):
                try:
                    cursor.execute(self.SQL, [self.login])
                except psycopg2.Error:
                    return  # the server has stopped; the session of the measurement reports it
                self.seen.update(dict(cursor.fetchall()))
                self.samples += 1

    def stop(self):
        """Stops the sampling. It may be called again."""
        self.stopping.set()
        self.join()
        self.connection.close()

    def histogram(self):
        """Returns the average number of sessions in each activity. Idle sessions are left out."""
        busy = [(name, count) for name, count in self.seen.most_common() if name != "idle"]
        return {name: round(count / self.samples, 3) for name, count in busy} if self.samples else {}


# The daemon's statements as the server received them, by kind, with their number and time. Statements inside functions do not count.
STATEMENTS = """
SELECT CASE WHEN query ~ 'contego\\.\\w+\\(' THEN substring(query FROM 'contego\\.(\\w+)\\(') ELSE lower(left(query, 20)) END AS kind,
       sum(calls)::bigint AS calls, sum(total_exec_time)::double precision AS ms
FROM pg_stat_statements AS s
JOIN pg_roles AS r ON r.oid = s.userid
WHERE r.rolname = %s AND s.toplevel
GROUP BY 1"""


def statements(admin, login):
    return {row["kind"]: (row["calls"], row["ms"]) for row in admin.query(STATEMENTS, login)}


def commits(admin, database):
    """Returns the commits. It is called after the counted sessions have ended, since only then all their statistics are complete."""
    return admin.query("SELECT xact_commit AS n FROM pg_stat_database WHERE datname = %s", database)[0]["n"]
