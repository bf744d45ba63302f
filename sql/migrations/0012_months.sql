-- What is finished, by month (UTC) of its end: request_finished_2030_01 and, with the commands of those requests,
-- command_finished_2030_01. A month is made ahead, and dropped as a whole when nobody wants it any more: to delete its rows one by one
-- would cost as much as it cost to write them.
--
-- Within a month no request and no command of one stands twice. Over months, and between them and the open ones, no index can say so:
-- it would have to hold the date. There the move itself does, which takes the row away where it was, under the request's lock.

-- The months that there are.
CREATE TABLE contego.month (
    month          date PRIMARY KEY,
    made_date      timestamptz NOT NULL DEFAULT now(),
    dropping_since timestamptz,
    cleared_up_to  bigint NOT NULL DEFAULT 0,
    CONSTRAINT month_begins_with_its_first_day CHECK (extract(day FROM month) = 1)
);

-- The month in which something ended, as its first day. Without a search path of its own, so that it becomes part of the statement.
CREATE FUNCTION contego.month_of(moment timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT date_trunc('month', moment AT TIME ZONE 'UTC')::date $$;

-- Makes the month of a moment where it is missing; true: it was. Nobody who reads or writes is kept waiting: a table that nobody knows
-- yet is attached under a lock that is in the way of no query.
CREATE FUNCTION contego.make_month(moment timestamptz) RETURNS boolean
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

-- Makes this month and the next two where they are missing, and says which were. Whoever keeps the tables locked is not waited for:
-- it is called again, and contego.record makes the month of now itself if it has to.
CREATE FUNCTION contego.make_months() RETURNS SETOF date
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $$
DECLARE
    this_month timestamp := contego.month_of(now());
    wanted timestamptz;
BEGIN
    FOR ahead IN 0..2 LOOP
        wanted := (this_month + make_interval(months => ahead)) AT TIME ZONE 'UTC';
        CONTINUE WHEN EXISTS (SELECT FROM contego.month AS m WHERE m.month = contego.month_of(wanted));
        BEGIN
            IF contego.make_month(wanted) THEN
                RETURN NEXT contego.month_of(wanted);
            END IF;
        EXCEPTION WHEN lock_not_available THEN
            RETURN;
        END;
    END LOOP;
END
$$;

-- Deletes some of what belongs to a month's requests in tables that have no months, and returns how much was looked at: 0 when nothing
-- is left. First what belongs to 2,000 requests at a time, then 10,000 ends of the feed.
CREATE FUNCTION contego.clear_month(m contego.month) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last_one bigint;
    cleared bigint;
BEGIN
    EXECUTE format($q$
        WITH slice AS MATERIALIZED (
            SELECT r.id, r.provider, r.idempotency_key, r.created_by, r.lanes, r.subscription, r.process_id
            FROM contego.%I AS r WHERE r.id > $1 ORDER BY r.id LIMIT 2000
        ), about AS MATERIALIZED ( -- before the table is asked, so that it is asked by all three columns of its index
            SELECT s.kind, s.name, i.id
            FROM slice AS i CROSS JOIN LATERAL contego.subjects_of(i.lanes, i.subscription, i.process_id) AS s
        ), subjects AS (
            DELETE FROM contego.subject AS s USING about AS w
            WHERE s.kind = ANY (ARRAY[w.kind]) AND s.name = w.name AND s.request_id = w.id
        ), keys AS (
            DELETE FROM contego.idempotency AS k USING slice AS i
            WHERE k.provider = ANY (ARRAY[i.provider]) AND k.idempotency_key = contego.kept_key(i.idempotency_key)
              AND k.created_by = i.created_by AND k.request_id = i.id
        ), attempts AS (
            DELETE FROM contego.former_attempt AS f USING slice AS i WHERE f.request_id = ANY (ARRAY[i.id])
        )
        SELECT max(i.id), count(*) FROM slice AS i $q$, 'request_finished' || to_char(m.month, '_YYYY_MM'))
    INTO last_one, cleared
    USING m.cleared_up_to;
    IF cleared > 0 THEN
        UPDATE contego.month AS u SET cleared_up_to = last_one WHERE u.month = m.month;
        RETURN cleared;
    END IF;
    -- Positions grow with time, but for transactions that were open for long: what is left behind so goes with the next month.
    DELETE FROM contego.feed AS f
    USING (SELECT e.position, e.finished_date FROM contego.feed AS e ORDER BY e.position LIMIT 10000) AS oldest
    WHERE f.position = ANY (ARRAY[oldest.position]) AND contego.month_of(oldest.finished_date) <= m.month;
    GET DIAGNOSTICS cleared = ROW_COUNT;
    RETURN cleared;
END
$$;

-- Drops the two tables of a month, or fails at once where somebody has them. Whoever comes while this waits for those who read stands
-- behind it: so it gives up after 200 ms for each of the two locks that it waits for, and is tried again later. The files are deleted
-- after the locks are gone.
CREATE FUNCTION contego.drop_tables(of_month date) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $$
DECLARE
    tables text := format('contego.%I, contego.%I', 'command_finished' || to_char(of_month, '_YYYY_MM'),
                          'request_finished' || to_char(of_month, '_YYYY_MM'));
BEGIN
    LOCK TABLE ONLY contego.request_finished IN ACCESS EXCLUSIVE MODE;
    LOCK TABLE ONLY contego.command_finished IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE NOWAIT', tables);
    EXECUTE format('DROP TABLE %s', tables);
    DELETE FROM contego.month AS m WHERE m.month = of_month;
END
$$;

-- One step, in a transaction of its own, of dropping the oldest month that ended more than so many months ago: `begun`, `cleared` (call
-- again), `dropped`; `waiting`: somebody uses it, call again later; `nothing`: there is none, or somebody else is at it. What is open is
-- in no month.
--
-- A month that is begun keeps its requests from being sent again: what belongs to them is going.
CREATE FUNCTION contego.drop_month(retention_months integer, OUT month date, OUT step text, OUT gone bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '200ms'
AS $$
DECLARE
    oldest contego.month;
BEGIN
    IF retention_months IS NULL OR retention_months < 1 THEN
        RAISE EXCEPTION 'a month is kept for one month at least' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    step := 'nothing';
    gone := 0;
    IF NOT contego.try_lock('drop_month') THEN
        RETURN;
    END IF;
    SELECT * INTO oldest FROM contego.month AS m ORDER BY m.month LIMIT 1;
    IF oldest.month + make_interval(months => retention_months + 1) <= now() AT TIME ZONE 'UTC' THEN
        month := oldest.month;
        IF oldest.dropping_since IS NULL THEN
            UPDATE contego.month AS m SET dropping_since = now() WHERE m.month = oldest.month;
            step := 'begun';
            RETURN;
        END IF;
        gone := contego.clear_month(oldest);
        step := 'cleared';
        IF gone = 0 THEN
            PERFORM contego.drop_tables(oldest.month);
            step := 'dropped';
        END IF;
    END IF;
EXCEPTION WHEN lock_not_available THEN
    step := 'waiting';
    gone := 0;
END
$$;

-- Each step asks one index for each table, whatever the planner takes the tables for.
ALTER FUNCTION contego.clear_month SET jit = off;
ALTER FUNCTION contego.clear_month SET enable_seqscan = off;
ALTER FUNCTION contego.clear_month SET enable_hashjoin = off;
ALTER FUNCTION contego.clear_month SET enable_mergejoin = off;

CREATE VIEW contego.months AS
SELECT m.month,
       CASE WHEN m.dropping_since IS NOT NULL THEN 'is being dropped'
            WHEN m.month > contego.month_of(now()) THEN 'made ahead'
            WHEN m.month = contego.month_of(now()) THEN 'current'
            ELSE 'kept' END AS state,
       nullif(r.reltuples, -1)::bigint AS requests, nullif(c.reltuples, -1)::bigint AS commands,
       pg_total_relation_size(r.oid) + pg_total_relation_size(c.oid) AS bytes,
       m.made_date, m.dropping_since, m.cleared_up_to
FROM contego.month AS m
JOIN pg_namespace AS n ON n.nspname = 'contego'
JOIN pg_class AS r ON r.relnamespace = n.oid AND r.relname = 'request_finished' || to_char(m.month, '_YYYY_MM')
JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'command_finished' || to_char(m.month, '_YYYY_MM');

REVOKE ALL ON FUNCTION contego.month_of, contego.make_month, contego.make_months, contego.clear_month, contego.drop_tables,
    contego.drop_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.make_months, contego.drop_month TO contego_daemon, contego_operator;
GRANT EXECUTE ON FUNCTION contego.month_of TO contego_support; -- contego.months
GRANT SELECT ON contego.month, contego.months TO contego_support;

COMMENT ON TABLE contego.month IS 'The months that finished requests and their commands are kept in.';
COMMENT ON COLUMN contego.month.month IS 'Its first day; a month begins and ends in UTC.';
COMMENT ON COLUMN contego.month.made_date IS 'When its tables were made.';
COMMENT ON COLUMN contego.month.dropping_since IS 'Since when it is being dropped: its requests cannot be sent again.';
COMMENT ON COLUMN contego.month.cleared_up_to IS 'Up to which request that which belongs to it elsewhere is deleted.';
COMMENT ON VIEW contego.months IS 'The months of finished requests: how large, and what becomes of them.';
COMMENT ON COLUMN contego.months.month IS 'Its first day; a month begins and ends in UTC.';
COMMENT ON COLUMN contego.months.state IS 'made ahead, current, kept, is being dropped.';
COMMENT ON COLUMN contego.months.requests IS 'How many, as autovacuum counted them last; NULL: not yet.';
COMMENT ON COLUMN contego.months.commands IS 'Likewise.';
COMMENT ON COLUMN contego.months.bytes IS 'What its tables take with their indexes.';
COMMENT ON COLUMN contego.months.made_date IS 'When its tables were made.';
COMMENT ON COLUMN contego.months.dropping_since IS 'Since when it is being dropped: its requests cannot be sent again.';
COMMENT ON COLUMN contego.months.cleared_up_to IS 'Up to which request that which belongs to it elsewhere is deleted.';
COMMENT ON FUNCTION contego.month_of IS 'The first day of the month, in UTC, that a moment lies in.';
COMMENT ON FUNCTION contego.make_month IS 'Part of recording and of making months: makes the one of a moment where it is missing.';
COMMENT ON FUNCTION contego.make_months IS 'Makes this month and the next two where they are missing; returns those that were.';
COMMENT ON FUNCTION contego.clear_month IS 'Part of dropping a month: deletes some of what belongs to its requests elsewhere.';
COMMENT ON FUNCTION contego.drop_tables IS 'Part of dropping a month: drops its tables, or fails within a moment.';
COMMENT ON FUNCTION contego.drop_month IS 'One step of dropping the oldest month that ended more than so many months ago; called until it says nothing.';

SELECT contego.make_months();
