-- Looks at the first requests of the queue, or at those after (from_regular, from_number), and locks them. It takes `at_most` requests with
-- `most_lanes` lanes together, but at least one request; `cut` is true if the bound on lanes left some out. `free` are the requests that may
-- be claimed, in the order of sending, and `free_bytes` is their size. `parked` are the others, each with the request that it waits for in
-- `blockers`; `candidates` is true if that one was locked here, too. `long_lanes` are the lanes on which several requests were found.
CREATE OR REPLACE FUNCTION contego.find_candidates(
    of_provider text, this_moment timestamptz, at_most integer, most_lanes bigint, from_regular boolean, from_number bigint,
    OUT free bigint[], OUT free_bytes bigint, OUT parked bigint[], OUT blockers bigint[], OUT candidates boolean[], OUT found_rows integer,
    OUT last_regular boolean, OUT long_lanes text[], OUT found_lanes bigint, OUT cut boolean)
LANGUAGE plpgsql
AS $$
BEGIN
    WITH candidate AS MATERIALIZED (
        SELECT q.id, q.priority <> 'EXPRESS' AS regular, q.sequence_number, q.lanes, q.parameters_size
        FROM contego.request_open AS q
        WHERE q.provider = of_provider AND q.progress = 'QUEUED'
          AND (q.priority <> 'EXPRESS', q.sequence_number) > (from_regular, from_number)
        ORDER BY q.priority <> 'EXPRESS', q.sequence_number
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ), ranked AS MATERIALIZED (
        SELECT f.*
        FROM (SELECT c.*, row_number() OVER in_order AS rank, sum(cardinality(c.lanes)) OVER in_order AS lanes_so_far
              FROM candidate AS c
              WINDOW in_order AS (ROWS UNBOUNDED PRECEDING)) AS f
        WHERE f.lanes_so_far <= most_lanes OR f.rank = 1
    ), busy AS MATERIALIZED (
        -- Those that come later than a candidate; one that comes earlier is found among the lanes.
        SELECT unnest(f.lanes) AS lane, f.id
        FROM contego.request_open AS f
        WHERE f.provider = of_provider AND f.progress = 'IN_FLIGHT'
          AND f.sequence_number > (SELECT min(c.sequence_number) FROM ranked AS c)
    ), on_lane AS MATERIALIZED (
        -- Where a candidate comes behind another on a lane, the table of lanes need not be asked.
        SELECT c.id, c.sequence_number, mine.lane, lag(c.id) OVER before AS before_id,
               lag(c.sequence_number) OVER before AS before_number
        FROM ranked AS c
        CROSS JOIN LATERAL unnest(c.lanes) AS mine (lane)
        WINDOW before AS (PARTITION BY mine.lane COLLATE "C" ORDER BY c.sequence_number)
    ), behind AS (
        SELECT c.id, c.before_id AS blocked_by, c.before_number AS sequence_number, true AS candidate
        FROM on_lane AS c
        WHERE c.before_id <> c.id -- a lane written twice into a row does not make it wait for itself
        UNION ALL
        SELECT c.id, earlier.request_id, earlier.sequence_number, false
        FROM on_lane AS c
        CROSS JOIN LATERAL (
            SELECT l.request_id, l.sequence_number
            FROM contego.lane AS l
            JOIN contego.request_open AS o ON o.id = ANY (ARRAY[l.request_id])
            WHERE l.provider = of_provider AND l.lane = c.lane AND l.sequence_number < c.sequence_number
              AND l.request_id <> c.id -- a person may have changed its number
              -- What stands in the queue is due, whatever the clocks of the two transactions say.
              AND (o.progress NOT IN ('SCHEDULED', 'HELD') OR o.scheduled_date <= this_moment)
            ORDER BY l.sequence_number DESC
            LIMIT 1
        ) AS earlier
        WHERE c.before_id IS NULL
        UNION ALL
        SELECT c.id, busy.id, 0, false
        FROM on_lane AS c
        JOIN busy ON busy.lane = c.lane
    ), nearest AS (
        SELECT DISTINCT ON (b.id) b.id, b.blocked_by, b.candidate FROM behind AS b ORDER BY b.id, b.sequence_number DESC
    )
    SELECT array_agg(c.id ORDER BY c.rank) FILTER (WHERE n.id IS NULL),
           sum(c.parameters_size) FILTER (WHERE n.id IS NULL),
           array_agg(c.id) FILTER (WHERE n.id IS NOT NULL),
           array_agg(n.blocked_by) FILTER (WHERE n.id IS NOT NULL),
           array_agg(n.candidate) FILTER (WHERE n.id IS NOT NULL),
           count(*), bool_or(c.regular),
           (SELECT array_agg(DISTINCT l.lane COLLATE "C") FROM on_lane AS l WHERE l.before_id IS NOT NULL),
           coalesce(max(c.lanes_so_far), 0), count(*) < (SELECT count(*) FROM candidate)
    INTO free, free_bytes, parked, blockers, candidates, found_rows, last_regular, long_lanes, found_lanes, cut
    FROM ranked AS c
    LEFT JOIN nearest AS n ON n.id = c.id;
END
$$;

REVOKE ALL ON FUNCTION contego.find_candidates FROM PUBLIC;
COMMENT ON FUNCTION contego.find_candidates IS 'Part of a claim: looks at the first requests of the queue, and tells those that are free from those that are blocked.';
