-- Marks at most 10,000 open requests after the number `after`, up to `up_to`, as maybe sent, as contego.rescue does. Requests in flight go back to
-- the queue. Returns how many requests it looked at, how many of them it marked, and the number of the last one.
CREATE OR REPLACE FUNCTION contego.mark_maybe_sent(after bigint, up_to bigint, OUT looked_at bigint, OUT marked bigint, OUT last_one bigint)
LANGUAGE plpgsql
AS $$
DECLARE
    ids bigint[] := ARRAY(
        SELECT o.id FROM contego.request_open AS o WHERE o.id > after AND o.id <= up_to ORDER BY o.id LIMIT 10000 FOR UPDATE);
BEGIN
    UPDATE contego.request_open AS o
    SET maybe_sent = true, progress = CASE o.progress WHEN 'IN_FLIGHT' THEN 'QUEUED' ELSE o.progress END, claimed_by = NULL, claimed_date = NULL
    WHERE o.id = ANY (ids) AND contego.may_be_sent(o);
    GET DIAGNOSTICS marked = ROW_COUNT;
    looked_at := cardinality(ids);
    last_one := ids[looked_at];
END
$$;

-- Each step reads its part of the primary key in order, as in contego.claim.
ALTER FUNCTION contego.mark_maybe_sent SET jit = off;
ALTER FUNCTION contego.mark_maybe_sent SET enable_seqscan = off;
ALTER FUNCTION contego.mark_maybe_sent SET enable_bitmapscan = off;

REVOKE ALL ON FUNCTION contego.mark_maybe_sent FROM PUBLIC;
COMMENT ON FUNCTION contego.mark_maybe_sent IS 'Part of contego.after_data_loss: marks open requests as maybe sent.';
