CREATE OR REPLACE VIEW contego.attempt
WITH (security_invoker = true) AS
SELECT request_id, sequence, attempts AS attempt, type, request, response, reference_number, status_code, exchange, outcome,
       error_code, error_description, sent_date, duration_ms, fence, recorded_date
FROM contego.command
WHERE exchange IS NOT NULL
UNION ALL
SELECT request_id, sequence, attempt, type, request, response, reference_number, status_code, exchange, outcome,
       error_code, error_description, sent_date, duration_ms, fence, recorded_date
FROM contego.former_attempt;

GRANT SELECT ON contego.attempt TO contego_crm;
GRANT SELECT ON contego.attempt TO contego_support;
COMMENT ON VIEW contego.attempt IS 'Every attempt at every command: one row each, whether it was sent or could not be.';
COMMENT ON COLUMN contego.attempt.request_id IS 'The request (contego.request.id).';
COMMENT ON COLUMN contego.attempt.sequence IS 'Position of the command in the request, from 1.';
COMMENT ON COLUMN contego.attempt.attempt IS 'Which attempt at the command, from 1; 0 where it was skipped.';
COMMENT ON COLUMN contego.attempt.type IS 'Code of the command.';
COMMENT ON COLUMN contego.attempt.request IS 'The envelope as sent, secrets masked.';
COMMENT ON COLUMN contego.attempt.response IS 'The answer as received, secrets masked.';
COMMENT ON COLUMN contego.attempt.reference_number IS 'Given by the CAS.';
COMMENT ON COLUMN contego.attempt.status_code IS 'The CAS''s own status.';
COMMENT ON COLUMN contego.attempt.exchange IS 'How far it got: not_sent, sent_no_answer, answered, read_back; NULL where it was skipped.';
COMMENT ON COLUMN contego.attempt.outcome IS 'success, rejected, retry, hold; skipped: its condition did not hold, nothing was sent; or a person skipped it.';
COMMENT ON COLUMN contego.attempt.error_code IS 'Why it failed.';
COMMENT ON COLUMN contego.attempt.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.attempt.sent_date IS 'When it was sent, or would have been.';
COMMENT ON COLUMN contego.attempt.duration_ms IS 'Of the exchange, as the daemon measured it.';
COMMENT ON COLUMN contego.attempt.fence IS 'Number of the claim under which it was tried.';
COMMENT ON COLUMN contego.attempt.recorded_date IS 'When the outcome was written.';
