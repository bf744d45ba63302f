-- Creates the month of a moment if it is missing, and returns true if it was. No reader or writer waits: a table that no session uses yet
-- is attached under a lock that conflicts with no query.
CREATE OR REPLACE FUNCTION contego.make_month(moment timestamptz) RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    first_day date := contego.month_of(moment);
    whole text;
    part text;
    unique_columns text;
    what text;
BEGIN
    PERFORM contego.take_lock('make_month'); -- of two sessions, the later one finds the month created
    IF EXISTS (SELECT FROM contego.month AS m WHERE m.month = first_day) THEN
        RETURN false;
    END IF;
    -- The requests come first, as in contego.record. contego.drop_tables locks in this order, too.
    FOR whole, unique_columns, what IN VALUES ('request_finished', 'id', 'requests'), ('command_finished', 'request_id, sequence', 'commands of requests') LOOP
        part := whole || to_char(first_day, '_YYYY_MM');
        EXECUTE format('CREATE TABLE contego.%I (LIKE contego.%I INCLUDING ALL EXCLUDING IDENTITY)', part, whole);
        EXECUTE format('ALTER TABLE contego.%I ADD CONSTRAINT %I PRIMARY KEY (%s)', part, part || '_pkey', unique_columns);
        EXECUTE format('COMMENT ON TABLE contego.%I IS %L', part,
                       'This partition of contego.' || whole || ' holds the ' || what || ' that ended in ' || to_char(first_day, 'YYYY-MM') || ' (UTC).');
        EXECUTE format('ALTER TABLE contego.%I ATTACH PARTITION contego.%I FOR VALUES FROM (%L) TO (%L)', whole, part,
                       first_day || ' 00:00:00+00', (first_day + interval '1 month')::date || ' 00:00:00+00');
    END LOOP;
    INSERT INTO contego.month (month) VALUES (first_day);
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION contego.make_month FROM PUBLIC;
COMMENT ON FUNCTION contego.make_month IS 'Part of recording and of contego.make_months: creates the month of a moment if it is missing.';
