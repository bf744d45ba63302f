-- Returns the new end of a window under a policy. The calendar is that of the policy's time zone, so months and the change of the clocks count
-- as there. A moment that begins a unit is the end of the unit before.
CREATE OR REPLACE FUNCTION contego.renewed_until(p contego.renewal_policy, ends timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    local timestamp := (ends AT TIME ZONE p.time_zone) + p.extend_by;
BEGIN
    IF p.to_end_of IS NOT NULL AND local <> date_trunc(p.to_end_of, local) THEN
        local := date_trunc(p.to_end_of, local) + CASE p.to_end_of WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || p.to_end_of)::interval END;
    END IF;
    RETURN (local + p.plus) AT TIME ZONE p.time_zone;
END
$$;

REVOKE ALL ON FUNCTION contego.renewed_until FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.renewed_until TO contego_support; -- views ask for it
COMMENT ON FUNCTION contego.renewed_until IS 'Returns the new end of a window under a policy of renewal.';
