-- What does not go on by itself, or not soon. What merely waits in the queue is contego.queue_health's.
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

GRANT SELECT ON contego.stuck TO contego_support;
GRANT SELECT (provider, progress) ON contego.stuck TO contego_daemon;
COMMENT ON VIEW contego.stuck IS 'Due requests that do not go on by themselves or not soon: held, retrying, or in flight for longer than a minute.';
COMMENT ON COLUMN contego.stuck.request_id IS 'The request (contego.request.id).';
COMMENT ON COLUMN contego.stuck.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.stuck.progress IS 'QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD; DONE; REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.stuck.why IS 'What it waits for.';
COMMENT ON COLUMN contego.stuck.error_code IS 'Why it failed.';
COMMENT ON COLUMN contego.stuck.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.stuck.action IS 'A CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.stuck.subscription IS 'Whose, as the CRM calls it.';
COMMENT ON COLUMN contego.stuck.lanes IS 'The smartcards and boxes it touches: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.stuck.attempts IS 'Runs that failed and were tried again, outages of the CAS not counted.';
COMMENT ON COLUMN contego.stuck.due_date IS 'Scheduled or retrying: not before.';
COMMENT ON COLUMN contego.stuck.since IS 'When it came to stand so.';
COMMENT ON COLUMN contego.stuck.waiting_behind IS 'Requests parked on its smartcards and boxes.';
