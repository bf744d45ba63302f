"""The Debian package contegod-draft-binding, and the component of the installation that it is made of."""

import pathlib
import subprocess

import pytest

from drafting import assignment
from programs import CONTEGOD, WSDL

BUILD = pathlib.Path(CONTEGOD).parent


def done(*command, **options):
    made = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120, check=False, **options)
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    done("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", folder)
    (file,) = folder.glob("*.deb")
    return file


@pytest.fixture(scope="module", params=["package", "component"])
def root(request, package, tmp_path_factory):
    """The folder that would be /."""
    folder = tmp_path_factory.mktemp("root")
    if request.param == "package":
        done("dpkg-deb", "--extract", package, folder)
    else:
        done("cmake", "--install", BUILD, "--prefix", folder / "usr", "--component", "draft-binding")
    return folder


def test_the_package_is_for_every_machine_and_names_its_needs(package):
    fields = done("dpkg-deb", "--field", package, "Package", "Architecture", "Depends", "Description").splitlines()

    assert fields[:3] == ["Package: contegod-draft-binding", "Architecture: all", "Depends: python3 (>= 3.11), python3-lxml"]
    assert fields[3] == "Description: drafts a binding file of contegod from a WSDL"


def test_it_has_the_tool_alone(root):
    files = {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}

    assert {name.partition("contego_draft/")[0] for name in files} == {"usr/bin/contegod-draft-binding", "usr/share/contego/"}
    assert {name for name in files if not name.endswith(".py")} == {"usr/bin/contegod-draft-binding"}


def test_the_installed_tool_drafts_and_checks(root, tmp_path):
    program, file = root / "usr/bin/contegod-draft-binding", tmp_path / "site.xml"
    alone = {"cwd": "/", "env": {}}

    done(program, *sorted(WSDL.glob("*.wsdl")), "--output", file, **alone)

    assert len(assignment(file.read_text())) == 13
    assert "envelopes that the WSDL allows: 32, wrong: 0" in done(program, *sorted(WSDL.glob("*.wsdl")), "--check", file, "--contegod", CONTEGOD, **alone)


def test_the_rest_of_the_installation_has_no_part_of_it(tmp_path):
    done("cmake", "--install", BUILD, "--prefix", tmp_path, "--component", "Unspecified")

    assert (tmp_path / "bin/contegod").exists() and (tmp_path / "lib/systemd/system/contegod.service").exists()
    assert not (tmp_path / "bin/contegod-draft-binding").exists() and not (tmp_path / "share/contego/contego_draft").exists()
