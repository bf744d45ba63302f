-- Due requests that need a person or are late. Requests that only wait in the queue are counted in contego.queue_health.
CREATE OR REPLACE VIEW contego.stuck AS
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
                    (SELECT max(a.acted_date) FROM contego.operator_action AS a WHERE a.request_id = o.id AND a.before <> a.after)),
           o.scheduled_date) AS since,
       (SELECT count(DISTINCT l.request_id)
        FROM contego.lane AS l
        JOIN contego.request_open AS w ON w.id = ANY (ARRAY[l.request_id])
        WHERE l.provider = o.provider AND l.lane = ANY (o.lanes) AND w.progress = 'BLOCKED' AND w.id <> o.id) AS waiting_behind,
       (SELECT f.owner FROM contego.fallout AS f WHERE f.request_id = o.id AND f.ended_date IS NULL) AS owner,
       (SELECT f.ticket FROM contego.fallout AS f WHERE f.request_id = o.id AND f.ended_date IS NULL) AS ticket
FROM contego.request_open AS o
WHERE o.progress = 'HELD'
   OR o.progress = 'RETRYING' AND o.scheduled_date <= now()
   OR o.progress = 'IN_FLIGHT' AND o.claimed_date < now() - interval '1 minute';

GRANT SELECT ON contego.stuck TO contego_support;
GRANT SELECT (provider, progress) ON contego.stuck TO contego_daemon;
COMMENT ON VIEW contego.stuck IS 'Each row is a due request that needs a person or is late: it is held, retrying, or in flight for longer than a minute.';
COMMENT ON COLUMN contego.stuck.request_id IS 'This is the number of the request (contego.request.id).';
COMMENT ON COLUMN contego.stuck.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.stuck.progress IS 'The progress is HELD, RETRYING or IN_FLIGHT.';
COMMENT ON COLUMN contego.stuck.why IS 'This text explains the progress.';
COMMENT ON COLUMN contego.stuck.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.stuck.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.stuck.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.stuck.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.stuck.lanes IS 'The request touches these smartcards and boxes: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.stuck.attempts IS 'This is the number of runs that failed and were tried again. Outages of the CAS do not count.';
COMMENT ON COLUMN contego.stuck.due_date IS 'A SCHEDULED or RETRYING request does not run before this time.';
COMMENT ON COLUMN contego.stuck.since IS 'The request has had this progress since this time.';
COMMENT ON COLUMN contego.stuck.waiting_behind IS 'This many requests are parked on the smartcards and boxes of this request.';
COMMENT ON COLUMN contego.stuck.owner IS 'This login or team works on it (contego.fallout).';
COMMENT ON COLUMN contego.stuck.ticket IS 'The ticket of another system has this number or address.';
