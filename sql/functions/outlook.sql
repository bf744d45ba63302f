-- Returns when a claim of the provider may find something. `due_in`: the next scheduled or retrying request is due in this many
-- milliseconds, or NULL if there is none. `notify_suppressed_for`: for this many milliseconds, an INSERT may send no NOTIFY; otherwise NULL.
CREATE OR REPLACE FUNCTION contego.outlook(of_provider text, this_moment timestamptz,
                                OUT due_in double precision, OUT notify_suppressed_for double precision)
LANGUAGE plpgsql
AS $$
BEGIN
    SELECT greatest(0, extract(epoch FROM o.due_date - this_moment) * 1000) INTO due_in
    FROM contego.request_open AS o
    WHERE o.provider = of_provider AND o.progress IN ('SCHEDULED', 'RETRYING')
    ORDER BY o.due_date
    LIMIT 1;
    notify_suppressed_for := (SELECT extract(epoch FROM b.busy_until - this_moment) * 1000
                   FROM contego.busy AS b WHERE b.provider = of_provider AND b.busy_until > this_moment);
END
$$;

REVOKE ALL ON FUNCTION contego.outlook FROM PUBLIC;
COMMENT ON FUNCTION contego.outlook IS 'Part of a claim: returns when the next request is due, and for how long INSERTs may send no NOTIFY.';
