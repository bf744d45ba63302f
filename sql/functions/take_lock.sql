-- Locks a row of contego.lock until the end of the transaction, and waits for the session that has it.
CREATE OR REPLACE FUNCTION contego.take_lock(for_purpose text, of_provider text DEFAULT '') RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO contego.lock (purpose, provider) VALUES (for_purpose, of_provider) ON CONFLICT DO NOTHING;
        PERFORM FROM contego.lock AS l WHERE l.purpose = for_purpose AND l.provider = of_provider FOR NO KEY UPDATE;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.take_lock FROM PUBLIC;
COMMENT ON FUNCTION contego.take_lock IS 'Locks a row of contego.lock until the end of the transaction, and waits for the session that has it.';
