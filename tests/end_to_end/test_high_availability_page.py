"""The configuration files of docs/high-availability.md have no mistakes, and each names what the others do not."""

import json

from guide import block
from programs import contegod


def test_a_database_for_each_provider(tmp_path):
    files = [block("A database for each provider", "json", n) for n in range(2)]
    for n, text in enumerate(files):
        file = tmp_path / f"{n}.json"
        file.write_text(text)
        done = contegod("check", "--config", file)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "the configuration has no mistakes"), done.stderr

    one, other = map(json.loads, files)
    assert one["name"] != other["name"] and one["admin"] != other["admin"]
    assert one["database"] != other["database"] and not set(one["providers"]) & set(other["providers"])
