-- What support and operators ask of the whole line: what is under way, what stands still and why, how fast it goes. The views run
-- with the owner's rights; contego_support reads them.

-- What is finished, by time. Rows come in the order of this index, at its end, where an insert costs least.
CREATE INDEX request_finished_date ON contego.request_finished (finished_date);
CREATE INDEX request_finished_rejected ON contego.request_finished (finished_date) WHERE life_cycle_state = 'REJECTED';
-- What a person has to look at is found in a backlog of a million in a millisecond, where reading it all took 360. Only what becomes
-- HELD is entered: claiming and recording were measured to cost the same with and without.
CREATE INDEX request_open_held ON contego.request_open (id) WHERE progress = 'HELD';

CREATE VIEW contego.in_flight AS
SELECT o.id AS request_id, o.provider, o.action, o.priority, o.subscription, o.lanes, o.claimed_date,
       now() - o.claimed_date AS claimed_for, d.name AS daemon, d.host, d.lease_until > now() AS daemon_lives,
       (SELECT count(*) FROM contego.command_open AS c WHERE c.request_id = o.id AND c.outcome IN ('success', 'skipped')) AS commands_done,
       o.attempts, o.fence
FROM contego.request_open AS o
LEFT JOIN contego.daemon AS d ON d.id = o.claimed_by
WHERE o.progress = 'IN_FLIGHT';

-- A parked request waits for its nearest predecessor, which may wait itself; shown is the first in the lane's order, or
-- the one in flight: nothing moves on the lane before it.
CREATE VIEW contego.blocked_lane AS
SELECT b.provider, b.lane, first.id AS blocker, first.progress AS blocker_progress,
       CASE first.progress
           WHEN 'IN_FLIGHT' THEN 'a daemon is sending it'
           WHEN 'HELD' THEN 'it waits for a person'
           WHEN 'RETRYING' THEN 'it failed and is tried again'
           WHEN 'BLOCKED' THEN 'it waits itself for request ' || first.blocked_by || ' on another lane'
           WHEN 'SCHEDULED' THEN 'it has become due'
           ELSE 'it has not been claimed yet'
       END AS why,
       first.error_code, first.error_description, first.action AS blocker_action, first.due_date AS blocker_due_date,
       b.blocked_since, now() - b.blocked_since AS blocked_for, b.waiting
FROM (
    SELECT w.provider, lane, min(w.blocked_date) AS blocked_since, count(*) AS waiting
    FROM contego.request_open AS w
    CROSS JOIN LATERAL unnest(w.lanes) AS lane
    JOIN contego.request_open AS p ON p.id = ANY (ARRAY[w.blocked_by]) AND lane = ANY (p.lanes)
    WHERE w.progress = 'BLOCKED'
    GROUP BY w.provider, lane
) AS b
CROSS JOIN LATERAL (
    SELECT o.id, o.progress, o.blocked_by, o.error_code, o.error_description, o.action, o.due_date
    FROM contego.lane AS l
    JOIN contego.request_open AS o ON o.id = ANY (ARRAY[l.request_id])
    WHERE l.provider = b.provider AND l.lane = b.lane
      AND (o.progress NOT IN ('SCHEDULED', 'HELD') OR o.scheduled_date <= now())
    ORDER BY o.progress = 'IN_FLIGHT' DESC, l.sequence_number
    LIMIT 1
) AS first;

-- What does not go on by itself, or not soon. What merely waits in the queue is contego.queue_health's.
CREATE VIEW contego.stuck AS
SELECT o.id AS request_id, o.provider, o.progress,
       CASE o.progress
           WHEN 'HELD' THEN 'waits for a person'
           WHEN 'RETRYING' THEN 'failed for a passing reason, is tried again'
           ELSE 'is in flight for longer than a minute'
       END AS why,
       o.error_code, o.error_description, o.action, o.subscription, o.lanes, o.attempts, o.due_date,
       coalesce(
           o.claimed_date,
           greatest((SELECT max(c.recorded_date) FROM contego.command_open AS c WHERE c.request_id = o.id),
                    (SELECT max(a.acted_date) FROM contego.operator_action AS a WHERE a.request_id = o.id)),
           o.scheduled_date) AS since,
       (SELECT count(DISTINCT l.request_id)
        FROM contego.lane AS l
        JOIN contego.request_open AS w ON w.id = ANY (ARRAY[l.request_id])
        WHERE l.provider = o.provider AND l.lane = ANY (o.lanes) AND w.progress = 'BLOCKED' AND w.id <> o.id) AS waiting_behind
FROM contego.request_open AS o
WHERE o.progress = 'HELD'
   OR o.progress = 'RETRYING' AND o.scheduled_date <= now()
   OR o.progress = 'IN_FLIGHT' AND o.claimed_date < now() - interval '1 minute';

