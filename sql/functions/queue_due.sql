-- Puts scheduled and retrying requests that have become due into the queue. It collects their ids first: a join would compare the ids with
-- every row of the table if the planner had made its plan while the table was empty.
CREATE OR REPLACE FUNCTION contego.queue_due(of_provider text, this_moment timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    due bigint[] := ARRAY(
        SELECT d.id FROM contego.request_open AS d
        WHERE d.provider = of_provider AND d.progress IN ('SCHEDULED', 'RETRYING') AND d.due_date <= this_moment
        ORDER BY d.due_date
        LIMIT 2000 -- so that an EXPRESS request does not wait until a large bulk has been moved
        FOR UPDATE SKIP LOCKED);
BEGIN
    IF due <> '{}' THEN
        UPDATE contego.request_open AS o SET progress = 'QUEUED' WHERE o.id = ANY (due);
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.queue_due FROM PUBLIC;
COMMENT ON FUNCTION contego.queue_due IS 'Part of a claim: puts scheduled and retrying requests that have become due into the queue.';
