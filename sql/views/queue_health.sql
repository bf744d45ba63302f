-- One walk through the open requests. The rate is that of the last ten minutes, what was inserted meanwhile not taken off.
CREATE OR REPLACE VIEW contego.queue_health AS
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

GRANT SELECT ON contego.queue_health TO contego_support;
GRANT SELECT ON contego.queue_health TO contego_daemon;
COMMENT ON VIEW contego.queue_health IS 'How the queue of each CAS stands, and how long what is due will take at the present rate.';
COMMENT ON COLUMN contego.queue_health.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.queue_health.due IS 'Requests that are due and go on by themselves: queued, blocked, in flight, retrying.';
COMMENT ON COLUMN contego.queue_health.oldest_due_age IS 'How long the oldest of them has been due.';
COMMENT ON COLUMN contego.queue_health.express IS 'Those of them that are EXPRESS.';
COMMENT ON COLUMN contego.queue_health.regular IS 'Those of them that are not.';
COMMENT ON COLUMN contego.queue_health.queued IS 'Requests that wait to be claimed.';
COMMENT ON COLUMN contego.queue_health.blocked IS 'Requests that wait for another one.';
COMMENT ON COLUMN contego.queue_health.in_flight IS 'Requests that daemons are working on.';
COMMENT ON COLUMN contego.queue_health.retrying IS 'Requests that failed and are tried again.';
COMMENT ON COLUMN contego.queue_health.held IS 'Requests that wait for a person.';
COMMENT ON COLUMN contego.queue_health.scheduled IS 'Requests that are not due yet.';
COMMENT ON COLUMN contego.queue_health.finished_per_minute IS 'Average of the last ten minutes.';
COMMENT ON COLUMN contego.queue_health.time_to_drain IS 'What is due at that rate; NULL while nothing is finished.';
COMMENT ON COLUMN contego.queue_health.daemons IS 'Daemons that live, for whatever CAS.';
