CREATE OR REPLACE VIEW contego.outage_history AS
SELECT q.outage_id, o.provider, o.endpoint, o.from_date, o.to_date, r.id AS request_id, r.action, r.subscription, r.lanes, r.life_cycle_state,
       r.progress, r.error_code, r.finished_date
FROM contego.outage AS o
JOIN contego.outage_request AS q ON q.outage_id = o.id
JOIN contego.request AS r ON r.id = q.request_id;

GRANT SELECT ON contego.outage_history TO contego_support;
COMMENT ON VIEW contego.outage_history IS 'Each row is a request that an outage hit, and its state now. Query it with WHERE from_date > ... AND outage_id = ...';
COMMENT ON COLUMN contego.outage_history.outage_id IS 'This is the number of the outage (contego.outage.id).';
COMMENT ON COLUMN contego.outage_history.provider IS 'The endpoint is one of this provider.';
COMMENT ON COLUMN contego.outage_history.endpoint IS 'The endpoint has this URL.';
COMMENT ON COLUMN contego.outage_history.from_date IS 'The breaker of the endpoint opened at this time.';
COMMENT ON COLUMN contego.outage_history.to_date IS 'The endpoint answered again at this time. NULL: it has not, as far as the daemon wrote.';
COMMENT ON COLUMN contego.outage_history.request_id IS 'This is the number of the request (contego.request.id).';
COMMENT ON COLUMN contego.outage_history.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.outage_history.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.outage_history.lanes IS 'The request touches these smartcards and boxes: card:<CA ID>, box:<CA ID>.';
COMMENT ON COLUMN contego.outage_history.life_cycle_state IS 'The state is PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.outage_history.progress IS 'This is the state in finer steps.';
COMMENT ON COLUMN contego.outage_history.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.outage_history.finished_date IS 'The request became COMPLETED or REJECTED at this time.';
