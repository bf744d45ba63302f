"""Computes medians, ratios and goals from the repetitions, and prints a table for people."""

import statistics


def medians(repetitions):
    """Returns the median, lowest and highest value of each figure over the repetitions. Figures that are not numbers are left out."""
    numbers = {key for one in repetitions for key, value in one.items() if isinstance(value, (int, float))}
    found = {}
    for key in sorted(numbers):
        values = [one[key] for one in repetitions if key in one]
        found[key] = {"median": statistics.median(values), "low": min(values), "high": max(values)}
    return found


class Results:
    """The figures of all repetitions of all scenarios."""

    def __init__(self):
        self.repetitions = {}

    def add(self, scenario, found):
        self.repetitions.setdefault(scenario, []).append(found)

    def of(self, scenario):
        return medians(self.repetitions.get(scenario, []))

    def median(self, name):
        """Returns the median of `SCENARIO.FIGURE`; None: it was not measured."""
        scenario, figure = name.split(".")
        return self.of(scenario).get(figure, {}).get("median")

    def judge(self, goal):
        """Returns (value, whether it meets the goal); (None, None): a figure is missing."""
        value = self.median(goal.of)
        per = self.median(goal.per) if goal.per else 1
        if value is None or not per:
            return None, None
        value /= per
        return value, (goal.least is None or value >= goal.least) and (goal.most is None or value <= goal.most)


def number(value, digits=3):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{digits}g}"


def spread(figure):
    if not figure:
        return ""
    text = number(figure["median"])
    return text if figure["low"] == figure["high"] else f"{text} ({number(figure['low'])} - {number(figure['high'])})"


def row(cells):
    return "| " + " | ".join(cells) + " |"


def table(head, rows):
    return [row(head), row(["---"] * len(head)), *(row(cells) for cells in rows), ""]


def ratio(results, name, ceiling):
    value, per = results.median(f"{name}.rate"), results.median(f"{ceiling}.rate")
    return f"{value / per:.2f}" if value and per else ""


def main_waits(repetitions):
    """Returns the activities of the daemon's busy sessions in the last repetition, with their average numbers."""
    seen = repetitions[-1].get("wait_events", {})
    return ", ".join(f"{name} {share:.2f}" for name, share in list(seen.items())[:3])


def rates(results, scenarios):
    head = ["scenario", "requests", "requests/s", "of SQL ceiling", "of exchange ceiling", "daemon CPU s/1,000", "PostgreSQL CPU s/1,000",
            "statements/request", "commits/request", "RSS MiB", "start ms", "others' cores", "busy sessions"]
    rows = []
    for name in scenarios:
        of = results.of(name)
        if "rate" not in of:
            continue
        rss = of.get("rss_peak_kib")
        rows.append([
            name, number(of["rows"]["median"]), spread(of["rate"]), *(ratio(results, name, one) for one in ("sql-ceiling", "exchange-ceiling")),
            *(number(of.get(key, {}).get("median")) for key in (
                "daemon_cpu_seconds_per_1000", "postgres_cpu_seconds_per_1000", "statements_per_request", "commits_per_request")),
            number(rss["median"] / 1024) if rss else "", number(of.get("start_ms", {}).get("median")),
            number(of.get("others_cores", {}).get("high"), 2), main_waits(results.repetitions[name])])
    return table(head, rows)


def latencies(results, scenarios):
    head = ["scenario", "asked/s", "inserted/s", "measured", "p50 ms", "p95 ms", "p99 ms", "p99.9 ms", "longest ms"]
    rows = [[name, *(number(results.median(f"{name}.{key}")) for key in ("asked_rate", "rate", "measured")), *(spread(results.of(name).get(key)) for key in (
        "p50_ms", "p95_ms", "p99_ms", "p999_ms", "max_ms"))] for name in scenarios if "p50_ms" in results.of(name)]
    return table(head, rows) if rows else []


def others(results, scenarios):
    """Prints the figures that only one scenario has."""
    wanted = {"sql-ceiling": ("rate_100", "rate_300", "rate_1000"), "render": ("prepare_ns", "interpret_ns"),
              "one-card": ("card_rate",), "blocked": ("parked_rate",),
              "mixed-day": ("commands_rate",), "feed": ("readers", "restarts"),
              "inserters": (*(f"{first}{one}_{share}_ms" for first in ("", "first_") for one in ("alone", "loops", "beside", "beside_20ms")
                              for share in ("p50", "p99")), "inserted_beside"),
              "asking": ("finished_before", *(f"{one}_{share}_ms" for one in ("card_history", "request_status") for share in ("p50", "p99"))),
              "open-loop-80": ("sustained_maximum",),
              "storage": ("commands_per_request", "disk_mib_per_million", "wal_mib_per_million", "wal_mib_per_million_inserts"),
              "daemons": tuple(f"{what}_{count}" for count in (1, 4, 16, 64) for what in ("rate", "waiting")),
              **{name: ("daemon_cpu_percent", "postgres_cpu_percent", "statements_per_second", "connections", "rss_peak_kib")
                 for name in ("idle", "idle-providers", "idle-daemons")}, "finished": ("finished_before",)}
    rows = [[name, key, spread(results.of(name)[key])] for name in scenarios
            for key in (wanted.get(name, ()) if name != "peers" else sorted(results.of(name))) if key in results.of(name)]
    return table(["scenario", "figure", "median (spread)"], rows) if rows else []


def goals(results, scenarios):
    rows = []
    for scenario in scenarios:
        for goal in scenario.goals:
            value, good = results.judge(goal)
            bound = f">= {number(goal.least)}" if goal.least is not None else f"<= {number(goal.most)}"
            verdict = "not measured" if value is None else "yes" if good else "**no**"
            rows.append([scenario.name, goal.what, bound, number(value), verdict])
    return table(["scenario", "goal", "bound", "measured", "met"], rows)


def markdown(results, scenarios):
    names = [scenario.name for scenario in scenarios]
    return "\n".join(["", *rates(results, names), *latencies(results, names), *others(results, names), *goals(results, scenarios)])
