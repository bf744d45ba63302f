"""The course in docs/binding.md: its commands run in their order, as they stand there, and do what the page says."""

import os
import re
import subprocess

import pytest

from drafting import PROGRAM
from programs import CONTEGOD, REPOSITORY, WSDL

PAGE = (REPOSITORY / "docs/binding.md").read_text()
COURSE = PAGE[PAGE.index("## From the WSDL to the first call") : PAGE.index("### Without the tool")]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", COURSE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def transcript(tmp_path_factory, simulator):
    """Runs the course, and returns each command with its result."""
    folder, programs = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("programs")
    for name, program in (("contegod", CONTEGOD), ("contegod-draft-binding", PROGRAM)):
        (programs / name).symlink_to(program)
    texts = {kind: [text for one, text in BLOCKS if one == kind] for kind in ("json", "xml")}
    (folder / "subscriber.json").write_text(texts["json"][0])
    (folder / "contegod.json").write_text(texts["json"][1].replace("http://127.0.0.1:8080", simulator.url))
    (folder / "paired.xml").write_text(texts["xml"][0])
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    commands = [line.replace("/usr/local/share/contego/wsdl", str(WSDL)) for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
    return {line: subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)
            for line in commands}  # fmt: skip


def outputs(transcript, begin):
    return "".join(done.stdout for line, done in transcript.items() if line.startswith(begin))


def test_every_command_succeeds(transcript):
    assert len(transcript) == 12
    assert {line: done.stderr for line, done in transcript.items() if done.returncode} == {}


def test_they_do_what_the_page_says(transcript):
    assert "site.xml has no mistakes; it has 13 of 13 commands" in outputs(transcript, "contegod check --binding")
    assert "envelopes that the WSDL allows: 32, wrong: 0" in outputs(transcript, "contegod-draft-binding")
    assert outputs(transcript, "contegod render").count("<soapenv:Envelope") == 3
    assert '"stbs": [\n    "0012345678"\n  ]' in outputs(transcript, "contegod read")
    assert outputs(transcript, "contegod try").count("outcome: success") == 3


def test_without_send_nothing_is_sent_as_the_page_says(transcript, simulator):
    assert "with exit status 2, until you add `--send`" in COURSE
    assert [one["command"] for one in simulator.journal()] == ["ADD_SUBSCRIPTIONS", "CREATE_PAIRING"]
