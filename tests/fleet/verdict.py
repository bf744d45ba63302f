"""The report of a run, trial by trial, and whether every goal is met."""

import catalogue
import history
import judgement
import page

THROUGH = "-through-"  # in the name of a trial's folder, between the fault and the way


class Verdict:
    """Writes the report to the file after each trial."""

    def __init__(self, file):
        self.file, self.found, self.failed = file, [], False

    def add(self, folder):
        """Judges a trial by its files, and prints its line and the goals that it misses."""
        name, _, way = folder.name.partition(THROUGH)
        fault, way = catalogue.made(f"{name}:{way}")
        found = judgement.figures(folder, name, way, fault)
        self.found.append(found)
        self.file.write_text(page.table(self.found))
        print(page.line(found), flush=True)
        for sentence in judgement.missed(found, fault.goal):
            self.failed = self.failed or not fault.beyond
            print(f"    {sentence}{f' (expected: {fault.beyond})' if fault.beyond else ''}", flush=True)
        for check, request, sentence in found.findings[:10]:
            print(f"    {check}: request {request}: {sentence}", flush=True)


def again(folder):
    """Judges the files of a run that were kept, and returns the verdict."""
    verdict = Verdict(folder / "report.md")
    played = [(begun["begun"], trial) for trial in folder.iterdir() for begun in history.lines(trial / "faults.jsonl")]
    print(page.HEADING)
    for _, trial in sorted(played):
        verdict.add(trial)
    return verdict
