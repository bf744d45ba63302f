-- Returns the fault of a row that a claim would take; NULL: it has none. The function does with the row what a claim does, and undoes it.
CREATE OR REPLACE FUNCTION contego.row_fault(of_request bigint) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    r record;
    fault text;
    size bigint;
BEGIN
    SELECT o.parameters, o.lanes, o.scheduled_date, o.created_date INTO r FROM contego.request_open AS o WHERE o.id = of_request;
    fault := contego.parameters_fault(r.parameters);
    IF fault IS NOT NULL THEN
        RETURN 'parameters ' || fault;
    END IF;
    IF cardinality(r.lanes) > 4000 THEN
        RETURN format('it names %s smartcards and boxes; 4000 are allowed', cardinality(r.lanes));
    END IF;
    size := octet_length(r.parameters::text) + extract(epoch FROM clock_timestamp() - greatest(r.scheduled_date, r.created_date))::bigint;
    size := octet_length((
        SELECT jsonb_agg(jsonb_build_object('sequence', c.sequence, 'result', c.result, 'reference_number', c.reference_number))::text
        FROM contego.command_open AS c WHERE c.request_id = of_request));
    UPDATE contego.request_open AS o SET progress = 'QUEUED' WHERE o.id = of_request;
    UPDATE contego.request_open AS o
    SET progress = 'IN_FLIGHT', fence = o.fence + 1, claimed_by = 0, claimed_date = now(), blocked_date = NULL
    WHERE o.id = of_request;
    RAISE EXCEPTION 'undone' USING ERRCODE = 'CG001';
EXCEPTION
    WHEN SQLSTATE 'CG001' THEN
        RETURN NULL;
    WHEN OTHERS THEN
        RETURN 'the database cannot read or change it: ' || left(SQLERRM, 500) || ' (SQLSTATE ' || SQLSTATE || ')';
END
$$;

REVOKE ALL ON FUNCTION contego.row_fault FROM PUBLIC;
COMMENT ON FUNCTION contego.row_fault IS 'Part of contego.hold_unreadable: returns the fault of a row that a claim would take, or NULL if it has none.';
