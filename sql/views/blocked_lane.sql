-- A parked request waits for its nearest predecessor, which may wait itself. The view shows the request in flight, or the first one in the
-- order of the lane: no other request of the lane can run before it.
CREATE OR REPLACE VIEW contego.blocked_lane AS
SELECT b.provider, b.lane, first.id AS blocker, first.progress AS blocker_progress,
       CASE first.progress
           WHEN 'IN_FLIGHT' THEN 'a daemon is sending it'
           WHEN 'HELD' THEN 'it waits for a person'
           WHEN 'RETRYING' THEN 'it failed and is tried again'
           WHEN 'BLOCKED' THEN 'it waits itself for request ' || first.blocked_by || ' on another lane'
           WHEN 'SCHEDULED' THEN 'it has become due'
           ELSE 'it has not been claimed yet'
       END AS why,
       first.error_code, first.error_description, first.action AS blocker_action, first.due_date AS blocker_due_date,
       b.blocked_since, now() - b.blocked_since AS blocked_for, b.waiting
FROM (
    SELECT w.provider, lane, min(w.blocked_date) AS blocked_since, count(*) AS waiting
    FROM contego.request_open AS w
    CROSS JOIN LATERAL unnest(w.lanes) AS lane
    JOIN contego.request_open AS p ON p.id = ANY (ARRAY[w.blocked_by]) AND lane = ANY (p.lanes)
    WHERE w.progress = 'BLOCKED'
    GROUP BY w.provider, lane
) AS b
CROSS JOIN LATERAL (
    SELECT o.id, o.progress, o.blocked_by, o.error_code, o.error_description, o.action, o.due_date
    FROM contego.lane AS l
    JOIN contego.request_open AS o ON o.id = ANY (ARRAY[l.request_id])
    WHERE l.provider = b.provider AND l.lane = b.lane
      AND (o.progress NOT IN ('SCHEDULED', 'HELD') OR o.scheduled_date <= now())
    ORDER BY o.progress = 'IN_FLIGHT' DESC, l.sequence_number
    LIMIT 1
) AS first;

GRANT SELECT ON contego.blocked_lane TO contego_support;
GRANT SELECT (blocked_for) ON contego.blocked_lane TO contego_daemon;
COMMENT ON VIEW contego.blocked_lane IS 'Each row is a smartcard or box on which requests wait for another one. It shows the blocker and its state, since when requests wait, and how many.';
COMMENT ON COLUMN contego.blocked_lane.provider IS 'The requests go to the CAS of this provider.';
COMMENT ON COLUMN contego.blocked_lane.lane IS 'The lane is a smartcard or a box: card:<CA ID> or box:<CA ID>.';
COMMENT ON COLUMN contego.blocked_lane.blocker IS 'No request on the lane can pass the request with this number.';
COMMENT ON COLUMN contego.blocked_lane.blocker_progress IS 'The blocker has this progress.';
COMMENT ON COLUMN contego.blocked_lane.why IS 'This text explains the progress of the blocker.';
COMMENT ON COLUMN contego.blocked_lane.error_code IS 'The code says why the blocker is held or retried.';
COMMENT ON COLUMN contego.blocked_lane.error_description IS 'This sentence explains the error code.';
COMMENT ON COLUMN contego.blocked_lane.blocker_action IS 'The blocker has this action.';
COMMENT ON COLUMN contego.blocked_lane.blocker_due_date IS 'If the blocker is RETRYING, it runs again at this time at the earliest.';
COMMENT ON COLUMN contego.blocked_lane.blocked_since IS 'The first of the waiting requests was parked at this time.';
COMMENT ON COLUMN contego.blocked_lane.blocked_for IS 'The first of the waiting requests has been parked for this long.';
COMMENT ON COLUMN contego.blocked_lane.waiting IS 'This many requests are parked on the lane.';
