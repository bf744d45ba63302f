"""Runs contegod doctor and reads its findings."""

import json

from programs import contegod


def findings_of(file, *arguments):
    """Returns the findings of one run, and its exit status."""
    done = contegod("doctor", "--json", "--config", file, *arguments)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)["findings"], done.returncode


def of(findings, check):
    return [(f["severity"], f["what"], f["hint"]) for f in findings if f["check"] == check]


def only(findings, check):
    found = of(findings, check)
    assert len(found) == 1, found
    return found[0]
