"""The programs that a site consists of, and the Debian packages that have them."""

import pathlib
import shutil

PACKAGES = {
    "patroni": "patroni", "etcd": "etcd-server", "haproxy": "haproxy", "pgbouncer": "pgbouncer", "iptables": "iptables", "ip": "iproute2",
    "faketime": "faketime",
}
SERVERS = pathlib.Path("/usr/lib/postgresql")
FOLDERS = "/usr/sbin:/usr/bin:/sbin:/bin"


def missing():
    """Returns the packages that have to be installed."""
    absent = [package for program, package in PACKAGES.items() if not shutil.which(program, path=FOLDERS)]
    return absent if list(SERVERS.glob("*/bin/initdb")) else [*absent, "postgresql"]
