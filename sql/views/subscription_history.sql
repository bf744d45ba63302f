-- Every request that names a subscription.
CREATE OR REPLACE VIEW contego.subscription_history AS
SELECT s.name AS subscription, r.id AS request_id, r.created_date, r.action, r.life_cycle_state, r.progress, r.error_code,
       r.error_description, r.executed_date, r.finished_date, r.reference_number, r.provider, r.created_by,
       r.owned_by, r.on_behalf_of
FROM contego.subject AS s
JOIN contego.request AS r ON r.id = s.request_id
WHERE s.kind = 'subscription';

GRANT SELECT ON contego.subscription_history TO contego_support;
COMMENT ON VIEW contego.subscription_history IS 'Each row is a request that names this subscription, open or finished.';
COMMENT ON COLUMN contego.subscription_history.subscription IS 'This is the subscription, as the CRM names it. Query the view with WHERE subscription = ''...''.';
COMMENT ON COLUMN contego.subscription_history.request_id IS 'The request with this number names the subscription; contego.timeline shows its steps.';
COMMENT ON COLUMN contego.subscription_history.created_date IS 'The CRM inserted the request at this time.';
COMMENT ON COLUMN contego.subscription_history.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.subscription_history.life_cycle_state IS 'The state is PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.subscription_history.progress IS 'This is the state in finer steps. PENDING: QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD. COMPLETED: DONE, CLOSED. REJECTED: REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.subscription_history.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.subscription_history.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.subscription_history.executed_date IS 'The first command of the latest run was sent at this time.';
COMMENT ON COLUMN contego.subscription_history.finished_date IS 'The request became COMPLETED or REJECTED at this time.';
COMMENT ON COLUMN contego.subscription_history.reference_number IS 'The CAS gave this number to the last command that it answered.';
COMMENT ON COLUMN contego.subscription_history.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.subscription_history.created_by IS 'This login inserted the request.';
COMMENT ON COLUMN contego.subscription_history.owned_by IS 'The request belongs to this source: a CRM with several logins, or a login.';
COMMENT ON COLUMN contego.subscription_history.on_behalf_of IS 'The CRM named this person or program for whom it asked.';
