CREATE OR REPLACE VIEW contego.command_log AS
SELECT a.request_id, a.sequence, a.attempt, a.latest, a.type, a.outcome, a.exchange, a.status_code, a.reference_number,
       a.error_code, a.error_description, a.sent_date, a.sent_date + a.duration_ms * interval '1 millisecond' AS ended_date,
       a.duration_ms, a.request, a.response, a.fence, a.recorded_date, r.action, r.subscription, r.provider
FROM (
    SELECT c.request_id, c.sequence, c.attempts AS attempt, true AS latest, c.type, c.outcome, c.exchange, c.status_code,
           c.reference_number, c.error_code, c.error_description, c.sent_date, c.duration_ms, c.request, c.response, c.fence,
           c.recorded_date
    FROM contego.command AS c
    UNION ALL
    SELECT f.request_id, f.sequence, f.attempt, false, f.type, f.outcome, f.exchange, f.status_code,
           f.reference_number, f.error_code, f.error_description, f.sent_date, f.duration_ms, f.request, f.response, f.fence,
           f.recorded_date
    FROM contego.former_attempt AS f
) AS a
JOIN contego.request AS r ON r.id = a.request_id;

GRANT SELECT ON contego.command_log TO contego_support;
COMMENT ON VIEW contego.command_log IS 'Each row is one attempt at a command, with the envelope and the answer. Query it with WHERE request_id = ...';
COMMENT ON COLUMN contego.command_log.request_id IS 'The command belongs to the request with this number (contego.request.id).';
COMMENT ON COLUMN contego.command_log.sequence IS 'This is the position of the command in the request, from 1.';
COMMENT ON COLUMN contego.command_log.attempt IS 'This is the number of the attempt at the command, from 1; 0 means that the command was skipped.';
COMMENT ON COLUMN contego.command_log.latest IS 'True means that this is the latest attempt at the command.';
COMMENT ON COLUMN contego.command_log.type IS 'This is the code of the command.';
COMMENT ON COLUMN contego.command_log.outcome IS 'The outcome is success, rejected, retry, hold or skipped. A command is skipped if its condition did not hold and nothing was sent, or if a person skipped it.';
COMMENT ON COLUMN contego.command_log.exchange IS 'The attempt got this far: not_sent, sent_no_answer, answered or read_back. NULL means that the command was skipped.';
COMMENT ON COLUMN contego.command_log.status_code IS 'The CAS returned this status code.';
COMMENT ON COLUMN contego.command_log.reference_number IS 'The CAS gave the command this number.';
COMMENT ON COLUMN contego.command_log.error_code IS 'The code says why the command failed.';
COMMENT ON COLUMN contego.command_log.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.command_log.sent_date IS 'The attempt was sent, or would have been sent, at this time.';
COMMENT ON COLUMN contego.command_log.ended_date IS 'The answer came, or the daemon stopped waiting for it, at this time.';
COMMENT ON COLUMN contego.command_log.duration_ms IS 'The exchange took this many milliseconds, as the daemon measured it.';
COMMENT ON COLUMN contego.command_log.request IS 'This is the envelope as it was sent, with secrets masked.';
COMMENT ON COLUMN contego.command_log.response IS 'This is the answer as it was received, with secrets masked.';
COMMENT ON COLUMN contego.command_log.fence IS 'The command was tried under the claim with this number.';
COMMENT ON COLUMN contego.command_log.recorded_date IS 'The outcome was written at this time.';
COMMENT ON COLUMN contego.command_log.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.command_log.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.command_log.provider IS 'The request goes to the CAS of this provider.';
