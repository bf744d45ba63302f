-- Returns the first moment from `moment` on at which a run may send: not before from_date, and not in its quiet hours. The caller compares
-- it with until_date.
CREATE OR REPLACE FUNCTION contego.next_opening(r contego.run, moment timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    opens timestamptz := greatest(moment, r.from_date);
    local timestamp;
    over_midnight boolean := r.quiet_from > r.quiet_until;
BEGIN
    IF r.quiet_from IS NULL THEN
        RETURN opens;
    END IF;
    local := opens AT TIME ZONE r.time_zone;
    IF (CASE WHEN over_midnight THEN local::time >= r.quiet_from OR local::time < r.quiet_until
            ELSE local::time >= r.quiet_from AND local::time < r.quiet_until END) THEN
        RETURN (local::date + CASE WHEN over_midnight AND local::time >= r.quiet_from THEN 1 ELSE 0 END + r.quiet_until)
               AT TIME ZONE r.time_zone;
    END IF;
    RETURN opens;
END
$$;

REVOKE ALL ON FUNCTION contego.next_opening FROM PUBLIC;
COMMENT ON FUNCTION contego.next_opening IS 'Part of a run: returns the next moment at which the run may send.';
