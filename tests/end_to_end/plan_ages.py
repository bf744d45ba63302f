"""Backlogs of every kind, statistics of every age, and a meter that counts the rows that a call handles."""

import contextlib
import json

import psycopg2

KINDS = ("queued", "one_lane", "due", "retrying", "far", "held", "blocked", "chain", "wide", "dead", "living")
LIVING = 1  # the first daemon that joins; the requests of the kind `dead` belong to a daemon that never joined
FENCE = 7

# The rows are inserted normally and get their state afterwards, so that no trigger has to be disabled. Disabling one would make
# PostgreSQL drop the plans that a session keeps.
LOAD = """
    CREATE TEMPORARY TABLE row ON COMMIT DROP AS
    SELECT k, kind, n, %(base)s + (k - 1) * %(each)s + n AS id, false AS fresh
    FROM unnest(%(kinds)s) WITH ORDINALITY AS kinds (kind, k) CROSS JOIN generate_series(1, %(each)s) AS n
    WHERE %(only)s IS NULL OR kind = %(only)s
    UNION ALL -- A few queued requests of each kind: 20 are EXPRESS, 20 share a lane with the kind's first rows, and 20 do neither.
    SELECT k, kind, n, %(base)s + array_length(%(kinds)s, 1) * %(each)s + k * 100 + n, true
    FROM unnest(%(kinds)s) WITH ORDINALITY AS kinds (kind, k) CROSS JOIN generate_series(1, 60) AS n;
    INSERT INTO contego.request_open (id, action, parameters, provider, priority)
    OVERRIDING SYSTEM VALUE
    SELECT id, 'ADD_SUBSCRIPTIONS', '{}', kind, CASE WHEN fresh AND n <= 20 THEN 'EXPRESS' ELSE 'REGULAR' END FROM row ORDER BY id;
    UPDATE contego.request_open AS o
    SET sequence_number = o.id, progress = s.progress, lanes = s.lanes, subscription = 'S-' || o.id,
        due_date = s.due_date, scheduled_date = CASE s.progress WHEN 'SCHEDULED' THEN s.due_date ELSE o.scheduled_date END,
        attempts = CASE s.progress WHEN 'RETRYING' THEN 1 ELSE 0 END, error_code = CASE s.progress WHEN 'HELD' THEN 'SYSTEM_ERROR' END,
        blocked_by = s.blocker, blocked_date = CASE s.progress WHEN 'BLOCKED' THEN now() END,
        claimed_by = CASE s.progress WHEN 'IN_FLIGHT' THEN CASE s.kind WHEN 'dead' THEN 999 ELSE %(living)s END END,
        claimed_date = CASE s.progress WHEN 'IN_FLIGHT' THEN now() END, fence = %(fence)s,
        executed_date = CASE WHEN s.progress IN ('RETRYING', 'HELD') THEN now() END
    FROM (
        SELECT p.*,
               CASE p.progress WHEN 'BLOCKED' THEN CASE p.kind WHEN 'wide' THEN p.id - (p.n - 1) %% 100 ELSE p.id - 1 END END AS blocker,
               now() + CASE WHEN p.progress <> 'SCHEDULED' THEN interval '0'
                            WHEN p.kind = 'far' THEN interval '1 day' + p.n * interval '1 second'
                            ELSE (p.n - %(each)s) * interval '2.5 milliseconds' - interval '1 second' END AS due_date,
               CASE WHEN p.fresh AND p.n BETWEEN 21 AND 40 THEN ARRAY['card:' || p.kind || p.n - 20]
                    WHEN p.fresh THEN ARRAY['card:' || p.id]
                    WHEN p.kind IN ('one_lane', 'chain') THEN ARRAY['card:' || p.kind]
                    WHEN p.kind = 'blocked' THEN ARRAY['card:blocked-' || (p.n - 1) / 10]
                    WHEN p.kind = 'wide' AND p.n %% 100 = 1 THEN ARRAY(SELECT 'card:wide-' || p.n + i FROM generate_series(1, 99) AS i)
                    WHEN p.kind = 'wide' THEN ARRAY['card:wide-' || p.n]
                    ELSE ARRAY['card:' || p.kind || p.n] END AS lanes
        FROM (
            SELECT r.*,
                   CASE WHEN r.fresh OR r.kind IN ('queued', 'one_lane') THEN 'QUEUED'
                        WHEN r.kind IN ('due', 'far') THEN 'SCHEDULED'
                        WHEN r.kind = 'retrying' THEN 'RETRYING'
                        WHEN r.kind = 'held' OR r.kind = 'chain' AND r.n = 1 THEN 'HELD'
                        WHEN r.kind IN ('dead', 'living') OR r.kind = 'blocked' AND r.n %% 10 = 1 OR r.kind = 'wide' AND r.n %% 100 = 1
                            THEN 'IN_FLIGHT'
                        ELSE 'BLOCKED' END AS progress
            FROM row AS r) AS p) AS s
    WHERE o.id = s.id;
    INSERT INTO contego.lane (provider, lane, sequence_number, request_id)
    SELECT provider, unnest(lanes), sequence_number, id FROM contego.request_open;
    INSERT INTO contego.command_open (request_id, sequence, type, parameters, exchange, outcome, attempts, fence)
    SELECT o.id, 1, o.action, '{}', 'answered', CASE o.progress WHEN 'HELD' THEN 'hold' ELSE 'success' END, 1, 1
    FROM contego.request_open AS o
    WHERE o.progress IN ('RETRYING', 'HELD') OR o.provider IN ('living', 'dead') AND o.id %% 2 = 0;

    -- Finished requests, one in ten REJECTED: half of them this month, and half in a month that is old enough to be dropped.
    CREATE TEMPORARY TABLE ended ON COMMIT DROP AS
    SELECT n AS id, now() - CASE WHEN n %% 2 = 0 THEN interval '0' ELSE interval '14 months' END AS finished_date
    FROM generate_series(1, 2 * %(each)s) AS n;
    INSERT INTO contego.request_finished (
        id, owned_by, action, parameters, life_cycle_state, progress, sequence_number, due_date, finished_date, error_code, lanes, subscription,
        idempotency_key)
    OVERRIDING SYSTEM VALUE
    SELECT id, 'postgres', 'ADD_SUBSCRIPTIONS', '{}', CASE id %% 10 WHEN 0 THEN 'REJECTED' ELSE 'COMPLETED' END,
           CASE id %% 10 WHEN 0 THEN 'REJECTED' ELSE 'DONE' END, id, finished_date, finished_date, CASE id %% 10 WHEN 0 THEN 'CLIENT_NOT_FOUND' END,
           ARRAY['card:ended' || id], 'S-' || id, 'order-' || id
    FROM ended;
    INSERT INTO contego.command_finished (request_id, sequence, type, parameters, outcome, attempts, fence, finished_date)
    SELECT id, 1, 'ADD_SUBSCRIPTIONS', '{}', 'success', 1, 1, finished_date FROM ended;
    INSERT INTO contego.former_attempt (request_id, sequence, attempt, type, outcome, fence, recorded_date)
    SELECT id, 1, 1, 'ADD_SUBSCRIPTIONS', 'retry', 1, now() FROM ended;
    INSERT INTO contego.idempotency (provider, idempotency_key, owned_by, request_id) SELECT 'default', 'order-' || id, 'postgres', id FROM ended;
    INSERT INTO contego.subject (kind, name, request_id)
    SELECT about.kind, about.name, r.id
    FROM contego.request AS r
    CROSS JOIN LATERAL (SELECT 'card' AS kind, substr(unnest(r.lanes), 6) AS name
                        UNION ALL SELECT 'subscription', r.subscription WHERE r.subscription IS NOT NULL) AS about;
    INSERT INTO contego.feed_inbox (request_id, life_cycle_state, finished_date, owned_by)
    SELECT id, 'COMPLETED', finished_date, 'crm' FROM ended;
    INSERT INTO contego.feed (position, request_id, life_cycle_state, finished_date, owned_by)
    SELECT id, id, 'COMPLETED', finished_date, 'postgres' FROM ended;
    SELECT setval('contego.request_id_seq', (SELECT max(id) FROM row)), setval('contego.fence', 1000), setval('contego.feed_position', (SELECT max(id) FROM ended));
"""
TABLES = ("request_open", "request_finished", "lane", "command_open", "command_finished", "former_attempt", "idempotency", "subject",
          "feed_inbox", "feed", "operator_action", "fallout", "outage", "outage_request",
          "busy")


