-- The requests of this login's source by card, box, subscription, process or key, open or finished. The indexes of contego.subject and of
-- contego.idempotency find them; contego.request has no index for these columns. The barrier evaluates the source before any function of
-- the query, so that no function sees the rows of another source.
CREATE OR REPLACE VIEW contego.own_history
WITH (security_barrier = true) AS
SELECT s.kind, s.name, r.id AS request_id, r.created_date, r.action, r.life_cycle_state, r.progress, r.error_code, r.error_description,
       r.executed_date, r.finished_date, r.reference_number, r.subscription, r.process_name, r.process_id, r.provider, r.idempotency_key,
       r.created_by, r.on_behalf_of
FROM (SELECT b.kind, b.name, b.request_id FROM contego.subject AS b
      UNION ALL
      SELECT 'key', k.idempotency_key, k.request_id FROM contego.idempotency AS k) AS s
JOIN contego.request AS r ON r.id = s.request_id
WHERE r.owned_by = (SELECT contego.own_source());

GRANT SELECT ON contego.own_history TO contego_crm;
COMMENT ON VIEW contego.own_history IS 'Each row is a request of this login''s source that names a card, box, subscription or process, or has a key. Query it with WHERE kind = ... AND name = ...';
COMMENT ON COLUMN contego.own_history.kind IS 'The kind is card, box, subscription, process or key.';
COMMENT ON COLUMN contego.own_history.name IS 'This is the CA ID, the name of the subscription, the ID of the process, or the key. Of a longer text, the first 500 characters count.';
COMMENT ON COLUMN contego.own_history.request_id IS 'This is the number of the request (contego.request.id).';
COMMENT ON COLUMN contego.own_history.created_date IS 'The CRM inserted the request at this time.';
COMMENT ON COLUMN contego.own_history.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.own_history.life_cycle_state IS 'The state is PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.own_history.progress IS 'This is the state in finer steps. PENDING: QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD. COMPLETED: DONE, CLOSED. REJECTED: REJECTED, CANCELLED.';
COMMENT ON COLUMN contego.own_history.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.own_history.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.own_history.executed_date IS 'The first command of the latest run was sent at this time.';
COMMENT ON COLUMN contego.own_history.finished_date IS 'The request became COMPLETED or REJECTED at this time.';
COMMENT ON COLUMN contego.own_history.reference_number IS 'The CAS gave this number to the last command that it answered.';
COMMENT ON COLUMN contego.own_history.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.own_history.process_name IS 'This is the name of the CRM''s process that caused the request.';
COMMENT ON COLUMN contego.own_history.process_id IS 'This is the ID of the CRM''s process that caused the request.';
COMMENT ON COLUMN contego.own_history.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.own_history.idempotency_key IS 'The CRM gave this key. It is unique per provider and source as long as its request is kept.';
COMMENT ON COLUMN contego.own_history.created_by IS 'This login of the source inserted the request.';
COMMENT ON COLUMN contego.own_history.on_behalf_of IS 'The CRM named this person or program for whom it asked.';
