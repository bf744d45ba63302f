"""Runs the same scenarios of script/bench in this checkout and in an earlier revision, in turn, and prints the ratio of each figure. The
machine's speed changes from minute to minute, so only the ratios count."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

from programs import REPOSITORY, say

FIGURES = ("rate", "parked_rate", "p50_ms", "p99_ms", "daemon_cpu_seconds_per_1000", "postgres_cpu_seconds_per_1000")


def arguments():
    parser = argparse.ArgumentParser(prog="script/compare", description=__doc__)
    parser.add_argument("revision", help="the revision to compare with, for example origin/main or HEAD~1")
    parser.add_argument("--scenario", default="burn-down,cards", metavar="NAME[,NAME]", help="the scenarios to run (default %(default)s)")
    parser.add_argument("--rows", type=int, default=60_000, metavar="N", help="requests of one measurement (default %(default)s)")
    parser.add_argument("--pairs", type=int, default=5, metavar="N", help="runs of each checkout (default %(default)s)")
    parser.add_argument("--load-seconds", type=int, default=20, metavar="N", help="seconds of the open loops (default %(default)s)")
    return parser.parse_args()


def checkout_of(revision):
    """Returns a checkout of the earlier revision below build/, with its bench built."""
    folder = REPOSITORY / "build" / "compare"
    if folder.exists():
        subprocess.run(["git", "-C", folder, "checkout", "-q", "--detach", revision], check=True)
    else:
        subprocess.run(["git", "-C", REPOSITORY, "worktree", "add", "-q", "--detach", folder, revision], check=True)
    build(folder)
    return folder


def build(folder):
    with open(folder / "compare-build.log", "w", encoding="utf-8") as log:
        for command in (["cmake", "--preset", "release"], ["cmake", "--build", "--preset", "release", "--target", "bench"]):
            if subprocess.run(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, check=False).returncode != 0:
                sys.exit(f"compare: {folder} cannot be built, see {log.name}")


def measured(folder, given):
    """Returns the figures of one run by (scenario, figure)."""
    file = folder / "build/compare.json"
    subprocess.run([sys.executable, folder / "tests/bench/bench.py", "--scenario", given.scenario, "--rows", str(given.rows), "--repeat", "1",
                    "--load-seconds", str(given.load_seconds), "--json", file],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lines = [json.loads(line) for line in file.read_text(encoding="ascii").splitlines()]
    file.unlink()
    return {(line["scenario"], name): value for line in lines[1:] for name, value in line.items()
            if name in FIGURES or name.endswith(("p50_ms", "p99_ms"))}


def report(before, after):
    """Prints a line for each figure. A ratio compares two runs made one after the other."""
    print(f"{'scenario':18}{'figure':32}{'before':>12}{'after':>12}{'ratio':>8}  lowest and highest ratio")
    for scenario, figure in after[0]:
        key = (scenario, figure)
        pairs = [(old[key], new[key]) for old, new in zip(before, after) if old.get(key)]
        if not pairs:
            continue
        ratios = [new / old for old, new in pairs]
        middle = [statistics.median(side) for side in zip(*pairs)]
        print(f"{scenario:18}{figure:32}{middle[0]:12.5g}{middle[1]:12.5g}{statistics.median(ratios):8.3f}  {min(ratios):.3f} {max(ratios):.3f}")


def main():
    given = arguments()
    other = checkout_of(given.revision)
    before, after = [], []
    for pair in range(given.pairs):
        sides = [(other, before), (REPOSITORY, after)]
        for folder, found in sides if pair % 2 == 0 else reversed(sides):
            found.append(measured(pathlib.Path(folder), given))
        say(f"compare: {pair + 1} of {given.pairs} pairs")
    report(before, after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
