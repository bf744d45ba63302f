-- Makes the month of a moment where it is missing; true: it was. Nobody who reads or writes is kept waiting: a table that nobody knows
-- yet is attached under a lock that is in the way of no query.
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
    PERFORM contego.take_lock('make_month'); -- of two at once the later one finds it made
    IF EXISTS (SELECT FROM contego.month AS m WHERE m.month = first_day) THEN
        RETURN false;
    END IF;
    -- The requests first, as in contego.record: whoever drops a month locks in this order, too.
    FOR whole, unique_columns, what IN VALUES ('request_finished', 'id', 'Requests'), ('command_finished', 'request_id, sequence', 'Commands of requests') LOOP
        part := whole || to_char(first_day, '_YYYY_MM');
        EXECUTE format('CREATE TABLE contego.%I (LIKE contego.%I INCLUDING ALL EXCLUDING IDENTITY)', part, whole);
        EXECUTE format('ALTER TABLE contego.%I ADD CONSTRAINT %I PRIMARY KEY (%s)', part, part || '_pkey', unique_columns);
        EXECUTE format('COMMENT ON TABLE contego.%I IS %L', part,
                       what || ' that ended in ' || to_char(first_day, 'YYYY-MM') || ' (UTC): a partition of contego.' || whole || '.');
        EXECUTE format('ALTER TABLE contego.%I ATTACH PARTITION contego.%I FOR VALUES FROM (%L) TO (%L)', whole, part,
                       first_day || ' 00:00:00+00', (first_day + interval '1 month')::date || ' 00:00:00+00');
    END LOOP;
    INSERT INTO contego.month (month) VALUES (first_day);
    RETURN true;
END
$$;

REVOKE ALL ON FUNCTION contego.make_month FROM PUBLIC;
COMMENT ON FUNCTION contego.make_month IS 'Part of recording and of making months: makes the one of a moment where it is missing.';
