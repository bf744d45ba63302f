"""A real daemon, a real simulator and a real PostgreSQL; one database, one simulator and one daemon for each test module.

CONTEGOD and CONTEGO_SIM name the programs. Run with: /usr/bin/python3 -m pytest tests/end_to_end
"""

import importlib.util
import json
import pathlib
import shutil
import tempfile

import pytest

from database import Cluster, Database
from guide import LOGINS
from programs import Daemon, Simulator


# Spyne is not in Debian 13, whose Python has no module cgi.
collect_ignore = [] if importlib.util.find_spec("cgi") else ["test_spyne_server.py"]


@pytest.fixture(scope="session")
def cluster():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))  # the path of a socket must be short
    running = Cluster(folder)
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("contego")


@pytest.fixture(scope="module")
def database(cluster, folder):
    made = cluster.new_database(folder)
    yield made
    made.close()


@pytest.fixture(scope="module")
def logins(database):
    """One login for each role that the pages name, by role."""
    names = {role: name for role, name in LOGINS.items() if role.startswith("contego_")}
    for role, name in names.items():
        database.query(f"CREATE ROLE {name} LOGIN IN ROLE {role}")
    opened = {role: Database(database.connection.replace("user=postgres", f"user={name}")) for role, name in names.items()}
    yield opened
    for one in opened.values():
        one.close()
    for name in names.values():
        database.query(f"DROP ROLE {name}")


@pytest.fixture(scope="module")
def simulator():
    running = Simulator()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def providers(simulator):
    """The section `providers` of the configuration; a module that needs another one overrides this."""
    return {"default": {"endpoint": simulator.url}}


@pytest.fixture(scope="module")
def configure(database, folder):
    """Writes a configuration file for these providers."""
    count = 0

    def write(providers, **sections):
        nonlocal count
        count += 1
        file = folder / f"contegod-{count}.json"
        file.write_text(json.dumps(database.configuration(providers, **sections)))
        return file

    return write


@pytest.fixture(scope="module")
def daemon(configure, providers):
    running = Daemon(configure(providers))
    yield running
    code = running.terminate()
    assert code == 0, running.log()


@pytest.fixture
def launch(configure, providers):
    """Starts daemons. After the test, kills the daemons still running."""
    started = []

    def start(given=None, environment=None, **sections):
        started.append(Daemon(configure(given or providers, **sections), environment))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()
