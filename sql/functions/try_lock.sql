-- Locks a row of contego.lock as contego.take_lock does, but does not wait. Returns false if another session has the row.
CREATE OR REPLACE FUNCTION contego.try_lock(for_purpose text, of_provider text DEFAULT '') RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.lock (purpose, provider)
    SELECT for_purpose, of_provider
    WHERE NOT EXISTS (SELECT FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider)
    ON CONFLICT DO NOTHING;
    PERFORM FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider FOR NO KEY UPDATE SKIP LOCKED;
    RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION contego.try_lock FROM PUBLIC;
COMMENT ON FUNCTION contego.try_lock IS 'Locks a row of contego.lock as contego.take_lock does, but does not wait. Returns false if another session has the row.';
