CREATE OR REPLACE FUNCTION contego.with_defaults(r contego.run) RETURNS contego.run
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    r.parameters := coalesce(r.parameters, '{}');
    r.provider := left(coalesce(nullif(r.provider, ''), 'default'), 100);
    r.priority := coalesce(nullif(r.priority, ''), 'REGULAR');
    r.process_name := coalesce(nullif(r.process_name, ''), contego.process_of(r.action));
    r.most_in_flight := coalesce(r.most_in_flight, CASE r.priority WHEN 'EXPRESS' THEN 100
                                                   ELSE greatest(100, CASE WHEN r.pace <= 10000 THEN ceil(r.pace)::integer END) END);
    r.from_date := coalesce(r.from_date, now());
    r.time_zone := coalesce(nullif(r.time_zone, ''), current_setting('TimeZone'));
    r.idempotency_key := nullif(r.idempotency_key, '');
    RETURN r;
END
$$;

REVOKE ALL ON FUNCTION contego.with_defaults FROM PUBLIC;
COMMENT ON FUNCTION contego.with_defaults IS 'Part of starting a run: sets the columns that were not given.';
