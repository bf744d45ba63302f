-- Claims as contego.claim does, but does not wait while another session claims for the same provider. Then the daemon is turned away: the
-- only row has no number, and `more` is NULL. The other session may leave requests in the queue, so the daemon tries again a moment later.
-- A daemon that was turned away many times in a row calls contego.claim, which waits in line.
--
-- `look_first`: if nothing is queued and nothing is due, the call takes no lock and writes nothing. A daemon sets it if its last claim was
-- not full. After a full claim the look would read once more the index entries of requests that have left the queue.
CREATE OR REPLACE FUNCTION contego.try_claim(for_daemon bigint, of_provider text, at_most integer, most_bytes bigint, look_first boolean)
RETURNS TABLE (
    id bigint, action text, parameters text, size integer, priority text, sequence_number bigint, fence bigint, attempts integer,
    maybe_sent boolean, age_seconds double precision, finished jsonb,
    more boolean, due_in double precision, notify_suppressed_for double precision, slow text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF look_first AND NOT contego.queued(of_provider) THEN
        SELECT o.due_in, o.notify_suppressed_for INTO due_in, notify_suppressed_for
        FROM contego.outlook(of_provider, clock_timestamp()) AS o;
        IF due_in > 0 OR due_in IS NULL THEN
            more := false;
            RETURN NEXT;
            RETURN;
        END IF;
    END IF;
    IF contego.try_lock('claim', of_provider) THEN
        RETURN QUERY SELECT * FROM contego.claim(for_daemon, of_provider, at_most, most_bytes);
    ELSE
        due_in := NULL;
        notify_suppressed_for := NULL;
        RETURN NEXT;
    END IF;
END
$$;

-- As for contego.claim.
ALTER FUNCTION contego.try_claim SET jit = off;
ALTER FUNCTION contego.try_claim SET enable_seqscan = off;
ALTER FUNCTION contego.try_claim SET enable_bitmapscan = off;
ALTER FUNCTION contego.try_claim SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.try_claim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.try_claim TO contego_daemon;
COMMENT ON FUNCTION contego.try_claim IS 'Daemon: takes due requests of a provider, unless another session is claiming them.';
