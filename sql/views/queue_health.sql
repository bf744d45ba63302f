-- The view reads the open requests once. The rate is that of the last ten minutes. It does not subtract the requests inserted meanwhile.
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
COMMENT ON VIEW contego.queue_health IS 'Each row shows the queue of one CAS, and how long its due requests take at the present rate.';
COMMENT ON COLUMN contego.queue_health.provider IS 'The requests go to the CAS of this provider.';
COMMENT ON COLUMN contego.queue_health.due IS 'This many requests are due and need no person: queued, blocked, in flight or retrying.';
COMMENT ON COLUMN contego.queue_health.oldest_due_age IS 'The oldest of the due requests has been due for this long.';
COMMENT ON COLUMN contego.queue_health.express IS 'This many of the due requests are EXPRESS.';
COMMENT ON COLUMN contego.queue_health.regular IS 'This many of the due requests are REGULAR.';
COMMENT ON COLUMN contego.queue_health.queued IS 'This many requests wait to be claimed.';
COMMENT ON COLUMN contego.queue_health.blocked IS 'This many requests wait for another request on one of their lanes.';
COMMENT ON COLUMN contego.queue_health.in_flight IS 'Daemons are working on this many requests.';
COMMENT ON COLUMN contego.queue_health.retrying IS 'This many requests failed and are tried again.';
COMMENT ON COLUMN contego.queue_health.held IS 'This many requests wait for a person.';
COMMENT ON COLUMN contego.queue_health.scheduled IS 'This many requests are not due yet.';
COMMENT ON COLUMN contego.queue_health.finished_per_minute IS 'This many requests finished per minute, as an average of the last ten minutes.';
COMMENT ON COLUMN contego.queue_health.time_to_drain IS 'The due requests take this long at the rate of the last ten minutes. NULL means that no request finished in them.';
COMMENT ON COLUMN contego.queue_health.daemons IS 'This many daemons are alive, for all providers together.';
