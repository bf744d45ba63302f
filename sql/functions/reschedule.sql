-- Gives one request of this login's source another date. NULL and dates before Christ mean now, as at INSERT.
CREATE OR REPLACE FUNCTION contego.reschedule(
    request bigint DEFAULT NULL, scheduled_date timestamptz DEFAULT NULL, reason text DEFAULT NULL, idempotency_key text DEFAULT NULL,
    provider text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_date timestamptz := scheduled_date;
BEGIN
    IF new_date IS NULL OR new_date < '0001-01-01 00:00:00+00' THEN
        new_date := now();
    ELSIF new_date >= '10000-01-01 00:00:00+00' THEN
        PERFORM contego.refuse_date(new_date);
    END IF;
    RETURN QUERY SELECT * FROM contego.change_own(
        'reschedule', ARRAY[coalesce(request, contego.request_of_key(provider, idempotency_key))], new_date, reason);
END
$$;

-- Each request is found through an index, as in contego.claim.
ALTER FUNCTION contego.reschedule SET jit = off;
ALTER FUNCTION contego.reschedule SET enable_seqscan = off;
ALTER FUNCTION contego.reschedule SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.reschedule FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.reschedule TO contego_crm;
COMMENT ON FUNCTION contego.reschedule IS 'Gives a request of this login''s source of which nothing was sent another date. It keeps its place in the order. refused is the reason if it could not.';
