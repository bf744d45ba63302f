"""The bill of materials names every package whose code is in the program."""

import json
import os
import pathlib
import re
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("CONTEGOD", str(REPOSITORY / "build/release/contegod"))


def run(*arguments):
    return subprocess.run([REPOSITORY / "script/sbom", *arguments], capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def bill():
    return json.loads(run(PROGRAM).stdout)


@pytest.mark.parametrize("name", [
    r"libssl3\w*", r"libpq5", r"libpqxx-[\d.]+\w*", r"libc6", r"libstdc\+\+6",  # loaded with it
    r"nlohmann-json3-dev", r"libboost[\d.]+-dev", r"libcli11-dev",  # compiled from headers
])
def test_it_names_the_package(bill, name):
    assert [one for one in bill["components"] if re.fullmatch(name, one["name"])]


def test_versions_are_those_that_are_installed(bill):
    for one in bill["components"]:
        installed = subprocess.run(["dpkg-query", "-W", "-f", "${Version}\n", one["name"]], capture_output=True, text=True, check=True).stdout
        assert one["version"] in installed.split()


def test_every_shared_library_belongs_to_a_package_that_is_listed(bill):
    listed = {one["name"] for one in bill["components"]}
    loaded = re.findall(r"=> (/\S+) \(0x", subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout)
    assert loaded
    for library in loaded:
        owner = [line for path in {library, os.path.realpath(library), library.removeprefix("/usr")}
                 for line in subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True).stdout.splitlines()]
        assert {line.split(":")[0] for line in owner} & listed, library


def test_a_program_that_does_not_exist_is_an_error():
    done = run("/nonexistent/contegod")

    assert done.returncode == 1
    assert "HINT: run script/build" in done.stderr and not done.stdout
