-- Refuses a run that could not work, before anything is stored. contego.check_action checks its action.
CREATE OR REPLACE FUNCTION contego.check_run(r contego.run) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text;
BEGIN
    fault := CASE
        WHEN jsonb_typeof(r.parameters) IS DISTINCT FROM 'object' THEN 'parameters must be a JSON object'
        WHEN octet_length(r.parameters::text) > 16384
            THEN format('parameters may have 16384 bytes (were %s)', octet_length(r.parameters::text))
        WHEN contego.parameters_fault(r.parameters) IS NOT NULL THEN 'parameters ' || contego.parameters_fault(r.parameters)
        WHEN r.parameters ? 'new_pin' THEN 'a run cannot hold PINs, since its cards are kept'
        WHEN r.priority NOT IN ('REGULAR', 'EXPRESS') THEN format('priority must be REGULAR or EXPRESS (was %s)', r.priority)
        WHEN NOT (r.pace > 0 AND r.pace <= 10000)
            THEN format('pace must be above 0 and at most 10000 requests per second (was %s); to stop a run, pause it', r.pace)
        WHEN NOT r.most_in_flight BETWEEN 1 AND 20000 THEN format('most_in_flight must be from 1 to 20000 (was %s)', r.most_in_flight)
        WHEN NOT (isfinite(r.from_date) AND coalesce(isfinite(r.until_date), true)) THEN 'from_date and until_date must be finite'
        WHEN r.priority = 'EXPRESS' AND r.most_in_flight > 200
            THEN format('most_in_flight must be at most 200 for an EXPRESS run, since other requests wait behind it (was %s)', r.most_in_flight)
        WHEN (r.quiet_from IS NULL) <> (r.quiet_until IS NULL) THEN 'give both quiet_from and quiet_until, or neither'
        WHEN r.quiet_from = r.quiet_until THEN 'quiet_from and quiet_until must differ'
        WHEN octet_length(concat(r.process_name, r.process_id, r.idempotency_key, r.provider)) > 2000
            THEN 'process_name, process_id, idempotency_key and provider may have 2000 bytes together'
    END;
    IF fault IS NULL AND r.provider <> ALL (contego.served_providers()) AND contego.served_providers() <> '{}' THEN
        fault := format('no daemon has ever served the provider %s; daemons have served %s', r.provider,
                        array_to_string((contego.served_providers())[1:20], ', '));
    END IF;
    IF fault IS NULL AND (SELECT count(*) FROM contego.run AS u WHERE u.created_by = session_user AND u.state IN ('RUNNING', 'PAUSED')) >= 100 THEN
        fault := 'this login has 100 runs that have not ended; cancel some, or wait';
    END IF;
    IF fault IS NULL AND contego.next_opening(r, now()) >= r.until_date THEN -- refuses an unknown time zone, too
        fault := format('the run could never send: it opens at %s, and until_date is %s', contego.next_opening(r, now()), r.until_date);
    END IF;
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'run: %', fault USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.check_run FROM PUBLIC;
COMMENT ON FUNCTION contego.check_run IS 'Part of contego.start_run: refuses a run that could not work.';
