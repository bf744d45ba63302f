-- Looks at the first requests of the queue, or at those after (from_regular, from_number), and locks them. It takes `at_most` requests
-- with `most_lanes` lanes together, but at least one request; `cut` is true if the bound on lanes left some out. `free` are the requests
-- that may be claimed, in the order of sending, and `free_bytes` is their size. `parked` are the others, each with the request that it
-- waits for in `blockers`; `candidates` is true if this blocker was locked here, too. `long_lanes` are the lanes on which several
-- requests were found.
CREATE OR REPLACE FUNCTION contego.find_candidates(
    of_provider text, this_moment timestamptz, at_most integer, most_lanes bigint, from_regular boolean, from_number bigint,
    OUT free bigint[], OUT free_bytes bigint, OUT parked bigint[], OUT blockers bigint[], OUT candidates boolean[], OUT found_rows integer,
    OUT last_regular boolean, OUT long_lanes text[], OUT found_lanes bigint, OUT cut boolean)
LANGUAGE plpgsql
AS $$
BEGIN
    WITH queued_requests AS MATERIALIZED (
        SELECT q.id, q.priority <> 'EXPRESS' AS regular, q.sequence_number, q.lanes, q.parameters_size
        FROM contego.request_open AS q
        WHERE q.provider = of_provider AND q.progress = 'QUEUED'
          AND (q.priority <> 'EXPRESS', q.sequence_number) > (from_regular, from_number)
        ORDER BY q.priority <> 'EXPRESS', q.sequence_number
        LIMIT at_most
        FOR UPDATE SKIP LOCKED
    ), candidate_requests AS MATERIALIZED (
        SELECT f.*
        FROM (SELECT c.*, row_number() OVER in_order AS rank, sum(cardinality(c.lanes)) OVER in_order AS lanes_so_far
              FROM queued_requests AS c
              WINDOW in_order AS (ROWS UNBOUNDED PRECEDING)) AS f
        WHERE f.lanes_so_far <= most_lanes OR f.rank = 1
    ), lanes_in_flight AS MATERIALIZED (
        -- Requests in flight that come later than a candidate. Earlier ones are found through contego.lane.
        SELECT unnest(f.lanes) AS lane, f.id
        FROM contego.request_open AS f
        WHERE f.provider = of_provider AND f.progress = 'IN_FLIGHT'
          AND f.sequence_number > (SELECT min(c.sequence_number) FROM candidate_requests AS c)
    ), candidate_lanes AS MATERIALIZED (
        -- If a candidate comes behind another one on a lane, contego.lane need not be read.
        SELECT c.id, c.sequence_number, mine.lane, lag(c.id) OVER before AS before_id,
               lag(c.sequence_number) OVER before AS before_number
        FROM candidate_requests AS c
        CROSS JOIN LATERAL unnest(c.lanes) AS mine (lane)
        WINDOW before AS (PARTITION BY mine.lane COLLATE "C" ORDER BY c.sequence_number)
    ), blockers_of_candidates AS (
        SELECT c.id, c.before_id AS blocked_by, c.before_number AS sequence_number, true AS candidate
        FROM candidate_lanes AS c
        WHERE c.before_id <> c.id -- a lane written twice into a row does not make it wait for itself
        UNION ALL
        SELECT c.id, earlier.request_id, earlier.sequence_number, false
        FROM candidate_lanes AS c
        CROSS JOIN LATERAL (
            SELECT l.request_id, l.sequence_number
            FROM contego.lane AS l
            JOIN contego.request_open AS o ON o.id = ANY (ARRAY[l.request_id])
            WHERE l.provider = of_provider AND l.lane = c.lane AND l.sequence_number < c.sequence_number
              AND l.request_id <> c.id -- a person may have changed its number
              -- A request in the queue is due, even if the clocks of the two transactions differ.
              AND (o.progress NOT IN ('SCHEDULED', 'HELD') OR o.scheduled_date <= this_moment)
            ORDER BY l.sequence_number DESC
            LIMIT 1
        ) AS earlier
        WHERE c.before_id IS NULL
        UNION ALL
        SELECT c.id, lanes_in_flight.id, 0, false
        FROM candidate_lanes AS c
        JOIN lanes_in_flight ON lanes_in_flight.lane = c.lane
    ), nearest_blockers AS (
        SELECT DISTINCT ON (b.id) b.id, b.blocked_by, b.candidate FROM blockers_of_candidates AS b ORDER BY b.id, b.sequence_number DESC
    )
    SELECT array_agg(c.id ORDER BY c.rank) FILTER (WHERE n.id IS NULL),
           sum(c.parameters_size) FILTER (WHERE n.id IS NULL),
           array_agg(c.id) FILTER (WHERE n.id IS NOT NULL),
           array_agg(n.blocked_by) FILTER (WHERE n.id IS NOT NULL),
           array_agg(n.candidate) FILTER (WHERE n.id IS NOT NULL),
           count(*), bool_or(c.regular),
           (SELECT array_agg(DISTINCT l.lane COLLATE "C") FROM candidate_lanes AS l WHERE l.before_id IS NOT NULL),
           coalesce(max(c.lanes_so_far), 0), count(*) < (SELECT count(*) FROM queued_requests)
    INTO free, free_bytes, parked, blockers, candidates, found_rows, last_regular, long_lanes, found_lanes, cut
    FROM candidate_requests AS c
    LEFT JOIN nearest_blockers AS n ON n.id = c.id;
END
$$;

REVOKE ALL ON FUNCTION contego.find_candidates FROM PUBLIC;
COMMENT ON FUNCTION contego.find_candidates IS 'Part of a claim: looks at the first requests of the queue, and separates free requests from blocked ones.';
