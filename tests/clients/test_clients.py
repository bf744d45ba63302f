"""Every program of examples/crm runs against a daemon and the simulator, and did what it says.

`script/test clients` installs the client libraries. A program whose library is missing fails."""

import itertools
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "tests/end_to_end"))

from conftest import configure, daemon, database, folder, providers, simulator  # noqa: E402, F401  fixtures
from database import Cluster  # noqa: E402

EXAMPLES = REPOSITORY / "examples/crm"
MODULES = REPOSITORY / "build/clients"  # `script/test clients` installs the packages of package.json here
CARDS = (f"01{n:09}" for n in itertools.count(5_000_000))

# How each program is started.
PROGRAMS = {
    "psql.sh": ["./psql.sh"],
    "psycopg3.py": ["/usr/bin/python3", "psycopg3.py"],
    "sqlalchemy_orm.py": ["/usr/bin/python3", "sqlalchemy_orm.py"],
    "django_orm.py": ["/usr/bin/python3", "django_orm.py"],
    "odbc.py": ["/usr/bin/python3", "odbc.py"],
    "perl_dbi.pl": ["perl", "perl_dbi.pl"],
    "php_pdo.php": ["php", "php_pdo.php"],
    "node_pg.mjs": ["node", "node_pg.mjs"],
    "sequelize.mjs": ["node", "sequelize.mjs"],
    "typeorm.mjs": ["node", "typeorm.mjs"],
    "Jdbc.java": ["java", "-cp", "/usr/share/java/postgresql.jar", "Jdbc.java"],
    "go_pq/main.go": ["go", "run", "go_pq/main.go"],
}


@pytest.fixture(scope="session")
def cluster():
    """Java cannot use the socket of a folder, so this server listens on a free port, too."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = Cluster(folder, "listen_addresses=127.0.0.1", f"port={port}")
    running.connection += f" port={port}"
    running.port = port
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def environment(cluster, database, daemon):
    database.query("SELECT contego.open_feed()")
    database.query("CREATE ROLE crm LOGIN IN ROLE contego_crm")
    name = re.search(r"dbname=(\S+)", database.connection).group(1)
    return {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGUSER": "crm", "PGDATABASE": name,
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOCACHE": str(MODULES / "go-cache")}


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A copy of the programs beside the npm packages: Node.js looks for packages in the folders above a program."""
    copied = tmp_path_factory.mktemp("programs") / "crm"
    shutil.copytree(EXAMPLES, copied)
    if (MODULES / "node_modules").exists():
        (copied / "node_modules").symlink_to(MODULES / "node_modules")
    return copied


def test_every_program_is_run():
    listed = {str(file.relative_to(EXAMPLES)) for file in EXAMPLES.rglob("*") if file.is_file() and "node_modules" not in file.parts}

    assert listed == set(PROGRAMS) | {"README.md", "package.json"}
    assert set(re.findall(r"\]\(([\w./]+)\)", (EXAMPLES / "README.md").read_text())) == set(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_program_does_what_it_says(database, environment, programs, simulator, program):
    card = next(CARDS)
    done = subprocess.run([*PROGRAMS[program], card], cwd=programs, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())

    first, later = database.query("SELECT * FROM contego.request WHERE lanes = %s ORDER BY id", [f"card:{card}"])
    assert said == {"inserted": f"{first['id']}", "outcome": f"{first['id']} COMPLETED", "again": f"{first['id']}",
                    "fed": f"{first['id']} COMPLETED", "withdrawn": f"{later['id']} CANCELLED"}
    assert (first["action"], first["created_by"], first["provider"], first["priority"]) == ("ADD_SUBSCRIPTIONS", "crm", "default", "REGULAR")
    assert (first["subscription"], first["parameters"]) == ("S-1001", {"smartcard_ca_id": card, "service_ca_id": "1111"})
    assert first["idempotency_key"].endswith(card)
    assert (later["action"], later["error_code"]) == ("CANCEL_SUBSCRIPTIONS", "WITHDRAWN")
    assert abs((later["scheduled_date"] - later["created_date"]).total_seconds() - 3 * 86400) < 3700
    assert later["error_description"] == "withdrawn by crm: the customer has paid"
    assert len(simulator.card(card)["subscriptions"]) == 1
