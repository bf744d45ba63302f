"""The report: a table with one line for each trial."""

BEGIN, END = "<!-- tests/fleet/run: begin -->", "<!-- tests/fleet/run: end -->"

HEADING = """| fault | way to the database | a primary again after, s | back to pace, s | HELD without cause | lost, reordered, doubled \
| late calls that changed something | HELD |
|---|---|---|---|---|---|---|---|"""


def seconds(value):
    return "never" if value is None else f"{value:.1f}"


def line(found):
    return (f"| {found.name} | {found.way} | {seconds(found.writable)} | {seconds(found.back)} | {found.without_cause} "
            f"| {found.lost}, {found.reordered}, {found.doubled} | {found.late_changed} | {found.held} |")


def table(all_found):
    return "\n".join([HEADING, *map(line, all_found)]) + "\n"


def put(file, report):
    """Writes the report between the marks in the file. If the file has no marks, the report is its whole text."""
    text = file.read_text() if file.exists() else ""
    if BEGIN in text and END in text:
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        report = f"{before}{BEGIN}\n\n{report}\n{END}{after}"
    file.write_text(report)
