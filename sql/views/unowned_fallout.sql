-- Held requests, and requests that were rejected in the last seven days. A rejected request whose work has ended is left out.
CREATE OR REPLACE VIEW contego.unowned_fallout AS
SELECT o.id AS request_id, o.provider, o.progress, o.error_code, o.error_description, o.action, o.subscription, o.scheduled_date AS since
FROM contego.request_open AS o
WHERE o.progress = 'HELD'
  AND NOT EXISTS (SELECT FROM contego.fallout AS f WHERE f.request_id = o.id AND f.ended_date IS NULL AND f.owner IS NOT NULL)
UNION ALL
SELECT r.id, r.provider, r.progress, r.error_code, r.error_description, r.action, r.subscription, r.finished_date
FROM contego.request_finished AS r
WHERE r.life_cycle_state = 'REJECTED' AND r.progress = 'REJECTED' AND r.finished_date > now() - interval '7 days'
  AND NOT EXISTS (SELECT FROM contego.fallout AS f
                  WHERE f.request_id = r.id
                    AND CASE WHEN f.ended_date IS NULL THEN f.owner IS NOT NULL ELSE f.ended_date > r.finished_date END);

GRANT SELECT ON contego.unowned_fallout TO contego_support;
COMMENT ON VIEW contego.unowned_fallout IS 'Each row is a request without an owner that is held, or that was rejected in the last seven days.';
COMMENT ON COLUMN contego.unowned_fallout.request_id IS 'This is the number of the request (contego.request.id).';
COMMENT ON COLUMN contego.unowned_fallout.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.unowned_fallout.progress IS 'The progress is HELD or REJECTED.';
COMMENT ON COLUMN contego.unowned_fallout.error_code IS 'The code says why the request was rejected or is held.';
COMMENT ON COLUMN contego.unowned_fallout.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.unowned_fallout.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.unowned_fallout.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.unowned_fallout.since IS 'The request was due, or was rejected, at this time.';
