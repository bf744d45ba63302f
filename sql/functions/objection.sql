-- Returns the reason, as a sentence, why a person may not use this verb on a request; NULL: the verb is allowed. `o` is the current row.
CREATE OR REPLACE FUNCTION contego.objection(to_verb text, o contego.request) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    later bigint;
BEGIN
    IF o.id IS NULL THEN
        RETURN 'there is no such request';
    END IF;
    IF o.progress = 'IN_FLIGHT' THEN
        RETURN 'it is in flight: a command that a daemon has sent cannot be called back; try again when it is no longer in flight';
    END IF;
    IF NOT EXISTS (SELECT FROM contego.transition AS t
                   WHERE t.actor = 'person' AND t.verb = to_verb AND t.before = o.progress) THEN
        RETURN 'it is ' || o.progress || '; ' || to_verb || ' is for ' || (
            SELECT string_agg(DISTINCT t.before, ', ') FROM contego.transition AS t
            WHERE t.actor = 'person' AND t.verb = to_verb);
    END IF;
    IF to_verb = 'skip' THEN
        RETURN contego.objection_to_skip(o);
    END IF;
    IF o.progress <> 'REJECTED' THEN
        RETURN NULL;
    END IF;
    IF o.parameters <> contego.masked(o.parameters) OR o.parameters::text LIKE '%"****"%' THEN
        RETURN 'its PIN was masked when it ended; submit a new request';
    END IF;
    IF EXISTS (SELECT FROM contego.month AS m
               WHERE m.month = contego.month_of(o.finished_date) AND m.dropping_since IS NOT NULL) THEN
        RETURN 'it is so old that it is about to be dropped; submit a new request';
    END IF;
    -- Uses contego.subject, because no index of the finished requests contains their lanes.
    SELECT max(r.id) INTO later
    FROM unnest(o.lanes) AS mine (lane)
    CROSS JOIN LATERAL (
        SELECT s.request_id FROM contego.subject AS s
        WHERE s.kind = split_part(mine.lane, ':', 1) AND s.name = substr(mine.lane, strpos(mine.lane, ':') + 1) AND s.request_id > o.id
        OFFSET 0
    ) AS after
    JOIN contego.request AS r ON r.id = ANY (ARRAY[after.request_id])
    WHERE r.provider = o.provider AND r.sequence_number > o.sequence_number
      AND r.progress NOT IN ('REJECTED', 'CANCELLED')
      AND NOT contego.only_reads(r.action, r.parameters);
    IF later IS NOT NULL THEN
        RETURN 'request ' || later || ' on the same card or box came after it: sent now, this one would overtake it;'
               || ' submit a new request';
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.objection FROM PUBLIC;
COMMENT ON FUNCTION contego.objection IS 'Part of the verbs: returns the reason why a person may not use this verb on a request, or NULL if it is allowed.';
