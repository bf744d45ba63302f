"""Runs contegod-draft-binding, and finds what its drafts say."""

import re
import subprocess

from programs import CONTEGOD, REPOSITORY

PROGRAM = REPOSITORY / "src/draft_binding/contegod-draft-binding"


def draft(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)


def check(binding, *wsdl):
    return draft(*wsdl, "--check", binding, "--contegod", CONTEGOD)


def assignment(text):
    """The operation of each command."""
    found = re.findall(r'<!-- (\w+) \((?:sure|likely|guess)\) -->\n  <command code="(\w+)"', text)
    return {code: operation for operation, code in found}


def placeholders(text):
    """The placeholders of each command."""
    return {code: set(re.findall(r"\{([\w.]+)\}", request)) for code, request in re.findall(r'<command code="(\w+)".*?<request>(.*?)</request>', text, re.DOTALL)}


def require_valid_envelopes(binding, wsdl):
    """All envelopes of the binding are as the schemas of the WSDL allow."""
    done = check(binding, wsdl)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "envelopes that the WSDL allows: 32, wrong: 0" in done.stdout


def answered(text, answers):
    """Replaces each old text, and returns the new text and the number of lines that a person wrote. An answer says how often the old text must
    stand there, once by default."""
    before = set(text.splitlines())
    for old, new, *times in answers:
        assert text.count(old) == (times or [1])[0], old
        text = text.replace(old, new)
    return text, len([line for line in text.splitlines() if line not in before])