class Backlog:
    """A number of requests of each kind. The number of a request tells its kind."""

    def __init__(self, each, base=1_000_000, only=None):
        self.each, self.base, self.only = each, base, only

    def load(self, cursor):
        cursor.execute(LOAD, {"each": self.each, "base": self.base, "only": self.only, "kinds": list(KINDS), "living": LIVING,
                              "fence": FENCE})

    def ids(self, kind, count):
        first = self.base + KINDS.index(kind) * self.each + 1
        return list(range(first, first + min(count, self.each)))


def delete_all(cursor):
    for table in TABLES:
        cursor.execute(f"DELETE FROM contego.{table}")


def vacuum(cursor, how):
    """Vacuums the tables in the order of TABLES; without a list, the server would use the order of its catalog."""
    cursor.execute(f"VACUUM ({how}) " + ", ".join(f"contego.{table}" for table in TABLES))


class Heard(list):
    """The plans that the server sent to a session. psycopg2 drops old notices from its own list, but none from this one."""

    def statements(self):
        for notice in self:
            if "plan:\n" in notice:
                yield json.loads(notice.split("plan:\n", 1)[1])

    def handled(self):
        """Counts the rows that each step of each plan returned or removed, and how often each step began."""
        return sum(self._handled(statement["Plan"]) for statement in self.statements())

    def _handled(self, node):
        thrown_away = sum(count for name, count in node.items() if name.startswith("Rows Removed by"))
        own = (node["Actual Rows"] + thrown_away + 1) * node["Actual Loops"]
        return own + sum(self._handled(inner) for inner in node.get("Plans", ()))

    def pages(self):
        """Counts the pages that were read, also for index entries that were skipped: plans do not count those as rows."""
        outermost = list(self.statements())[-1]["Plan"]
        return outermost["Shared Hit Blocks"] + outermost["Shared Read Blocks"]

    def dearest(self):
        """Returns the statement that handled the most rows, as text for the message of a failure."""
        costs = [(self._handled(one["Plan"]), one) for one in self.statements()]
        most, one = max(costs, key=lambda cost: cost[0])
        return f"{most} of them in:\n{one['Query Text']}\n{json.dumps(one['Plan'], indent=1)}"


