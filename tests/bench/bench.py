"""Measures the real daemon on a private PostgreSQL. Progress goes to standard error, one JSON line for each measurement to standard
output, and at the end a table. Everything runs on this machine: compare only figures of one run."""

import argparse
import fcntl
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import sys
import time
import traceback

import report
import scenarios
from database import Cluster
from programs import REPOSITORY, say
from stage import Settings, Stage


def arguments():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--scenario", metavar="NAME[,NAME]", help="only these scenarios, and the ones needed for their ratios (default: all)")
    parser.add_argument("--rows", type=int, default=100_000, metavar="N", help="requests of one measurement (default %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="repetitions of each scenario (default %(default)s)")
    parser.add_argument("--finished", type=int, default=1_000_000, metavar="N", help="requests that ended earlier (default %(default)s)")
    parser.add_argument("--idle-seconds", type=int, default=600, metavar="N", help="seconds of the scenario idle (default %(default)s)")
    parser.add_argument("--load-seconds", type=int, default=20, metavar="N", help="seconds of the open loops (default %(default)s)")
    parser.add_argument("--claim-ahead", type=int, default=2000, metavar="N", help="claim_ahead of the daemon (default %(default)s)")
    parser.add_argument("--peers", metavar="DIR", help="folder whose run.sh runs the peers")
    parser.add_argument("--endpoint", metavar="URL", help="a CAS of your own instead of the stub; every command is really sent to it")
    parser.add_argument("--binding", metavar="FILE", help="the binding file of that CAS")
    parser.add_argument("--json", metavar="FILE", help="write the JSON lines to this file, too")
    parser.add_argument("--list", action="store_true", help="list the scenarios and exit")
    given = parser.parse_args()
    if (given.endpoint is None) != (given.binding is None):
        parser.error("--endpoint and --binding go together")
    names = given.scenario.split(",") if given.scenario else []
    unknown = [name for name in names if name not in scenarios.NAMED]
    if unknown:
        parser.error(f"there is no scenario {unknown[0]}; --list names them")
    if min(given.rows, given.repeat, given.finished, given.idle_seconds, given.load_seconds) < 1 or given.rows < 100:
        parser.error("--rows must be 100 or more, the other numbers 1 or more")
    given.scenarios = scenarios.chosen(names, bool(given.peers))
    return given


class Lines:
    """Writes JSON lines to standard output and to a file."""

    def __init__(self, file):
        self.files = [sys.stdout] + ([open(file, "w", encoding="ascii")] if file else [])

    def write(self, document):
        for file in self.files:
            print(json.dumps(rounded(document)), file=file, flush=True)


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return value


def circumstances(given, cluster):
    commit = subprocess.run(["git", "-C", REPOSITORY, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return {
        "run": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "commit": commit.stdout.strip(), "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0], "kernel": platform.release(), "postgres": cluster.admin.value("SHOW server_version"),
        "rows": given.rows, "repeat": given.repeat, "finished": given.finished, "claim_ahead": given.claim_ahead,
        "endpoint": given.endpoint or "stub"}


def play(given, stage, lines, results):
    """Plays one repetition of all scenarios after the other, so that changes of the machine affect all scenarios alike. A scenario that
    fails is reported and left out. Returns the number of failures."""
    failures = 0
    for repetition in range(1, given.repeat + 1):
        for scenario in given.scenarios:
            if scenario.once and repetition > 1:
                continue
            began = time.monotonic()
            try:
                found = scenario.play(stage)
            except Exception:  # the other scenarios can still be measured
                failures += 1
                say(f"{scenario.name} failed:\n{traceback.format_exc()}")
                lines.write({"scenario": scenario.name, "repetition": repetition, "failed": traceback.format_exc(limit=-1)})
                continue
            results.add(scenario.name, found)
            lines.write({"scenario": scenario.name, "repetition": repetition, **found})
            rate = f"{found['rate']:,.0f}/s, " if "rate" in found else ""
            if found.get("asked_rate", 0) > 1.1 * found.get("rate", 0):
                say(f"{scenario.name}: only {found['rate']:.0f} of {found['asked_rate']:.0f} a second could be inserted: no open loop")
            disturbed = f"; others took {found['others_cores']:.1f} cores" if found.get("others_cores", 0) > 0.1 else ""
            say(f"{scenario.name} {repetition}/{1 if scenario.once else given.repeat}: {rate}{time.monotonic() - began:.0f} s in all{disturbed}")
    return failures


def empty_folder():
    """Creates the folder of a run. Ends the cluster of a run that was killed, and removes its files."""
    folder = REPOSITORY / ".bench"
    if folder.exists():
        subprocess.run([REPOSITORY / "script/cluster", "stop", folder / "pg"], check=False)
        shutil.rmtree(folder)
    folder.mkdir()
    return folder


def main():
    given = arguments()
    if given.list:
        for scenario in scenarios.ALL:
            print(f"{scenario.name:18}{scenario.shows}")
        return 0
    with open(__file__, "rb") as ourselves:
        try:
            fcntl.flock(ourselves, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("bench: another one runs in this checkout", file=sys.stderr)
            return 2
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the started processes are stopped
        return measure(given)


def measure(given):
    folder = empty_folder()
    cluster = Cluster(folder)
    try:
        settings = Settings(given.rows, given.finished, given.idle_seconds, given.load_seconds, given.claim_ahead, given.peers,
                            given.endpoint, given.binding and str(pathlib.Path(given.binding).resolve()))
        lines, results = Lines(given.json), report.Results()
        lines.write(circumstances(given, cluster))
        failures = play(given, Stage(cluster, settings, folder), lines, results)
        print(report.markdown(results, given.scenarios))
        return 1 if failures else 0
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
