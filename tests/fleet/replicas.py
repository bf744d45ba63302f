"""PostgreSQL on three hosts, under Patroni with etcd. Patroni's times are short: a site's failover takes three times as long."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import urllib.request

import psycopg2
from needs import SERVERS
from programs import wait_for

NAMES = ["db1", "db2", "db3"]
TTL, LOOP_WAIT, RETRY_TIMEOUT = 10, 2, 3  # seconds
HOME = pathlib.Path("/run/database")  # in the memory of this run: see enclosure.py
ETCD = pathlib.Path("/run/etcd")
AS_POSTGRES = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", "env", "-C", "/", "HOME=/tmp", "LC_ALL=C.UTF-8"]
LEADERS = ("leader", "master", "primary")

SETTINGS = {
    "wal_retrieve_retry_interval": "500ms",  # a commit on a new primary waits until a standby streams from it
    "max_connections": 150, "max_wal_size": "512MB", "wal_keep_size": "256MB", "wal_log_hints": "on", "shared_buffers": "128MB",
    # So that the server frees the locks of a client that has gone without a word, as docs/operations.md advises.
    "tcp_keepalives_idle": 3, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 3, "tcp_user_timeout": 5000,
    "client_connection_check_interval": "1s", "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC", "log_line_prefix": "%m [%p] %a ", "logging_collector": "off",
}


class Replicas:
    def __init__(self, network, folder):
        self.network, self.folder = network, folder
        self.etcd, self.patroni = {}, {}
        try:
            for name in NAMES:
                self.start_etcd(name)
            for name in NAMES:
                self._configure(name)
                self.start_patroni(name)
            wait_for(self.healthy, 90, lambda: f"a primary with two standbys: {self.members()}")
        except BaseException:
            self.close()
            raise

    def address(self, name):
        return self.network.address[name]

    def start_etcd(self, name):
        own, peers = self.address(name), ",".join(f"{one}=http://{self.address(one)}:2380" for one in NAMES)
        self.etcd[name] = self._start(f"etcd-{name}.log", name, [
            "etcd", "--name", name, "--data-dir", ETCD / name, "--initial-cluster", peers,
            "--listen-client-urls", f"http://{own}:2379", "--advertise-client-urls", f"http://{own}:2379",
            "--listen-peer-urls", f"http://{own}:2380", "--initial-advertise-peer-urls", f"http://{own}:2380"])

    def start_patroni(self, name):
        self.patroni[name] = self._start(f"patroni-{name}.log", name, [*AS_POSTGRES, "patroni", HOME / name / "patroni.json"])

    def _start(self, log, name, command):
        with open(self.folder / log, "ab") as out:
            return subprocess.Popen(self.network.on(name, *command), stdout=out, stderr=out)

    def _configure(self, name):
        home = HOME / name
        home.mkdir(parents=True)
        bin_dir = max(SERVERS.glob("*/bin"), key=lambda one: float(one.parent.name))
        everyone = {"username": "postgres"}
        (home / "patroni.json").write_text(json.dumps({
            "scope": "site", "name": name,
            "restapi": {"listen": f"{self.address(name)}:8008", "connect_address": f"{self.address(name)}:8008"},
            "etcd3": {"hosts": [f"{self.address(one)}:2379" for one in sorted(NAMES, key=lambda one: one != name)]},
            "bootstrap": {
                "dcs": {"ttl": TTL, "loop_wait": LOOP_WAIT, "retry_timeout": RETRY_TIMEOUT, "synchronous_mode": True, "synchronous_mode_strict": True,
                        "maximum_lag_on_failover": 2**25, "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": SETTINGS}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}]},
            "postgresql": {
                "listen": f"{self.address(name)}:5432", "connect_address": f"{self.address(name)}:5432", "bin_dir": str(bin_dir),
                "data_dir": str(home / "data"), "pgpass": str(home / "pgpass"), "parameters": {"unix_socket_directories": str(home)},
                "authentication": {"superuser": everyone, "replication": everyone, "rewind": everyone},
                "pg_hba": ["local all all trust", "host all all 0.0.0.0/0 trust", "host replication all 0.0.0.0/0 trust"]},
            "watchdog": {"mode": "off"}}))
        for one in (home, home / "patroni.json"):
            shutil.chown(one, "postgres", "postgres")

    def members(self):
        """Returns the members of the cluster as Patroni on any host knows them."""
        for name in NAMES:
            try:
                with urllib.request.urlopen(f"http://{self.address(name)}:8008/cluster", timeout=2) as answer:
                    return json.load(answer)["members"]
            except (OSError, ValueError, KeyError):
                continue
        return []

    def leader(self):
        return next((one["name"] for one in self.members() if one["role"] in LEADERS and one["state"] == "running"), None)

    def synchronous_standby(self):
        return next((one["name"] for one in self.members() if one["role"] == "sync_standby"), None)

    def healthy(self):
        members = self.members()
        if len(members) < len(NAMES) or any(one["state"] not in ("running", "streaming") for one in members):
            return False
        leader = self.leader()
        return leader is not None and self.synchronous_standby() is not None and self._standbys(leader) == len(NAMES) - 1

    def _standbys(self, leader):
        try:
            return self.execute(leader, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")[0][0]
        except psycopg2.Error:
            return 0

    def connection(self, name, database="postgres"):
        """By the socket of that host, so that no fault of the network is in the way."""
        return f"host={HOME / name} user=postgres dbname={database} connect_timeout=2"

    def execute(self, name, sql):
        """Runs a statement on one host, outside a transaction, and returns its rows."""
        connection = psycopg2.connect(self.connection(name))
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, leader, database):
        """Waits for it on all hosts: libpq does not try the next host if one answers that the database does not exist."""
        self.execute(leader, f"CREATE DATABASE {database}")
        known = f"SELECT 1 FROM pg_database WHERE datname = '{database}'"
        wait_for(lambda: all(self.execute(name, known) for name in NAMES), 30, f"the database {database} on all hosts")

    def switch_over(self):
        body = json.dumps({"leader": self.leader(), "candidate": self.synchronous_standby()}).encode()
        request = urllib.request.Request(f"http://{self.address(self.leader())}:8008/switchover", data=body, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def kill_postgres(self, name):
        os.kill(int((HOME / name / "data/postmaster.pid").read_text().split()[0]), 9)

    def close(self):
        """Ends everything and forgets it, so that a fault leaves nothing to the next trial."""
        for process in [*self.patroni.values(), *self.etcd.values()]:
            self.kill(process)
        wait_for(self._forgotten, 20, "the end of PostgreSQL on all hosts")

    def _forgotten(self):
        """A PostgreSQL that is being started or ended may still write: then this has to be repeated."""
        for name in NAMES:
            with contextlib.suppress(OSError, ValueError, IndexError):
                self.kill_postgres(name)
        for folder in (HOME, ETCD):
            shutil.rmtree(folder, ignore_errors=True)
        return not HOME.exists() and not ETCD.exists()

    @staticmethod
    def kill(process):
        process.kill()
        process.wait()

    def switch_off(self, name):
        """Ends the host without a word: packets stop first, so that no connection is closed."""
        self.network.cut(name, self.network.others(name))
        self.kill(self.patroni[name])
        self.kill_postgres(name)
        self.kill(self.etcd[name])

    def switch_on(self, name):
        self.network.mend(name)
        self.start_etcd(name)
        self.start_patroni(name)
