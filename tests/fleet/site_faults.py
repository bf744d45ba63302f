"""Faults of a whole site: each begins, lasts, and ends. `daemon` is the daemon that a fault of one daemon befalls."""

import time

from replicas import NAMES

DAEMONS = ["d1", "d2", "d3"]
SLOW = "d1"  # the daemon whose link can be slow


class Fault:
    ways = ("hosts",)  # to the database
    before, lasts, after = 8.0, 2.0, 25.0  # seconds of load
    goal = 12.0  # seconds until the pace is back
    from_the_end = False  # whether they are counted from the end of the fault
    daemon = "d2"
    hits_daemon = False  # whether the daemon may lose answers, so that its requests may be HELD
    hits_all = False  # the same for all daemons
    primary_first = False  # in the list of hosts
    vouched = False  # whether the daemons have failover_keeps_writes, as a site with synchronous replication may
    clocks = {}  # of the daemons' hosts
    beyond = ""  # the reason why the goals do not hold

    def begin(self, site):
        pass

    def end(self, site):
        pass

    def victims(self):
        """Returns the daemons that may lose the answers to their calls."""
        return set(DAEMONS if self.hits_all else [self.daemon] if self.hits_daemon else [])


class Nothing(Fault):
    """no fault: the noise of the figures"""


class Switchover(Fault):
    """Patroni makes the synchronous standby the primary, as for maintenance"""

    ways, goal = ("hosts", "haproxy", "pgbouncer"), 5.0

    def begin(self, site):
        site.replicas.switch_over()


class PostgresKilled(Fault):
    """kill -9 of the primary's PostgreSQL; Patroni starts it again or fails over"""

    def begin(self, site):
        site.replicas.kill_postgres(site.replicas.leader())


class PatroniKilled(Fault):
    """kill -9 of the primary's Patroni for 30 s, without a watchdog: its PostgreSQL stays"""

    ways, lasts = ("hosts", "haproxy"), 30.0
    beyond = "without a watchdog the former primary takes writes until its Patroni is back"

    def begin(self, site):
        self.host = site.replicas.leader()
        site.replicas.kill(site.replicas.patroni[self.host])

    def end(self, site):
        site.replicas.start_patroni(self.host)


class PrimaryHostOff(Fault):
    """the primary's host goes off without a word, and comes back after 25 s"""

    ways, lasts, after = ("hosts", "haproxy", "pgbouncer"), 25.0, 15.0

    def begin(self, site):
        self.host = site.replicas.leader()
        site.replicas.switch_off(self.host)

    def end(self, site):
        site.replicas.switch_on(self.host)


class FirstHostOff(PrimaryHostOff):
    """the same, and the connection string names this host first"""

    ways, primary_first = ("hosts",), True


class PrimaryCutOff(Fault):
    """the primary is cut off for 25 s from all but one daemon: from etcd, the standbys and the CRM too"""

    lasts = 25.0

    def begin(self, site):
        self.host = site.replicas.leader()
        site.network.cut(self.host, site.network.others(self.host, "d1"))

    def end(self, site):
        site.network.mend(self.host)


class PrimaryCutOffFromStandbys(PrimaryCutOff):
    """the primary is cut off for 25 s from etcd on the other hosts and from the standbys only"""

    def begin(self, site):
        self.host = site.replicas.leader()
        site.network.cut(self.host, [name for name in NAMES if name != self.host])


class EtcdOff(Fault):
    """kill -9 of etcd on all hosts for 20 s: Patroni lets no host be the primary"""

    lasts, from_the_end = 20.0, True

    def begin(self, site):
        for process in site.replicas.etcd.values():
            site.replicas.kill(process)

    def end(self, site):
        for name in NAMES:
            site.replicas.start_etcd(name)


class Outage(Fault):
    """the database is away for 15 s from all daemons and the CRM, which is longer than a lease"""

    lasts, after, goal, from_the_end = 15.0, 20.0, 5.0, True

    def begin(self, site):
        for name in NAMES:
            site.network.cut(name, [one for one in site.network.address if one not in NAMES])

    def end(self, site):
        for name in NAMES:
            site.network.mend(name)


class CasCutOff(Fault):
    """the CAS is cut off from all daemons for 20 s"""

    lasts, from_the_end, hits_all = 20.0, True, True

    def begin(self, site):
        site.network.cut("cas", DAEMONS)

    def end(self, site):
        site.network.mend("cas")


class DaemonCutOffFromCas(Fault):
    """one daemon is cut off from the CAS for 30 s, but not from the database"""

    lasts, after, hits_daemon = 30.0, 15.0, True
    others = ["cas"]

    def begin(self, site):
        site.network.cut(self.daemon, self.others)

    def end(self, site):
        site.network.mend(self.daemon)


class DaemonCutOffFromDatabase(DaemonCutOffFromCas):
    """one daemon is cut off from all hosts of the database for 30 s, but not from the CAS"""

    others = [*NAMES, "lb"]


class DaemonHostGone(DaemonCutOffFromCas):
    """nothing passes to or from the host of one daemon for 30 s; the daemon itself runs on"""

    def begin(self, site):
        site.network.cut(self.daemon, site.network.others(self.daemon))


class DaemonKilled(Fault):
    """kill -9 of one daemon, which is started again 2 s later"""

    hits_daemon = True

    def begin(self, site):
        site.member(self.daemon).kill()

    def end(self, site):
        site.member(self.daemon).start()


class SlowLinkToDatabase(Fault):
    """packets between one daemon and the database take 50 ms each way for 30 s, and 2 % are lost"""

    lasts, daemon, hits_daemon = 30.0, SLOW, True
    others = [*NAMES, "lb"]

    def begin(self, site):
        site.network.slow_down(50, 0.02, self.others)

    def end(self, site):
        site.network.speed_up()


class SlowLinkToCas(SlowLinkToDatabase):
    """the same between one daemon and the CAS"""

    others = ["cas"]


class ClocksApart(DaemonKilled):
    """the clock of one daemon is an hour ahead, that of another an hour behind, and the third is killed for 15 s"""

    lasts, daemon, clocks = 15.0, "d1", {"d2": "+3600", "d3": "-3600"}


class Both(Fault):
    """Two faults at a time. The second begins a second after the first has begun. They end together."""

    PAUSE = 1.0

    def __init__(self, first, second):
        self.parts = [first, second]
        if first.daemon == second.daemon and first.hits_daemon and second.hits_daemon:
            second.daemon = next(one for one in reversed(DAEMONS) if one != first.daemon)
        self.ways = first.ways
        self.lasts, self.after, self.goal = (max(getattr(one, name) for one in self.parts) for name in ("lasts", "after", "goal"))
        self.from_the_end = any(one.from_the_end for one in self.parts)
        self.vouched = True  # otherwise a daemon that is away during a failover stops claiming until it comes back
        self.primary_first = first.primary_first or second.primary_first
        self.clocks = {**first.clocks, **second.clocks}
        self.beyond = first.beyond or second.beyond

    def begin(self, site):
        self.parts[0].begin(site)
        time.sleep(self.PAUSE)
        self.parts[1].begin(site)

    def end(self, site):
        for one in self.parts:
            one.end(site)

    def victims(self):
        return set.union(*(one.victims() for one in self.parts))
