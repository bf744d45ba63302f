"""The scenarios: a name, a description, a function that plays it, and goals for its figures. A goal names figures as SCENARIO.FIGURE."""

import dataclasses
import functools

import latency
import peers
import sql
import storage
import throughput


@dataclasses.dataclass(frozen=True)
class Goal:
    """The figure `of`, divided by `per` if there is one, must be at least `least` or at most `most`."""

    what: str
    of: str
    least: float | None = None
    most: float | None = None
    per: str | None = None

    def needs(self):
        return {name.split(".")[0] for name in (self.of, self.per) if name}


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    shows: str
    play: object
    goals: tuple = ()
    once: bool = False  # not repeated: it takes long, and its figures vary little


def unordered(name, least, figure="rate"):
    return Goal("of the burn-down rate", f"{name}.{figure}", least=least, per="burn-down.rate")


def few_statements(name):
    return (Goal("statements a request", f"{name}.statements_per_request", most=0.05),
            Goal("commits a request", f"{name}.commits_per_request", most=0.05))


def run(**how):
    return functools.partial(throughput.burn_down, **how)


ALL = (
    Scenario("sql-ceiling", "the daemon's claims and records without a network", throughput.sql_ceiling),
    Scenario("exchange-ceiling", "prepare, send and interpret with 64 in flight, without a database", throughput.exchange_ceiling),
    Scenario("render", "prepare one command and interpret one answer, and nothing else", throughput.render),
    Scenario("burn-down", "single commands, 64 in flight, a CAS that answers at once", throughput.burn_down, (
        Goal("of the SQL ceiling", "burn-down.rate", least=0.65, per="sql-ceiling.rate"),
        Goal("times the fastest peer", "burn-down.rate", least=4, per="peers.fast"),
        Goal("start to ready, ms", "burn-down.start_ms", most=300), *few_statements("burn-down"))),
    Scenario("20ms-64", "the same, a CAS that answers after 20 ms", run(latency_ms=20, in_flight=64), (
        Goal("requests/s (95 % of 64 in 20 ms)", "20ms-64.rate", least=0.95 * 64 / 0.020),
        Goal("times the fastest peer", "20ms-64.rate", least=1, per="peers.slow"), *few_statements("20ms-64"))),
    Scenario("20ms-256", "the same with 256 in flight", run(latency_ms=20, in_flight=256), (
        unordered("20ms-256", 0.70), Goal("peak RSS, KiB", "20ms-256.rss_peak_kib", most=50 * 1024))),
    Scenario("cards", "20 requests a card in strict order", throughput.cards, (
        unordered("cards", 0.90), Goal("times a peer with one queue a card", "cards.rate", least=50, per="peers.serial"),
        *few_statements("cards"))),
    Scenario("one-card", "one card with as many requests in front as free ones behind them", throughput.one_card, (unordered("one-card", 0.80),)),
    Scenario("blocked", "as many requests behind two held ones as free ones behind all of them", throughput.blocked, (
        unordered("blocked", 0.80), unordered("blocked", 0.80, "parked_rate"))),
    Scenario("messages-single", "one message to many cards, a call for each, 4 in flight, a CAS that answers after 20 ms",
             functools.partial(throughput.messages, shared=False)),
    Scenario("messages", "the same with calls for up to 500 cards", throughput.messages, (
        Goal("times the rate with a call for each", "messages.rate", least=20, per="messages-single.rate"),)),
    Scenario("mixed-day", "actions of one to four commands, households of five, some EXPRESS", throughput.mixed_day),
    Scenario("two-daemons", "burn-down by two daemons", run(count=2), (unordered("two-daemons", 1),)),
    Scenario("four-daemons", "burn-down by four daemons", run(count=4), (unordered("four-daemons", 1),)),
    Scenario("daemons", "burn-down by 1, 4, 16 and 64 daemons with default settings", throughput.many_daemons, (
        Goal("64 daemons, relative to one", "daemons.rate_64", least=1, per="daemons.rate_1"),
        Goal("sessions of 64 daemons that wait for a lock", "daemons.waiting_64", most=1))),
    Scenario("held-xmin", "burn-down beside a transaction that stays open", throughput.held_xmin, (unordered("held-xmin", 0.80),)),
    Scenario("finished", "burn-down with tables full of requests that ended long ago", throughput.finished_before, (
        unordered("finished", 0.95),)),
    Scenario("open-loop-200", "commit to commit at 200 a second", latency.open_loop, (
        Goal("p50, ms", "open-loop-200.p50_ms", most=4), Goal("p99, ms", "open-loop-200.p99_ms", most=15))),
    Scenario("open-loop-80", "commit to commit at 80 % of the maximum", latency.near_the_maximum),
    Scenario("express", "EXPRESS, commit to commit, while a bulk is worked off", latency.express, (
        Goal("p99, ms", "express.p99_ms", most=100),)),
    Scenario("inserters", "a CRM with eight sessions that insert: alone, beside loops that count, and beside a daemon at full load", sql.inserters, (
        Goal("p99 beside the daemon, relative to that alone", "inserters.beside_p99_ms", most=1.5, per="inserters.alone_p99_ms"),
        Goal("the same if they get a core, CAS of 20 ms", "inserters.first_beside_20ms_p99_ms", most=1.5,
             per="inserters.first_alone_p99_ms"))),
    Scenario("feed", "two daemons at full load, and three readers of the feed that fail now and then", sql.feed),
    Scenario("asking", "support's questions with tables full of requests that ended long ago", sql.asking, (
        Goal("p99 of card_history, ms", "asking.card_history_p99_ms", most=10),
        Goal("p99 of request_status, ms", "asking.request_status_p99_ms", most=10))),
    Scenario("idle", "a daemon with nothing to do", latency.idle, (
        Goal("CPU of the daemon, % of a core", "idle.daemon_cpu_percent", most=0.2),
        Goal("statements a second", "idle.statements_per_second", most=1)), once=True),
    Scenario("idle-providers", "the same with 20 providers", functools.partial(latency.idle, providers=20, at_most=60), (
        Goal("statements a second", "idle-providers.statements_per_second", most=1),
        Goal("connections", "idle-providers.connections", most=12)), once=True),
    Scenario("idle-daemons", "16 daemons with nothing to do, figures for each", functools.partial(latency.idle, count=16, at_most=60), (
        Goal("statements a second", "idle-daemons.statements_per_second", most=1),), once=True),
    Scenario("storage", "the disk and the write-ahead log that requests of a mixed day use", storage.kept, once=True),
    Scenario("peers", "the peers' own run, with --peers", peers.play),
)
NAMED = {scenario.name: scenario for scenario in ALL}
CEILINGS = ("sql-ceiling", "exchange-ceiling")


def chosen(names, with_peers):
    """Returns the named scenarios (none: all), and the scenarios whose figures their ratios need, in the order of the table."""
    wanted = set(names or NAMED)
    for name in list(wanted):
        wanted |= set().union(*(goal.needs() for goal in NAMED[name].goals))
    wanted |= set(CEILINGS)
    if not with_peers:
        wanted.discard("peers")
    return [scenario for scenario in ALL if scenario.name in wanted]