-- The last 31 days by hour, each hour a short walk along an index; and what is open now with an error.
CREATE VIEW contego.error_summary AS
SELECT h.hour, e.provider, e.error_code, e.progress, e.requests, e.first_request, e.latest_request, e.example
FROM generate_series(date_trunc('hour', now()) - interval '31 days', now(), interval '1 hour') AS h (hour)
CROSS JOIN LATERAL (
    SELECT f.provider, f.error_code, f.progress, count(*) AS requests, min(f.id) AS first_request, max(f.id) AS latest_request,
           min(f.error_description) AS example
    FROM contego.request_finished AS f
    WHERE f.life_cycle_state = 'REJECTED' AND f.finished_date >= h.hour AND f.finished_date < h.hour + interval '1 hour'
    GROUP BY f.provider, f.error_code, f.progress
) AS e
UNION ALL
SELECT date_trunc('hour', coalesce(o.executed_date, o.scheduled_date)), o.provider, o.error_code, o.progress, count(*), min(o.id),
       max(o.id), min(o.error_description)
FROM (
    SELECT * FROM contego.request_open WHERE progress = 'HELD'
    UNION ALL
    SELECT * FROM contego.request_open WHERE progress = 'RETRYING'
) AS o
WHERE o.error_code IS NOT NULL
GROUP BY 1, o.provider, o.error_code, o.progress;

-- The last 24 hours by minute; a minute without any has a row of zeros.
CREATE VIEW contego.throughput AS
SELECT m.minute, f.provider, coalesce(f.finished, 0) AS finished, coalesce(f.completed, 0) AS completed,
       coalesce(f.rejected, 0) AS rejected, f.average_age
FROM generate_series(date_trunc('minute', now()) - interval '24 hours', now(), interval '1 minute') AS m (minute)
LEFT JOIN LATERAL (
    SELECT r.provider, count(*) AS finished, count(*) FILTER (WHERE r.life_cycle_state = 'COMPLETED') AS completed,
           count(*) FILTER (WHERE r.life_cycle_state = 'REJECTED') AS rejected,
           avg(r.finished_date - r.scheduled_date) FILTER (WHERE r.life_cycle_state = 'COMPLETED') AS average_age
    FROM contego.request_finished AS r
    WHERE r.finished_date >= m.minute AND r.finished_date < m.minute + interval '1 minute'
    GROUP BY r.provider
) AS f ON true;

-- One walk through the open requests. The rate is that of the last ten minutes, what was inserted meanwhile not taken off.
CREATE VIEW contego.queue_health AS
SELECT o.provider, o.due, o.oldest_due_age, o.express, o.regular, o.queued, o.blocked, o.in_flight, o.retrying, o.held, o.scheduled,
       round(f.finished / 10.0, 1) AS finished_per_minute,
       CASE WHEN f.finished > 0 THEN o.due * interval '10 minutes' / f.finished END AS time_to_drain,
       (SELECT count(*) FROM contego.daemon AS d WHERE d.lease_until > now()) AS daemons
FROM (
    SELECT q.provider,
           count(*) FILTER (WHERE q.goes_on) AS due,
           now() - min(q.scheduled_date) FILTER (WHERE q.goes_on) AS oldest_due_age,
           count(*) FILTER (WHERE q.goes_on AND q.priority = 'EXPRESS') AS express,
           count(*) FILTER (WHERE q.goes_on AND q.priority <> 'EXPRESS') AS regular,
           count(*) FILTER (WHERE q.progress = 'QUEUED') AS queued,
           count(*) FILTER (WHERE q.progress = 'BLOCKED') AS blocked,
           count(*) FILTER (WHERE q.progress = 'IN_FLIGHT') AS in_flight,
           count(*) FILTER (WHERE q.progress = 'RETRYING') AS retrying,
           count(*) FILTER (WHERE q.progress = 'HELD') AS held,
           count(*) FILTER (WHERE q.progress = 'SCHEDULED') AS scheduled
    FROM (
        SELECT s.provider, s.progress, s.priority, s.scheduled_date,
               s.progress IN ('QUEUED', 'BLOCKED', 'IN_FLIGHT', 'RETRYING') AND s.scheduled_date <= now() AS goes_on
        FROM contego.request_open AS s
    ) AS q
    GROUP BY q.provider
) AS o
CROSS JOIN LATERAL (
    SELECT count(*) AS finished
    FROM contego.request_finished AS r
    WHERE r.finished_date >= now() - interval '10 minutes' AND r.provider = o.provider
) AS f;

GRANT SELECT ON contego.in_flight, contego.blocked_lane, contego.stuck, contego.error_summary, contego.throughput,
    contego.queue_health TO contego_support;

-- What contegod doctor reads under the daemon's login: figures and numbers of requests, nothing of what is in one.
GRANT SELECT ON contego.queue_health TO contego_daemon;
GRANT SELECT (provider, progress) ON contego.stuck TO contego_daemon;
GRANT SELECT (daemon_lives) ON contego.in_flight TO contego_daemon;
GRANT SELECT (blocked_for) ON contego.blocked_lane TO contego_daemon;
GRANT SELECT (id, name, host, lease_until) ON contego.daemon TO contego_daemon;
