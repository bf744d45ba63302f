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
       r.idempotency_key, r.sequence_number, r.owned_by, r.on_behalf_of
FROM contego.request AS r
LEFT JOIN contego.daemon AS d ON d.id = r.claimed_by;

GRANT SELECT ON contego.request_status TO contego_support;
COMMENT ON VIEW contego.request_status IS 'Each row is a request, with its state in words and its secrets masked. Query it with WHERE id = ...';
COMMENT ON COLUMN contego.request_status.id IS 'This is the number of the request; the database sets it.';
COMMENT ON COLUMN contego.request_status.life_cycle_state IS 'The state is PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.request_status.progress IS 'This is the state in finer steps. PENDING: QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD. COMPLETED: DONE, CLOSED. REJECTED: REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.request_status.meaning IS 'This text explains the progress.';
COMMENT ON COLUMN contego.request_status.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.request_status.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.request_status.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.request_status.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.request_status.process_name IS 'This is the name of the CRM''s process that caused the request.';
COMMENT ON COLUMN contego.request_status.process_id IS 'This is the ID of the CRM''s process that caused the request.';
COMMENT ON COLUMN contego.request_status.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.request_status.priority IS 'The priority is REGULAR or EXPRESS.';
COMMENT ON COLUMN contego.request_status.created_date IS 'The CRM inserted the request at this time.';
COMMENT ON COLUMN contego.request_status.created_by IS 'This login inserted the request.';
COMMENT ON COLUMN contego.request_status.scheduled_date IS 'The request does not run before this time. The default is the time of the INSERT.';
COMMENT ON COLUMN contego.request_status.due_date IS 'A SCHEDULED or RETRYING request does not run before this time.';
COMMENT ON COLUMN contego.request_status.executed_date IS 'The first command of the latest run was sent at this time.';
COMMENT ON COLUMN contego.request_status.finished_date IS 'The request became COMPLETED or REJECTED at this time.';
COMMENT ON COLUMN contego.request_status.attempts IS 'This is the number of runs that failed and were tried again. Outages of the CAS do not count.';
COMMENT ON COLUMN contego.request_status.reference_number IS 'The CAS gave this number to the last command that it answered.';
COMMENT ON COLUMN contego.request_status.result IS 'The CAS returned this data to a GET command. If a person closed the request, it has the login and the reason instead.';
COMMENT ON COLUMN contego.request_status.commands IS 'This many commands of the request were tried or skipped so far.';
COMMENT ON COLUMN contego.request_status.commands_done IS 'This many commands of the request succeeded or were skipped.';
COMMENT ON COLUMN contego.request_status.blocked_by IS 'The request waits for this other request on one of its lanes.';
COMMENT ON COLUMN contego.request_status.blocked_date IS 'A claim parked the request at this time. The date is cleared when a daemon claims the request.';
COMMENT ON COLUMN contego.request_status.daemon IS 'The daemon with this name runs the request.';
COMMENT ON COLUMN contego.request_status.claimed_date IS 'A daemon has run the request since this time.';
COMMENT ON COLUMN contego.request_status.lanes IS 'The request touches these smartcards and boxes: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.request_status.parameters IS 'These are the parameters as the CRM gave them, with PINs masked.';
COMMENT ON COLUMN contego.request_status.idempotency_key IS 'The CRM gave this key. It is unique per provider and source as long as its request is kept.';
COMMENT ON COLUMN contego.request_status.owned_by IS 'The request belongs to this source: a CRM with several logins, or a login.';
COMMENT ON COLUMN contego.request_status.on_behalf_of IS 'The CRM named this person or program for whom it asked.';
COMMENT ON COLUMN contego.request_status.sequence_number IS 'Requests on one lane are sent in the order of these numbers.';
