-- Every request that ever named a process.
CREATE OR REPLACE VIEW contego.process_history AS
SELECT s.name AS process, r.id AS request_id, r.created_date, r.action, r.life_cycle_state, r.progress, r.error_code,
       r.error_description, r.executed_date, r.finished_date, r.reference_number, r.provider, r.created_by
FROM contego.subject AS s
JOIN contego.request AS r ON r.id = s.request_id
WHERE s.kind = 'process';

GRANT SELECT ON contego.process_history TO contego_support;
COMMENT ON VIEW contego.process_history IS 'Every request that ever named this process, one row each.';
COMMENT ON COLUMN contego.process_history.process IS 'The CRM''s process (process_id); ask with WHERE process = ''...''.';
COMMENT ON COLUMN contego.process_history.request_id IS 'The request that names it; contego.timeline has its steps.';
COMMENT ON COLUMN contego.process_history.created_date IS 'When the CRM inserted the request.';
COMMENT ON COLUMN contego.process_history.action IS 'The CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.process_history.life_cycle_state IS 'PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.process_history.progress IS 'The same in finer steps.';
COMMENT ON COLUMN contego.process_history.error_code IS 'Why it was rejected, is held or is retried.';
COMMENT ON COLUMN contego.process_history.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.process_history.executed_date IS 'When the first command of the latest run was sent.';
COMMENT ON COLUMN contego.process_history.finished_date IS 'When it became COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.process_history.reference_number IS 'Given by the CAS to the last command answered.';
COMMENT ON COLUMN contego.process_history.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.process_history.created_by IS 'The login that inserted it.';