class Session:
    """One session of a daemon or a person. It keeps the plans that it once made."""

    def __init__(self, connection):
        self.opened = psycopg2.connect(connection)
        self.opened.autocommit = True
        self.cursor = self.opened.cursor()

    def close(self):
        self.opened.close()

    def run(self, sql, arguments):
        """Runs the call once without watching it, and rolls back."""
        self.cursor.execute("BEGIN")
        self.cursor.execute(sql, arguments)
        self.cursor.execute("ROLLBACK")

    def watched(self, sql, arguments, seconds):
        """Returns the rows that the call returned and changed, and the plans that were sent. Rolls back."""
        for setting in ("LOAD 'auto_explain'", "SET auto_explain.log_nested_statements = on", "SET auto_explain.log_analyze = on",
                        "SET auto_explain.log_timing = off", "SET auto_explain.log_buffers = on", "SET auto_explain.log_format = json"):
            self.cursor.execute(setting)
        self.cursor.execute("BEGIN")
        before = self._changed()
        self.cursor.execute(f"SET LOCAL auto_explain.log_min_duration = 0; SET LOCAL client_min_messages = log;"
                            f"SET LOCAL statement_timeout = {int(1000 * seconds)}")
        heard = self.opened.notices = Heard()
        try:
            self.cursor.execute(sql, arguments)
            returned = self.cursor.rowcount
            self.opened.notices = []
            self.cursor.execute("SET LOCAL client_min_messages = notice")
            return returned + self._changed() - before, heard
        finally:
            self.opened.notices = []
            self.cursor.execute("ROLLBACK")

    def _changed(self):
        self.cursor.execute("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_xact_user_tables"
                            " WHERE schemaname = 'contego'")
        return self.cursor.fetchone()[0]


@contextlib.contextmanager
def connected(connection):
    session = Session(connection)
    try:
        yield session
    finally:
        session.close()
