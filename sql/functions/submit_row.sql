CREATE OR REPLACE FUNCTION contego.submit_row() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.request (id, action, parameters, subscription, process_name, process_id, on_behalf_of, provider, priority,
                                 scheduled_date, idempotency_key)
    VALUES (NEW.id, NEW.action, NEW.parameters, NEW.subscription, NEW.process_name, NEW.process_id, NEW.on_behalf_of, NEW.provider,
            NEW.priority, NEW.scheduled_date, NEW.idempotency_key)
    RETURNING id, on_behalf_of, provider, priority, scheduled_date, idempotency_key
    INTO NEW.id, NEW.on_behalf_of, NEW.provider, NEW.priority, NEW.scheduled_date, NEW.idempotency_key;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION contego.submit_row FROM PUBLIC;
COMMENT ON FUNCTION contego.submit_row() IS 'This trigger function makes a request of each row that is inserted into contego.submission.';
