-- Gives at most 1,000 rows of contego.operator_action the next places in the chain, in the order of their numbers, and returns how many. A
-- row that commits late gets a later place than its number. Daemons call it; while a session keeps the lock, no row gets a place.
CREATE OR REPLACE FUNCTION contego.seal_audit() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    a contego.operator_action;
    place bigint;
    former text;
    latest text;
    sealed bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM contego.operator_action AS u WHERE u.position IS NULL) OR NOT contego.try_lock('seal_audit') THEN
        RETURN 0;
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '1s', true); -- as in contego.claim
    -- This is a separate statement, so that its snapshot is newer than the lock.
    SELECT l.position, l.hash INTO place, latest FROM contego.operator_action AS l WHERE l.position > 0 ORDER BY l.position DESC LIMIT 1;
    FOR a IN SELECT * FROM contego.operator_action AS u WHERE u.position IS NULL ORDER BY u.id LIMIT 1000 LOOP
        place := coalesce(place, 0) + 1;
        former := coalesce(latest, '');
        -- In the encoding of the database, since its texts need not be valid in another one.
        latest := encode(sha256(convert_to(former || contego.audit_text(a, place), getdatabaseencoding())), 'hex');
        UPDATE contego.operator_action AS s SET position = place, former_hash = former, hash = latest WHERE s.id = a.id;
        sealed := sealed + 1;
    END LOOP;
    RETURN sealed;
END
$$;

ALTER FUNCTION contego.seal_audit SET jit = off;
ALTER FUNCTION contego.seal_audit SET enable_seqscan = off;
ALTER FUNCTION contego.seal_audit SET enable_bitmapscan = off;

REVOKE ALL ON FUNCTION contego.seal_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.seal_audit TO contego_daemon;
COMMENT ON FUNCTION contego.seal_audit IS 'Daemon: gives at most 1,000 rows of the audit their places in the chain of hashes, and returns how many.';
