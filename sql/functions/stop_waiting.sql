-- Ends the wait of cards for another request after a run was cancelled or has expired. A card whose request was REJECTED counts as failed
-- again. A card whose request was withdrawn is not sent. Returns the run with the new numbers.
CREATE OR REPLACE FUNCTION contego.stop_waiting(r contego.run) RETURNS contego.run
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    failed_again integer;
BEGIN
    IF r.state NOT IN ('CANCELLED', 'EXPIRED') THEN
        RETURN r;
    END IF;
    UPDATE contego.run_fed AS f SET state = 'failed'
    WHERE f.run = r.id AND f.state <> 'failed' AND f.state = 'again'
      AND (SELECT e.progress FROM contego.request_finished AS e WHERE e.id = f.request_id LIMIT 1) = 'REJECTED';
    GET DIAGNOSTICS failed_again = ROW_COUNT;
    r.failed := r.failed + failed_again;
    DELETE FROM contego.run_fed AS f WHERE f.run = r.id AND f.state <> 'failed' AND f.state = 'again';
    RETURN r;
END
$$;

-- Each request and each card is found through an index, as in contego.claim.
ALTER FUNCTION contego.stop_waiting SET jit = off;
ALTER FUNCTION contego.stop_waiting SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.stop_waiting FROM PUBLIC;
COMMENT ON FUNCTION contego.stop_waiting IS 'Part of a run: ends the wait of cards for another request after the run was cancelled or has expired.';
