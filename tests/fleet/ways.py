"""The ways by which daemons and the CRM reach the primary: a list of hosts, HAProxy, or PgBouncer in front of HAProxy."""

import shutil
import subprocess

from programs import wait_for
from replicas import NAMES

BALANCER = "lb"
HAPROXY_PORT, PGBOUNCER_PORT = 5000, 6432

HAPROXY = """
defaults
    mode tcp
    timeout connect 2s
    timeout client 30m
    timeout server 30m
listen primary
    bind {address}:{port}
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server check port 8008 inter 1s fall 2 rise 1 on-marked-down shutdown-sessions
{servers}
"""

PGBOUNCER = """
[databases]
* = host={address} port={haproxy} user=postgres
[pgbouncer]
listen_addr = {address}
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
server_connect_timeout = 2
server_login_retry = 1
tcp_keepidle = 2
tcp_keepintvl = 1
tcp_keepcnt = 3
tcp_user_timeout = 5000
logfile = {folder}/pgbouncer.log
"""


class SeveralHosts:
    """`first` is the host that the connection string names first."""

    def __init__(self, site, folder, database, first):
        self.site, self.folder, self.database, self.processes = site, folder, database, []
        hosts = sorted(NAMES, key=lambda name: name != first)
        self.direct = (f"host={','.join(site.network.address[name] for name in hosts)} port=5432 user=postgres dbname={database} "
                       "target_session_attrs=read-write")
        self.connection, self.listen = self.direct, ""
        self._open()

    def _open(self):
        pass

    def _start(self, log, *command):
        with open(self.folder / log, "ab") as out:
            self.processes.append(subprocess.Popen(self.site.network.on(BALANCER, *command), stdout=out, stderr=out))

    def _through(self, port):
        return f"host={self.site.network.address[BALANCER]} port={port} user=postgres dbname={self.database}"

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()


class Haproxy(SeveralHosts):
    def _open(self):
        file, address = self.folder / "haproxy.cfg", self.site.network.address
        servers = "\n".join(f"    server {name} {address[name]}:5432" for name in NAMES)
        file.write_text(HAPROXY.format(address=address[BALANCER], port=HAPROXY_PORT, servers=servers))
        self._start("haproxy.log", "haproxy", "-f", file)
        # At first HAProxy takes every server for the primary.
        wait_for(lambda: (self.folder / "haproxy.log").read_text().count(" is DOWN") == len(NAMES) - 1, 20, "HAProxy to know the primary")
        self.connection = self._through(HAPROXY_PORT)


class Pgbouncer(Haproxy):
    """The connection for LISTEN leads past PgBouncer, which lends sessions for a transaction only."""

    def _open(self):
        super()._open()
        home = self.folder / "pgbouncer"
        home.mkdir()
        (home / "pgbouncer.ini").write_text(PGBOUNCER.format(
            address=self.site.network.address[BALANCER], haproxy=HAPROXY_PORT, port=PGBOUNCER_PORT, folder=home))
        shutil.chown(home, "postgres", "postgres")
        self._start("pgbouncer.out", "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", "pgbouncer", home / "pgbouncer.ini")
        self.listen, self.connection = self.connection, self._through(PGBOUNCER_PORT)


WAYS = {"hosts": SeveralHosts, "haproxy": Haproxy, "pgbouncer": Pgbouncer}
