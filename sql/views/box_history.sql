-- Every request that ever named a box.
CREATE OR REPLACE VIEW contego.box_history AS
SELECT s.name AS box, r.id AS request_id, r.created_date, r.action, r.life_cycle_state, r.progress, r.error_code,
       r.error_description, r.executed_date, r.finished_date, r.reference_number, r.provider, r.created_by
FROM contego.subject AS s
JOIN contego.request AS r ON r.id = s.request_id
WHERE s.kind = 'box';

GRANT SELECT ON contego.box_history TO contego_support;
COMMENT ON VIEW contego.box_history IS 'Every request that ever named this box, one row each.';
COMMENT ON COLUMN contego.box_history.box IS 'CA ID of the set-top box; ask with WHERE box = ''...''.';
COMMENT ON COLUMN contego.box_history.request_id IS 'The request that names it; contego.timeline has its steps.';
COMMENT ON COLUMN contego.box_history.created_date IS 'When the CRM inserted the request.';
COMMENT ON COLUMN contego.box_history.action IS 'The CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.box_history.life_cycle_state IS 'PENDING, COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.box_history.progress IS 'The same in finer steps.';
COMMENT ON COLUMN contego.box_history.error_code IS 'Why it was rejected, is held or is retried.';
COMMENT ON COLUMN contego.box_history.error_description IS 'The same in a sentence.';
COMMENT ON COLUMN contego.box_history.executed_date IS 'When the first command of the latest run was sent.';
COMMENT ON COLUMN contego.box_history.finished_date IS 'When it became COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.box_history.reference_number IS 'Given by the CAS to the last command answered.';
COMMENT ON COLUMN contego.box_history.provider IS 'Which CAS.';
COMMENT ON COLUMN contego.box_history.created_by IS 'The login that inserted it.';
