-- Holds a request whose outcome cannot be written: contego.record fails on it, or takes too long. Changes only columns of a fixed size and
-- two texts that the daemon composes. Returns false if the claim is no longer the latest one.
CREATE OR REPLACE FUNCTION contego.hold_unrecordable(of_request bigint, under_fence bigint, code text, description text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE contego.request_open AS o
    SET progress = 'HELD', claimed_by = NULL, claimed_date = NULL, maybe_sent = true, error_code = code, error_description = description
    WHERE o.id = of_request AND o.fence = under_fence AND o.claimed_by IS NOT NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM contego.wake_earlier(ARRAY[of_request]);
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION contego.hold_unrecordable FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.hold_unrecordable TO contego_daemon;
COMMENT ON FUNCTION contego.hold_unrecordable IS 'Daemon: holds a request whose outcome cannot be written. Returns false if the claim is no longer the latest one.';
