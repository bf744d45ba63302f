"""A standing backlog of independent requests, and the pace at which they end.

With a backlog, the pace is the system's own. Each request has a card of its own, so none waits for another. Each has one command, so
that one request is as much work as another.
"""

import bisect
import threading

import psycopg2

INSERT = """INSERT INTO contego.request (action, parameters)
    SELECT CASE WHEN n %% 100 < %s THEN 'SEND_BARK_MESSAGE_TO_CLIENT' ELSE 'ADD_SUBSCRIPTIONS' END,
           jsonb_build_object('smartcard_ca_id', '01' || lpad(n::text, 9, '0'))
           || CASE WHEN n %% 100 < %s THEN '{"message": "Hello"}' ELSE '{"service_ca_id": "1001"}' END::jsonb
    FROM generate_series(%s::bigint, %s::bigint) AS n"""
SUSTAINED = 3.0  # seconds that a pace must last to count: a batch that had piled up is recorded in one burst


class Backlog:
    """`messages` of a hundred requests are not safe to repeat."""

    def __init__(self, database, messages=0):
        self.database, self.messages = database, messages
        self.cards = 0
        self.turn = threading.Lock()

    def insert(self, count, database=None):
        with self.turn:
            first, self.cards = self.cards + 1, self.cards + count
        (database or self.database).query(INSERT, self.messages, self.messages, first, first + count - 1)

    def fill(self, size):
        """Inserts requests until this many wait. It also analyses the tables: how the planner treats a bulk before an ANALYZE is
        tested elsewhere."""
        missing = size - self.waiting()
        if missing > 0:
            self.insert(missing)
            self.database.query("ANALYZE contego.request_open, contego.lane")

    def waiting(self):
        return self.database.query("SELECT count(*) AS n FROM contego.request_open WHERE progress <> 'HELD'")[0]["n"]

    def ends(self, since):
        """Returns the requests that have ended since then."""
        rows = self.database.query("SELECT extract(epoch FROM finished_date)::float8 AS at FROM contego.request_finished "
                                   "WHERE finished_date >= to_timestamp(%s)", since)
        return Ends(row["at"] for row in rows)


class Trickle(threading.Thread):
    """A CRM that goes on inserting a few rows at a time. It does not repeat an INSERT that the database refused."""

    PAUSE = 0.1

    def __init__(self, backlog, database, rate):
        super().__init__(name="trickle", daemon=True)
        self.backlog, self.database, self.rate = backlog, database, rate
        self.stopping = threading.Event()

    def run(self):
        owed = 0.0
        while not self.stopping.wait(self.PAUSE):
            owed += self.rate * self.PAUSE
            try:
                self.backlog.insert(int(owed), self.database)
            except (psycopg2.Error, psycopg2.InterfaceError):
                self.database.close()
            owed -= int(owed)

    def stop(self):
        self.stopping.set()
        self.join()
        self.database.close()


class Ends:
    """The times at which requests ended, in seconds."""

    def __init__(self, times):
        self.times = sorted(times)

    def rate(self, begin, end):
        """Requests per second in [begin, end)."""
        return (bisect.bisect_left(self.times, end) - bisect.bisect_left(self.times, begin)) / (end - begin)

    def least(self, begin, end):
        """Returns the lowest rate of any second in [begin, end), or of the whole span if it is shorter."""
        tenths = range(max(0, int(10 * (end - 1 - begin))) + 1)
        return min(self.rate(begin + tenth / 10, min(end, begin + tenth / 10 + 1)) for tenth in tenths)

    def back(self, over, pace, until, share=0.9):
        """Returns the seconds after `over` after which `share` of the pace is reached and kept for a while; None: not before `until`."""
        for tenth in range(int(10 * (until - SUSTAINED - over)) + 1):
            at = over + tenth / 10
            if self.rate(at, at + 1) >= share * pace and self.rate(at, at + SUSTAINED) >= share * pace:
                return at - over
        return None
