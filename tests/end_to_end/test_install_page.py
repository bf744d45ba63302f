"""The steps in docs/operations.md from an empty cluster to a running daemon work in their order, with the logins that the page makes."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from database import Cluster
from programs import CONTEGOD, REPOSITORY, Daemon

PAGE = (REPOSITORY / "docs/operations.md").read_text()
STEPS = PAGE[PAGE.index("1. Make the user of the daemon") : PAGE.index("### Logins")]
OWN_MACHINE = ("useradd", "install", "systemctl", "export")  # a test leaves the users, services and folders of the machine alone


@pytest.fixture
def cluster():
    """A cluster without any role of contegod, since the steps make the first ones."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="contego-"))
    running = Cluster(folder)
    yield running
    running.stop()
    shutil.rmtree(folder)


def typed(cluster, file):
    """Returns the commands of the steps as (command, is it SQL), with the names of the test in place of those of the page."""
    for language, text in re.findall(r"^```(sh|sql)\n(.*?)^```", STEPS, re.MULTILINE | re.DOTALL):
        lines = [text] if language == "sql" else [line for line in text.splitlines() if not line.startswith(OWN_MACHINE)]
        for line in lines:
            line = re.sub(r"runuser -u \w+ -- |--pwprompt ", "", line).replace("OWNER", "page_owner")
            yield line.replace("host=localhost", f"host={cluster.folder}").replace("/etc/contego/contegod.json", str(file)), language == "sql"


def run(command, is_sql, environment):
    arguments = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-U", "page_owner", "-d", "crm", "-c", command] if is_sql else ["bash", "-c", command]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, command + done.stdout + done.stderr


def test_the_steps_of_the_installation_work_in_their_order(cluster, simulator, tmp_path):
    programs, file = tmp_path / "programs", tmp_path / "contegod.json"
    programs.mkdir()
    (programs / "contegod").symlink_to(CONTEGOD)
    example = re.sub(r"^\s*//.*$", "", (REPOSITORY / "config/contegod.example.json").read_text(), flags=re.MULTILINE)
    settings = json.loads(example)
    settings["database"]["connection"] = settings["database"]["connection"].replace("/run/postgresql", str(cluster.folder))
    settings["providers"]["default"]["endpoint"] = simulator.url
    settings["admin"]["port"] = 0
    file.write_text(json.dumps(settings))
    environment = {**os.environ, "PATH": f"{programs}:{cluster.programs()}:{os.environ['PATH']}", "PGHOST": str(cluster.folder), "PGUSER": "postgres"}
    commands = list(typed(cluster, file))
    assert [command.split()[0] for command, is_sql in commands if not is_sql][:3] == ["contegod", "createuser", "createdb"]

    for command, is_sql in commands[:-1]:
        run(command, is_sql, environment)
    daemon = Daemon(file)  # as systemctl does
    try:
        run(*commands[-1], environment)  # contegod doctor: no daemon at all would be a warning, a missing right an error
        assert daemon.terminate() == 0
    finally:
        daemon.kill()
