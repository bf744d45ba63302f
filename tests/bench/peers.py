"""Other queues that a team might use, in the same run. A folder has a run.sh, which prints one JSON line for each of its own scenarios
({"peer": NAME, "path": "/fast" or "/slow", "conc": 64, "serial": true, "rate": ...}) and cleans up after itself."""

import json
import pathlib
import subprocess


def play(stage):
    script = pathlib.Path(stage.settings.peers) / "run.sh"
    done = subprocess.run([script, str(stage.settings.rows)], stdout=subprocess.PIPE, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = {f"{line['peer']} {kind_of(line)} {line['conc']}": line["rate"] for line in lines}
    for kind in ("fast", "slow", "serial"):
        rates = [line["rate"] for line in lines if kind_of(line) == kind]
        if rates:
            found[kind] = max(rates)
    return found


def kind_of(line):
    return "serial" if line.get("serial") else line["path"].strip("/")
