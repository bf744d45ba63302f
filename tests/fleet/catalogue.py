"""The names of faults on the command line, and the faults that they mean."""

import re

import site_faults as of
from ways import WAYS

FAULTS = {re.sub(r"(?<!^)(?=[A-Z])", "-", one.__name__).lower(): one for one in (
    of.Nothing, of.Switchover, of.PostgresKilled, of.PatroniKilled, of.PrimaryHostOff, of.FirstHostOff, of.PrimaryCutOff,
    of.PrimaryCutOffFromStandbys, of.EtcdOff, of.Outage, of.CasCutOff, of.DaemonCutOffFromCas, of.DaemonCutOffFromDatabase,
    of.DaemonHostGone, of.DaemonKilled, of.SlowLinkToDatabase, of.SlowLinkToCas, of.ClocksApart)}

SHORT = ["switchover", "primary-host-off", "daemon-cut-off-from-cas", "outage"]
PAIRS = [
    "switchover+daemon-killed", "switchover+daemon-cut-off-from-cas", "switchover+cas-cut-off", "switchover+slow-link-to-database",
    "postgres-killed+daemon-cut-off-from-database", "primary-host-off+daemon-killed", "primary-host-off+daemon-cut-off-from-cas",
    "primary-host-off+daemon-host-gone", "primary-host-off+clocks-apart", "primary-cut-off+daemon-cut-off-from-cas", "etcd-off+daemon-killed",
    "outage+daemon-killed", "outage+daemon-cut-off-from-cas", "outage+cas-cut-off", "daemon-killed+daemon-host-gone",
    "daemon-cut-off-from-cas+daemon-cut-off-from-database",
]
GROUPS = {
    "short": SHORT,
    "pairs": PAIRS,
    "all": [*(f"{name}:{way}" for name, one in FAULTS.items() for way in one.ways), *PAIRS],
}


def made(name):
    """Returns the fault, and the name of the way to the database."""
    names, _, way = name.partition(":")
    parts = names.split("+")
    for part in parts:
        if part not in FAULTS:
            raise ValueError(f"unknown fault {part}")
    if way and way not in WAYS:
        raise ValueError(f"unknown way {way}")
    if len(parts) > 2:
        raise ValueError(f"more than two faults in {names}")
    made_of = [FAULTS[part]() for part in parts]
    if len(parts) == 2 and of.SLOW == made_of[0].daemon == made_of[1].daemon:
        raise ValueError(f"both faults of {names} befall {of.SLOW}")
    return (of.Both(*made_of) if len(parts) == 2 else made_of[0]), way or "hosts"


def chosen(names):
    """Returns the names with the groups replaced by their members. Raises ValueError for an unknown name."""
    found = [one for name in names for one in GROUPS.get(name, [name])]
    for one in found:
        made(one)
    return found


def listed():
    for name, one in FAULTS.items():
        yield f"{name:28} {one.__doc__}"
        if len(one.ways) > 1:
            yield f"{'':28} ways: {', '.join(one.ways)}"
    yield "\nPairs:"
    yield from PAIRS
