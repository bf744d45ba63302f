-- Takes the requests of a run out of the queue that are not in flight. If the run may go on later, their cards wait for another request;
-- requests that may have been sent stay, since another request would do them twice. If the run is cancelled or has expired, the requests
-- are cancelled, except held ones: a person decides about those. Returns how many requests it ended.
CREATE OR REPLACE FUNCTION contego.take_back(r contego.run, because text) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    for_good boolean := r.state IN ('CANCELLED', 'EXPIRED');
    claim bigint := nextval('contego.fence');
    ids bigint[];
BEGIN
    ids := ARRAY(
        SELECT o.id
        FROM contego.run_fed AS f
        JOIN contego.request_open AS o ON o.id = ANY (ARRAY[f.request_id])
        WHERE f.run = r.id AND f.state <> 'failed' AND f.state = 'open'
          AND o.progress IN ('QUEUED', 'SCHEDULED', 'BLOCKED', 'RETRYING') AND (for_good OR NOT o.maybe_sent)
        ORDER BY o.id
        FOR UPDATE OF o);
    IF for_good THEN
        DELETE FROM contego.run_fed AS f WHERE f.run = r.id AND f.state <> 'failed' AND f.state <> 'retried' AND f.request_id = ANY (ids);
    ELSE
        UPDATE contego.run_fed AS f SET state = 'again' WHERE f.run = r.id AND f.state <> 'failed' AND f.request_id = ANY (ids);
    END IF;
    IF ids = '{}' THEN
        RETURN 0;
    END IF;
    -- The requests end like any other: claimed first, and then recorded, as in contego.carry_out.
    UPDATE contego.request_open AS o
    SET progress = 'IN_FLIGHT', claimed_by = 0, claimed_date = now(), fence = claim, blocked_by = NULL, blocked_date = NULL
    WHERE o.id = ANY (ids);
    PERFORM contego.record(
        verdict_request_id => ids, verdict_fence => array_fill(claim, ARRAY[cardinality(ids)]),
        verdict_disposition => array_fill('cancel'::text, ARRAY[cardinality(ids)]),
        verdict_code => array_fill(CASE WHEN for_good THEN 'CANCELLED' ELSE 'WITHDRAWN' END, ARRAY[cardinality(ids)]),
        verdict_description => array_fill(format('run %s: %s', r.id, because), ARRAY[cardinality(ids)]));
    RETURN cardinality(ids);
END
$$;

-- Each request and each card is found through an index, as in contego.claim.
ALTER FUNCTION contego.take_back SET jit = off;
ALTER FUNCTION contego.take_back SET enable_seqscan = off;
ALTER FUNCTION contego.take_back SET enable_hashjoin = off;
ALTER FUNCTION contego.take_back SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.take_back FROM PUBLIC;
COMMENT ON FUNCTION contego.take_back IS 'Part of a run: takes its requests out of the queue that are not in flight.';
