-- Refuses a policy that could not work.
CREATE OR REPLACE FUNCTION contego.check_renewal(p contego.renewal_policy) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
    new_end timestamptz;
BEGIN
    fault := CASE
        WHEN p.service IS NULL OR p.service !~ '^([0-9]{1,64}|\*)$'
            THEN format('service: must be the CA ID of a service, or * for all services (was %s)', coalesce(p.service, 'not given'))
        WHEN p.provider IS NULL OR p.provider <> ALL (contego.served_providers()) AND contego.served_providers() <> '{}'
            THEN format('provider: must be a provider that a daemon has served: %s (was %s)', array_to_string((contego.served_providers())[1:20], ', '),
                        coalesce(p.provider, 'not given'))
        WHEN p.ahead IS NULL OR p.ahead NOT BETWEEN interval '1 minute' AND interval '1 year'
            THEN format('ahead: must be from 1 minute to 1 year (was %s)', coalesce(p.ahead::text, 'not given'))
        WHEN p.extend_by IS NULL OR p.extend_by NOT BETWEEN interval '0' AND interval '10 years'
            THEN format('extend_by: must be from 0 to 10 years (was %s)', coalesce(p.extend_by::text, 'not given'))
        WHEN p.to_end_of NOT IN ('day', 'week', 'month', 'quarter', 'year')
            THEN format('to_end_of: must be day, week, month, quarter, year or none (was %s)', p.to_end_of)
        WHEN p.time_zone IS NULL THEN 'time_zone: is mandatory (was not given)'
        WHEN p.plus NOT BETWEEN interval '-31 days' AND interval '1 year' THEN format('plus: must be from -31 days to 1 year (was %s)', p.plus)
        WHEN NOT (p.pace > 0 AND p.pace <= 10000) THEN format('pace: must be above 0 and at most 10000 requests per second (was %s)', p.pace)
        WHEN (p.quiet_from IS NULL) <> (p.quiet_until IS NULL) THEN 'quiet_from and quiet_until: give both, or neither'
        WHEN p.quiet_from = p.quiet_until THEN 'quiet_from and quiet_until: must differ'
    END;
    IF fault IS NULL THEN
        new_end := contego.renewed_until(p, date_trunc('year', now() AT TIME ZONE p.time_zone) AT TIME ZONE p.time_zone); -- an end of all units
        IF new_end <= date_trunc('year', now() AT TIME ZONE p.time_zone) AT TIME ZONE p.time_zone THEN
            fault := 'extend_by and plus: the new end must come after the former end';
        END IF;
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'set_renewal: %', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.check_renewal FROM PUBLIC;
COMMENT ON FUNCTION contego.check_renewal IS 'Part of contego.set_renewal: refuses a policy that could not work.';
