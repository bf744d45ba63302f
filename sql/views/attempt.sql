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
COMMENT ON VIEW contego.attempt IS 'Each row is one attempt at a command, whether the command was sent or could not be sent.';
COMMENT ON COLUMN contego.attempt.request_id IS 'The command belongs to the request with this number (contego.request.id).';
COMMENT ON COLUMN contego.attempt.sequence IS 'This is the position of the command in the request, from 1.';
COMMENT ON COLUMN contego.attempt.attempt IS 'This is the number of the attempt at the command, from 1; 0 means that the command was skipped.';
COMMENT ON COLUMN contego.attempt.type IS 'This is the code of the command.';
COMMENT ON COLUMN contego.attempt.request IS 'This is the envelope as it was sent, with secrets masked.';
COMMENT ON COLUMN contego.attempt.response IS 'This is the answer as it was received, with secrets masked.';
COMMENT ON COLUMN contego.attempt.reference_number IS 'The CAS gave the command this number.';
COMMENT ON COLUMN contego.attempt.status_code IS 'The CAS returned this status code.';
COMMENT ON COLUMN contego.attempt.exchange IS 'The attempt got this far: not_sent, sent_no_answer, answered or read_back. NULL means that the command was skipped.';
COMMENT ON COLUMN contego.attempt.outcome IS 'The outcome is success, rejected, retry, hold or skipped. A command is skipped if its condition did not hold and nothing was sent, or if a person skipped it.';
COMMENT ON COLUMN contego.attempt.error_code IS 'The code says why the command failed.';
COMMENT ON COLUMN contego.attempt.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.attempt.sent_date IS 'The attempt was sent, or would have been sent, at this time.';
COMMENT ON COLUMN contego.attempt.duration_ms IS 'The exchange took this many milliseconds, as the daemon measured it.';
COMMENT ON COLUMN contego.attempt.fence IS 'The command was tried under the claim with this number.';
COMMENT ON COLUMN contego.attempt.recorded_date IS 'The outcome was written at this time.';
