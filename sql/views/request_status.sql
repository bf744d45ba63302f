CREATE OR REPLACE VIEW contego.request_status AS
SELECT r.id, r.life_cycle_state, r.progress,
       CASE r.progress
           WHEN 'QUEUED' THEN 'waits to be claimed'
           WHEN 'SCHEDULED' THEN 'is not due yet'
           WHEN 'BLOCKED' THEN 'waits for request ' || r.blocked_by
           WHEN 'IN_FLIGHT' THEN 'is being sent by ' || coalesce(d.name, 'a daemon that is no more')
           WHEN 'RETRYING' THEN 'failed for a passing reason, is tried again'
           WHEN 'HELD' THEN 'waits for a person'
           WHEN 'DONE' THEN 'every command was answered with success'
           WHEN 'CLOSED' THEN 'was done by hand and ended by a person'
           WHEN 'CANCELLED' THEN 'was ended by a person'
           ELSE 'was refused'
       END AS meaning,
       r.error_code, r.error_description, r.action, r.subscription, r.process_name, r.process_id, r.provider, r.priority,
       r.created_date, r.created_by, r.scheduled_date, r.due_date, r.executed_date, r.finished_date, r.attempts,
       r.reference_number, r.result,
       (SELECT count(*) FROM contego.command AS c WHERE c.request_id = r.id) AS commands,
       (SELECT count(*) FROM contego.command AS c WHERE c.request_id = r.id AND c.outcome IN ('success', 'skipped')) AS commands_done,
       r.blocked_by, r.blocked_date, d.name AS daemon, r.claimed_date, r.lanes, contego.shown(r.parameters) AS parameters,
       r.idempotency_key, r.sequence_number
FROM contego.request AS r
LEFT JOIN contego.daemon AS d ON d.id = r.claimed_by;

GRANT SELECT ON contego.request_status TO contego_support;
COMMENT ON VIEW contego.request_status IS 'One row per request: how it stands and what that means, secrets masked. Ask with WHERE id = ...';
COMMENT ON COLUMN contego.request_status.id IS 'Set by the database.';
COMMENT ON COLUMN contego.request_status.life_cycle_state IS 'PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.request_status.progress IS 'QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD; DONE; REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.request_status.meaning IS 'The progress in words.';
COMMENT ON COLUMN contego.request_status.error_code IS 'Why it failed.';
COMMENT ON COLUMN contego.request_status.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.request_status.action IS 'A CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.request_status.subscription IS 'Whose, as the CRM calls it.';
COMMENT ON COLUMN contego.request_status.process_name IS 'Why; kept for support.';
COMMENT ON COLUMN contego.request_status.process_id IS 'Why; kept for support.';
COMMENT ON COLUMN contego.request_status.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.request_status.priority IS 'REGULAR or EXPRESS.';
COMMENT ON COLUMN contego.request_status.created_date IS 'Set by the database.';
COMMENT ON COLUMN contego.request_status.created_by IS 'The login that inserted it; set by the database.';
COMMENT ON COLUMN contego.request_status.scheduled_date IS 'Not before; default: now.';
COMMENT ON COLUMN contego.request_status.due_date IS 'Scheduled or retrying: not before.';
COMMENT ON COLUMN contego.request_status.executed_date IS 'When the first command of the latest run was sent.';
COMMENT ON COLUMN contego.request_status.finished_date IS 'When it became COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.request_status.attempts IS 'Runs that failed and were tried again, outages of the CAS not counted.';
COMMENT ON COLUMN contego.request_status.reference_number IS 'Given by the CAS.';
COMMENT ON COLUMN contego.request_status.result IS 'What the CAS returned (GET commands).';
COMMENT ON COLUMN contego.request_status.commands IS 'Commands of it that were tried or skipped so far.';
COMMENT ON COLUMN contego.request_status.commands_done IS 'Those of them that succeeded or were not needed.';
COMMENT ON COLUMN contego.request_status.blocked_by IS 'The request that it waits for on one of its lanes.';
COMMENT ON COLUMN contego.request_status.blocked_date IS 'Since when.';
COMMENT ON COLUMN contego.request_status.daemon IS 'Name of the daemon that has it.';
COMMENT ON COLUMN contego.request_status.claimed_date IS 'Since when a daemon has it.';
COMMENT ON COLUMN contego.request_status.lanes IS 'The smartcards and boxes it touches: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.request_status.parameters IS 'As the CRM gave them, a PIN masked.';
COMMENT ON COLUMN contego.request_status.idempotency_key IS 'The CRM''s key: unique per provider and login as long as the request is kept.';
COMMENT ON COLUMN contego.request_status.sequence_number IS 'Order of sending.';
