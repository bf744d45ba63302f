#!/usr/bin/python3
"""The part of tests/fleet/run that runs in namespaces of its own: builds the site and plays the trials one after the other."""

import argparse
import contextlib
import pathlib
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "chaos"), str(HERE.parent / "end_to_end")]

import catalogue  # noqa: E402
import page  # noqa: E402
from network import Network  # noqa: E402
from replicas import NAMES, Replicas  # noqa: E402
from site_faults import DAEMONS, SLOW  # noqa: E402
from site_stage import SiteStage  # noqa: E402
from trial import Trial  # noqa: E402
from verdict import THROUGH, Verdict  # noqa: E402
from ways import BALANCER  # noqa: E402


class Run:
    def __init__(self, given):
        self.given, self.verdict = given, Verdict(given.folder / "report.md")
        given.folder.chmod(0o755)  # PgBouncer runs as another user
        self.network = Network([*NAMES, *DAEMONS, "cas", BALANCER], SLOW)
        print(page.HEADING, flush=True)

    def play(self, number, name):
        fault, way = catalogue.made(name)
        folder = self.given.folder / name.replace(":", THROUGH)
        folder.mkdir()
        with contextlib.ExitStack() as ends:
            ends.callback(self.network.mend)
            replicas = Replicas(self.network, folder)
            ends.callback(replicas.close)
            stage = SiteStage(self.network, replicas, folder, fault, way, number)
            ends.callback(stage.close)
            Trial(stage, fault, self.given.rate, self.given.seed).play()
        self.verdict.add(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rate", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("names", nargs="+")
    given = parser.parse_args()
    run = Run(given)
    for number, name in enumerate(given.names):
        try:
            run.play(number, name)
        except Exception:  # the next trial may work, and its result is wanted
            traceback.print_exc()
            run.verdict.failed = True
    return 1 if run.verdict.failed else 0


if __name__ == "__main__":
    sys.exit(main())
