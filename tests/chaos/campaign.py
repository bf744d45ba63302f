"""Load, faults, and a check that no request was lost, reordered, doubled or made up."""

import json
import pathlib
import random
import sys
import threading
import time

import check
import faults
import history
import report
import schedule
from folder import Folder
from insert import Load
from load import Requests
from person import Person
from runs import Operator
from stage import SABOTAGE, Stage

WARM_UP = 8.0  # seconds without a fault, to measure the undisturbed pace
SLOT = 4.5  # seconds between the beginnings of two faults, if the first has ended by then
BREATH = 1.5  # seconds without a fault after each fault


EPILOG = ("The seed decides the load and the order, times and targets of the faults. Their interleaving depends on the machine "
          "and differs from run to run. Exit status: 0 every check holds, 1 there are findings, "
          "2 bad command line. Faults: " + ", ".join(faults.KINDS) + ".")


def declare(verbs):
    parser = verbs.add_parser("run", help=__doc__, description=__doc__, epilog=EPILOG)
    parser.add_argument("--requests", type=int, default=20000, metavar="N")
    parser.add_argument("--daemons", type=int, default=3, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--faults", default="all", metavar="LIST", help="all, none, or names with commas between")
    parser.add_argument("--cards", type=int, default=2000, metavar="N")
    parser.add_argument("--rate", type=int, metavar="R",
                        help="requests inserted per second; 0: as fast as possible, for a standing backlog; default: a rate at "
                             "which every fault comes once")
    parser.add_argument("--report", type=pathlib.Path, metavar="FILE.md", help="write the report there too")
    parser.add_argument("--keep", action="store_true", help="keep the files of the run; they are kept anyway if there are findings")
    parser.add_argument("--sabotage", choices=SABOTAGE, help="break the database on purpose: the check must find it")
    parser.set_defaults(play=play, parser=parser)


def complete(given):
    given.names = {"all": list(faults.KINDS), "none": []}.get(given.faults, given.faults.split(","))
    if unknown := [name for name in given.names if name not in faults.KINDS]:
        given.parser.error(f"unknown fault {unknown[0]}")
    if given.rate is None:
        given.rate = max(1, round(given.requests / (WARM_UP + SLOT * max(1, len(given.names)))))


class Run:
    def __init__(self, given, folder):
        self.given, self.folder = given, folder
        self.stage = Stage(folder, given.daemons, given.seed, given.sabotage)
        self.load = Load(Requests(given.seed, given.cards), given.requests, given.rate, self.stage.connection, folder / "rows.jsonl")
        self.person = Person(self.stage.another_database(), self.stage.journal, folder / "held.jsonl")
        self.operator = Operator(self.stage.another_database(), given.cards, given.seed, folder / "operator.jsonl")
        self.now = "no fault"
        self.over = threading.Event()
        self.states = {}
        self.began = time.monotonic()

    def play(self):
        threading.Thread(target=self._tell, name="progress", daemon=True).start()
        self.load.start()
        self.person.start()
        self.operator.start()
        self._inflict_faults()
        self.load.join()
        self.operator.stopping.set()
        self.operator.join()
        self.stage.drain(self.person)
        self.person.stopping.set()
        self.person.join()
        self.over.set()
        for thread in (self.load, self.person, self.operator):
            if thread.failure:
                raise thread.failure
        codes, stale = self.stage.end_daemons()
        self._print("the daemons have stopped")
        with self.stage.session() as session:
            history.dump(session, self.folder / "tables.jsonl")
        return self._crashes(codes), {"requests a second inserted": self.given.rate or "as fast as it goes",
                                      "outcomes refused as stale (of daemons that lived to the end)": int(stale),
                                      "rows refused by INSERT, as they must be": self.load.refused,
                                      "commits of the load that were not answered": sum(i.unanswered_commits for i in self.load.inserters),
                                      "connections cut in the middle": sum(d.cuts for d in self.stage.all_doors()),
                                      "seconds": round(time.monotonic() - self.began)}

    def _inflict_faults(self):
        plan = schedule.plan(self.given.names, self.given.seed, WARM_UP, SLOT) if self.given.names else iter(())
        rng = random.Random(f"victims {self.given.seed}")
        inflicted = set()
        with open(self.folder / "faults.jsonl", "w", encoding="ascii") as out:
            for at, name in plan:
                if inflicted.issuperset(self.given.names) and self._nothing_left_to_disturb():
                    return
                time.sleep(max(0.0, at - (time.monotonic() - self.began)))
                self.now = name
                out.write(json.dumps(schedule.inflict(name, self.stage, rng)) + "\n")
                self.now = "no fault"
                inflicted.add(name)
                time.sleep(BREATH)

    def _nothing_left_to_disturb(self):
        backlog = sum(self.states.get(state, 1) for state in ("QUEUED", "BLOCKED", "IN_FLIGHT", "RETRYING"))
        return not self.load.is_alive() and (self.given.rate > 0 or backlog == 0)

    def _tell(self):
        database = self.stage.another_database()
        while not self.over.wait(3.0):
            try:
                rows = database.query("SELECT progress, count(*) AS n FROM contego.request_open GROUP BY progress")
                self.states = {"QUEUED": 0, "BLOCKED": 0, "IN_FLIGHT": 0, "RETRYING": 0, **{r["progress"]: r["n"] for r in rows}}
                waits = ", ".join(f"{n} {state}" for state, n in sorted(self.states.items()) if n)
            except Exception as error:  # the fault may be in the database itself
                database.close()
                waits = f"the database does not answer ({type(error).__name__})"
            self._print(f"{self.load.inserted} inserted; {waits or 'nothing open'}; {self.now}")

    def _print(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def _crashes(self, codes):
        for member, code in zip(self.stage.members, codes):
            if code != 0:
                yield "crashed", 0, f"{member.name} stopped with {code} where it was told to stop and nothing was in its way"
        for sentence in self.stage.crashes():
            yield "crashed", 0, sentence


def play(given):
    complete(given)
    run = None
    with Folder(given.keep) as folder:
        try:
            run = Run(given, folder.path)
            crashes, facts = run.play()
            crashes = list(crashes)
        finally:
            if run is not None:
                run.stage.close()
        began = time.monotonic()
        findings, figures = check.check(folder.path)
        facts["seconds for the check"] = round(time.monotonic() - began)
        page = report.write(folder.path, {"command": " ".join(["tests/chaos/run", *sys.argv[1:]]), "figures": facts},
                            crashes + findings, figures)
        (folder.path / "report.md").write_text(page)
        if given.report:
            given.report.write_text(page)
        print(page)
        folder.clean = not crashes and not findings
    return 0 if folder.clean else 1
