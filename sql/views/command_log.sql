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
COMMENT ON VIEW contego.command_log IS 'Every attempt at every command: what was sent and what was answered. Ask with WHERE request_id = ...';
COMMENT ON COLUMN contego.command_log.request_id IS 'The request (contego.request.id).';
COMMENT ON COLUMN contego.command_log.sequence IS 'Position of the command in the request, from 1.';
COMMENT ON COLUMN contego.command_log.attempt IS 'Which attempt at the command, from 1; 0 where it was skipped.';
COMMENT ON COLUMN contego.command_log.latest IS 'False: it was tried again after this.';
COMMENT ON COLUMN contego.command_log.type IS 'Code of the command.';
COMMENT ON COLUMN contego.command_log.outcome IS 'success, rejected, retry, hold; skipped: its condition did not hold, nothing was sent; or a person skipped it.';
COMMENT ON COLUMN contego.command_log.exchange IS 'How far it got: not_sent, sent_no_answer, answered, read_back; NULL where it was skipped.';
COMMENT ON COLUMN contego.command_log.status_code IS 'The CAS''s own status.';
COMMENT ON COLUMN contego.command_log.reference_number IS 'Given by the CAS.';
COMMENT ON COLUMN contego.command_log.error_code IS 'Why it failed.';
COMMENT ON COLUMN contego.command_log.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.command_log.sent_date IS 'When it was sent, or would have been.';
COMMENT ON COLUMN contego.command_log.ended_date IS 'When the answer came, or the waiting ended.';
COMMENT ON COLUMN contego.command_log.duration_ms IS 'Of the exchange, as the daemon measured it.';
COMMENT ON COLUMN contego.command_log.request IS 'The envelope as sent, secrets masked.';
COMMENT ON COLUMN contego.command_log.response IS 'The answer as received, secrets masked.';
COMMENT ON COLUMN contego.command_log.fence IS 'Number of the claim under which it was tried.';
COMMENT ON COLUMN contego.command_log.recorded_date IS 'When the outcome was written.';
COMMENT ON COLUMN contego.command_log.action IS 'A CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.command_log.subscription IS 'Whose, as the CRM calls it.';
COMMENT ON COLUMN contego.command_log.provider IS 'Which CAS.';
