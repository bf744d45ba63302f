-- Parks each of `parked` behind its blocker. Returns how many requests it parked.
CREATE OR REPLACE FUNCTION contego.park_blocked(parked bigint[], blockers bigint[], candidates boolean[]) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    still_there bigint[];
    their_numbers bigint[];
    newly_parked integer;
BEGIN
    -- Locks the blockers before it parks any request, for a statement cannot lock a row that it has changed. A blocker that is a candidate
    -- itself is locked already.
    SELECT array_agg(b.id), array_agg(CASE b.progress WHEN 'IN_FLIGHT' THEN 0 ELSE b.sequence_number END)
    INTO still_there, their_numbers
    FROM (
        SELECT l.id, l.progress, l.sequence_number FROM contego.request_open AS l
        WHERE l.id = ANY (ARRAY(
            SELECT p.blocker FROM unnest(blockers, candidates) AS p (blocker, candidate) WHERE NOT p.candidate))
        FOR KEY SHARE SKIP LOCKED
    ) AS b;
    UPDATE contego.request_open AS o
    SET progress = 'BLOCKED', blocked_by = p.blocker, blocked_date = coalesce(o.blocked_date, now())
    FROM unnest(parked, blockers, candidates) AS p (id, blocker, candidate)
    LEFT JOIN unnest(still_there, their_numbers) AS s (id, number) ON s.id = p.blocker
    -- Compares the numbers as they are under the lock: a later request blocks only while it is in flight, and that may be over.
    WHERE o.id = ANY (ARRAY[p.id]) AND (p.candidate OR s.number < o.sequence_number);
    GET DIAGNOSTICS newly_parked = ROW_COUNT;
    RETURN newly_parked;
END
$$;

REVOKE ALL ON FUNCTION contego.park_blocked FROM PUBLIC;
COMMENT ON FUNCTION contego.park_blocked IS 'Part of a claim: parks blocked requests behind the request that each waits for.';
