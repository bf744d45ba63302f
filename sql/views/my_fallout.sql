-- after: open_fallout
CREATE OR REPLACE VIEW contego.my_fallout AS
SELECT f.request_id, f.provider, f.progress, f.error_code, f.error_description, f.action, f.subscription, f.owner, f.note, f.ticket, f.due_date,
       f.opened_date, f.opened_by
FROM contego.open_fallout AS f
WHERE f.owner = session_user;

GRANT SELECT ON contego.my_fallout TO contego_support;
COMMENT ON VIEW contego.my_fallout IS 'Each row is a held or rejected request whose owner is this login.';
COMMENT ON COLUMN contego.my_fallout.request_id IS 'This is the number of the request (contego.request.id).';
COMMENT ON COLUMN contego.my_fallout.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.my_fallout.progress IS 'The progress is HELD or REJECTED.';
COMMENT ON COLUMN contego.my_fallout.error_code IS 'The code says why the request was rejected or is held.';
COMMENT ON COLUMN contego.my_fallout.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.my_fallout.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.my_fallout.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.my_fallout.owner IS 'This login or team does the work. NULL: nobody does.';
COMMENT ON COLUMN contego.my_fallout.note IS 'People wrote this about the work.';
COMMENT ON COLUMN contego.my_fallout.ticket IS 'The ticket of another system has this number or address.';
COMMENT ON COLUMN contego.my_fallout.due_date IS 'The work must be done by this time.';
COMMENT ON COLUMN contego.my_fallout.opened_date IS 'The work was first entered at this time.';
COMMENT ON COLUMN contego.my_fallout.opened_by IS 'This login first entered it.';
