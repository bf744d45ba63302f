-- Ends the work of people on requests. The verbs end it themselves; this is for work that no verb ends, for example because the CRM has sent
-- another request.
CREATE OR REPLACE FUNCTION contego.end_fallout(request bigint[], reason text)
RETURNS TABLE (request_id bigint, refused text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_now text;
BEGIN
    IF coalesce(reason, '') !~ '\S' OR octet_length(reason) > 4000 THEN
        RAISE EXCEPTION 'end_fallout: the reason must have 1 to 4000 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.set_fallout
    FOR request_id IN SELECT DISTINCT w.id FROM unnest(request) AS w (id) WHERE w.id IS NOT NULL ORDER BY 1 LOOP
        SELECT q.progress INTO is_now FROM contego.request AS q WHERE q.id = end_fallout.request_id FOR SHARE;
        refused := CASE WHEN NOT contego.close_fallout(end_fallout.request_id, 'end_fallout', is_now, is_now, reason)
                        THEN 'nobody has entered fallout for it, or it has ended' END;
        RETURN NEXT;
    END LOOP;
END
$$;

-- Each request is found through an index, as in contego.claim.
ALTER FUNCTION contego.end_fallout SET jit = off;
ALTER FUNCTION contego.end_fallout SET enable_seqscan = off;
ALTER FUNCTION contego.end_fallout SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.end_fallout FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.end_fallout TO contego_support;
COMMENT ON FUNCTION contego.end_fallout IS 'Ends the work of people on requests that stay as they are. The reason must be given. The verbs end the work themselves.';
