-- The columns that the CRM sets, for COPY and for foreign tables. PostgreSQL refuses COPY into a table with row level security, and a foreign
-- table should have no columns that the database sets. A row inserted here becomes a request as by an INSERT into contego.request under the same login.
CREATE OR REPLACE VIEW contego.submission
WITH (security_invoker = true) AS
SELECT id, action, parameters, subscription, process_name, process_id, provider, priority, scheduled_date, idempotency_key, on_behalf_of
FROM contego.request;

CREATE OR REPLACE TRIGGER submit_row INSTEAD OF INSERT ON contego.submission
    FOR EACH ROW EXECUTE FUNCTION contego.submit_row();

GRANT SELECT, INSERT ON contego.submission TO contego_crm;
COMMENT ON VIEW contego.submission IS 'Each row is a request with the columns that the CRM sets. COPY and foreign tables insert into this view.';
COMMENT ON COLUMN contego.submission.id IS 'This is the number of the request. The database sets it, and refuses a given value.';
COMMENT ON COLUMN contego.submission.action IS 'The CRM asks for this: a CRM action, or the code of a direct command.';
COMMENT ON COLUMN contego.submission.parameters IS 'The parameters list the distributors that the action touched, or are the flat parameters of a direct command.';
COMMENT ON COLUMN contego.submission.subscription IS 'The request is about this subscription, as the CRM names it.';
COMMENT ON COLUMN contego.submission.process_name IS 'This is the name of the CRM''s process that caused the request.';
COMMENT ON COLUMN contego.submission.process_id IS 'This is the ID of the CRM''s process that caused the request.';
COMMENT ON COLUMN contego.submission.provider IS 'The request goes to the CAS of this provider.';
COMMENT ON COLUMN contego.submission.priority IS 'The priority is REGULAR or EXPRESS.';
COMMENT ON COLUMN contego.submission.scheduled_date IS 'The request does not run before this time. The default is the time of the INSERT.';
COMMENT ON COLUMN contego.submission.idempotency_key IS 'The CRM gave this key. It is unique per provider and source as long as its request is kept.';
COMMENT ON COLUMN contego.submission.on_behalf_of IS 'The CRM asks for this person or program.';
