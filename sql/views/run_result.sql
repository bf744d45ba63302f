-- The barrier evaluates the login before any function of the query, so that no function sees the runs of another login.
CREATE OR REPLACE VIEW contego.run_result
WITH (security_barrier = true) AS
SELECT c.run, c.position, c.card,
       CASE
           WHEN f.state = 'again' OR c.request_id IS NULL
               THEN CASE WHEN r.state IN ('CANCELLED', 'EXPIRED') THEN 'NOT_SENT' ELSE 'WAITING' END
           ELSE coalesce(q.progress, 'DROPPED')
       END AS progress,
       c.request_id, q.error_code, q.error_description, q.reference_number, q.executed_date, q.finished_date, q.result, c.parameters
FROM contego.run AS r
JOIN contego.run_card AS c ON c.run = r.id
LEFT JOIN contego.run_fed AS f ON f.run = c.run AND f.position = c.position
LEFT JOIN contego.request AS q ON q.id = c.request_id
WHERE pg_has_role('contego_support', 'MEMBER') OR r.owned_by = (SELECT contego.own_source());

GRANT SELECT ON contego.run_result TO contego_support, contego_crm;
COMMENT ON VIEW contego.run_result IS 'Each row is a card of a run with the outcome of its latest request. A CRM sees its own runs, support sees all.';
COMMENT ON COLUMN contego.run_result.run IS 'This is the number of the run. Query the view with WHERE run = ...';
COMMENT ON COLUMN contego.run_result.position IS 'The card has this position in the run.';
COMMENT ON COLUMN contego.run_result.card IS 'This is the CA ID of the smartcard, or of the box if the command is about a box.';
COMMENT ON COLUMN contego.run_result.progress IS 'WAITING: the card has no request yet, or waits for another one. NOT_SENT: the run ended before. DROPPED: the month of the request was dropped. Otherwise the progress of the request.';
COMMENT ON COLUMN contego.run_result.request_id IS 'The request with this number is the latest one for the card.';
COMMENT ON COLUMN contego.run_result.error_code IS 'The code says why the request was rejected, is held or is retried.';
COMMENT ON COLUMN contego.run_result.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.run_result.reference_number IS 'The CAS gave this number to the last command that it answered.';
COMMENT ON COLUMN contego.run_result.executed_date IS 'The first command of the latest run of the request was sent at this time.';
COMMENT ON COLUMN contego.run_result.finished_date IS 'The request became COMPLETED or REJECTED at this time.';
COMMENT ON COLUMN contego.run_result.result IS 'The CAS returned this data to a GET command.';
COMMENT ON COLUMN contego.run_result.parameters IS 'The request of this card has these parameters, beside those of the run.';
