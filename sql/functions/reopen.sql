-- Puts a rejected request and its commands back among the open ones, at the end of the order.
CREATE OR REPLACE FUNCTION contego.reopen(o contego.request) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_number bigint := nextval('contego.request_id_seq');
BEGIN
    DELETE FROM contego.request_finished AS f WHERE f.id = o.id AND f.finished_date = o.finished_date;
    UPDATE contego.command AS c SET finished_date = NULL WHERE c.request_id = o.id AND c.finished_date = o.finished_date;
    -- The trigger treats the row as new, and enters its lanes. The UPDATE restores its old values. The trigger sets the number of a new
    -- row to its id, so the request then gets a new number, which puts it last.
    INSERT INTO contego.request (id, owned_by, action, parameters, subscription, process_name, process_id, provider, priority)
    VALUES (o.id, o.owned_by, o.action, o.parameters, o.subscription, o.process_name, o.process_id, o.provider, o.priority);
    UPDATE contego.request_open AS r
    SET created_date = o.created_date, created_by = o.created_by, on_behalf_of = o.on_behalf_of, idempotency_key = o.idempotency_key,
        scheduled_date = o.scheduled_date, executed_date = o.executed_date, reference_number = o.reference_number,
        fence = o.fence, sequence_number = new_number
    WHERE r.id = o.id;
    -- The run of the request counts it again (contego.count_ended).
    UPDATE contego.run_fed AS f SET state = 'retried' WHERE f.request_id = o.id AND f.state = 'failed';
    UPDATE contego.lane AS l SET sequence_number = new_number
    WHERE l.provider = o.provider AND l.lane = ANY (o.lanes) AND l.sequence_number = o.id;
END
$$;

REVOKE ALL ON FUNCTION contego.reopen FROM PUBLIC;
COMMENT ON FUNCTION contego.reopen IS 'Part of the verbs: puts a rejected request back among the open ones.';
