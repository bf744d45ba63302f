CREATE OR REPLACE FUNCTION contego.enter_lanes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.idempotency (provider, idempotency_key, owned_by, request_id)
    SELECT provider, contego.kept_key(idempotency_key), owned_by, id
    FROM inserted
    WHERE idempotency_key IS NOT NULL
    ORDER BY 1, 2; -- two sessions that send the same keys in different orders wait for each other, and do not deadlock

    INSERT INTO contego.lane (provider, lane, sequence_number, request_id)
    SELECT provider, unnest(lanes), sequence_number, id
    FROM inserted;

    -- NOTIFY is only a hint, sent once a statement: the daemons poll as well. Transactions that notify commit one after the other, each
    -- with its own wait for the disk. So no NOTIFY is sent while busy daemons claim anyway. The 300 ms are longer than most transactions
    -- take from here to their commit.
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT i.provider, i.priority = 'EXPRESS' AS express FROM inserted AS i) AS what
        WHERE what.express OR NOT EXISTS (
            SELECT FROM contego.busy AS b
            WHERE b.provider = what.provider AND b.busy_until > clock_timestamp() + interval '300 milliseconds'))
       -- A transaction that notified cannot be prepared (PREPARE TRANSACTION): a CRM under XA sets contego.notify to off in its session.
       AND coalesce(current_setting('contego.notify', true), '') NOT IN ('off', 'false', 'no', '0') THEN
        PERFORM contego.notify_unless_full('contego');
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.enter_lanes FROM PUBLIC;
COMMENT ON FUNCTION contego.enter_lanes() IS 'This trigger function enters the lanes and idempotency keys of new requests, and wakes the daemons.';

CREATE OR REPLACE TRIGGER enter_lanes AFTER INSERT ON contego.request
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION contego.enter_lanes();
