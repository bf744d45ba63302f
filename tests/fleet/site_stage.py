"""The stage of one trial: a database, a CAS, and daemons on hosts of their own."""

import json
import pathlib

import psycopg2
from database import Database
from hosted import ADMIN_PORT, HostedMember, HostedSimulator
from programs import contegod, wait_for
from site_faults import DAEMONS
from stage import WATCH_CLAIMS, Stage
from ways import WAYS

LATENCY_MS = 50
EXCHANGE_TIMEOUT_MS = 5000
# So that the CRM notices that its server has gone without a word. The daemon makes such settings itself.
CRM = " connect_timeout=2 keepalives_idle=2 keepalives_interval=1 keepalives_count=3 tcp_user_timeout=5000"


class SiteStage(Stage):
    def __init__(self, network, replicas, folder, fault, way, number):
        self.network, self.replicas = network, replicas
        self.fault, self.way_name, self.database_name = fault, way, f"trial_{number}"
        super().__init__(folder, len(DAEMONS), seed=None)

    def _set_up(self, daemons, seed, sabotage):
        leader = self.replicas.leader()
        self.replicas.create_database(leader, self.database_name)
        first = leader if self.fault.primary_first else self.replicas.synchronous_standby()
        self.way = WAYS[self.way_name](self, self.folder, self.database_name, first)
        self.connection = self.way.connection + CRM
        self.journal = self.folder / "journal.jsonl"
        self.simulator = HostedSimulator(self.network, "cas", "--journal", self.journal)
        self.simulator.break_with({"do": {"latency_ms": LATENCY_MS}})
        self._migrate()
        self.database = Database(self.connection)
        wait_for(self._reachable, 20, "the way to the database")
        self.database.query(WATCH_CLAIMS)
        self.members = [HostedMember(self.network, name, self._file(name), self.fault.clocks.get(name)) for name in DAEMONS]
        self._begin_supervision()

    def _reachable(self):
        try:
            return self.database.query("SELECT 1")
        except psycopg2.Error:
            self.database.close()
            return False

    def _configuration(self, name, connection, listen=""):
        return {
            "name": name,
            "database": {"connection": connection, "listen_connection": listen, "failover_keeps_writes": self.fault.vouched},
            "providers": {"default": {
                "endpoint": self.simulator.url, "in_flight": 32, "exchange_timeout_ms": EXCHANGE_TIMEOUT_MS,
                "retry": {"first_delay_ms": 100, "longest_delay_ms": 2000, "most_attempts": 10000}}},
            "admin": {"address": self.network.address.get(name, "127.0.0.1"), "port": ADMIN_PORT},
        }

    def _file(self, name):
        file = self.folder / name / "contegod.json"
        file.parent.mkdir()
        file.write_text(json.dumps(self._configuration(name, self.way.connection, self.way.listen)))
        return file

    def _migrate(self):
        file = pathlib.Path(self.folder / "migrate.json")
        file.write_text(json.dumps(self._configuration("migrate", self.way.direct)))
        done = contegod("migrate", "--config", file)
        assert done.returncode == 0, done.stderr

    def member(self, name):
        return self.members[DAEMONS.index(name)]

    def session(self):
        return psycopg2.connect(self.replicas.connection(self.replicas.leader(), self.database_name))

    def close(self):
        super().close()
        if hasattr(self, "way"):
            self.way.close()
