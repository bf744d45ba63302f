-- Ends the open fallout of a request. Returns false if there is none. The row stays.
CREATE OR REPLACE FUNCTION contego.close_fallout(of_request bigint, with_verb text, was text, becomes text, because text) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE contego.fallout AS f SET ended_date = clock_timestamp(), ended_by = session_user, ended_with = with_verb
    WHERE f.request_id = of_request AND f.ended_date IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO contego.operator_action (request_id, verb, before, after, reason, changes)
    VALUES (of_request, 'end_fallout', was, becomes, because, jsonb_build_object('ended_with', jsonb_build_array(NULL, with_verb)));
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION contego.close_fallout FROM PUBLIC;
COMMENT ON FUNCTION contego.close_fallout IS 'Part of the verbs and of contego.end_fallout: ends the work of people on a request.';
