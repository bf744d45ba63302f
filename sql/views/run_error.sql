-- The barrier evaluates the login before any function of the query, so that no function sees the runs of another login.
CREATE OR REPLACE VIEW contego.run_error
WITH (security_barrier = true) AS
SELECT r.id AS run, q.progress, q.error_code, count(*) AS cards, min(q.error_description) AS example
FROM contego.run AS r
JOIN contego.run_fed AS f ON f.run = r.id AND f.state <> 'again'
JOIN contego.request AS q ON q.id = f.request_id
WHERE q.error_code IS NOT NULL AND (pg_has_role('contego_support', 'MEMBER') OR r.owned_by = (SELECT contego.own_source()))
GROUP BY r.id, q.progress, q.error_code;

GRANT SELECT ON contego.run_error TO contego_support, contego_crm;
COMMENT ON VIEW contego.run_error IS 'Each row counts the cards of a run with one error. A CRM sees its own runs, support sees all.';
COMMENT ON COLUMN contego.run_error.run IS 'This is the number of the run.';
COMMENT ON COLUMN contego.run_error.progress IS 'The requests have this progress.';
COMMENT ON COLUMN contego.run_error.error_code IS 'The code says why the requests were rejected, are held or are retried.';
COMMENT ON COLUMN contego.run_error.cards IS 'This many cards have the error.';
COMMENT ON COLUMN contego.run_error.example IS 'This is the error description of one of these requests.';
