-- For a CRM that would rather call than insert and poll: submitting with an answer, and a feed of what has finished.

-- Refuses what is no list of requests, or has a member that nobody knows: misspelt, it would be lost without a word.
CREATE FUNCTION contego.check_submission(requests jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known text[] := '{action,parameters,subscription,process_name,process_id,provider,priority,scheduled_date,idempotency_key}';
    unknown text;
BEGIN
    IF requests IS NULL OR jsonb_typeof(requests) <> 'array'
       OR EXISTS (SELECT FROM jsonb_array_elements(requests) AS one WHERE jsonb_typeof(one) <> 'object') THEN
        RAISE EXCEPTION 'requests must be a list of objects' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT key INTO unknown
    FROM jsonb_array_elements(requests) AS one
    CROSS JOIN LATERAL jsonb_object_keys(one) AS key
    WHERE key <> ALL (known)
    LIMIT 1;
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'a request has no "%"', unknown
            USING ERRCODE = 'invalid_parameter_value', HINT = 'It has ' || array_to_string(known, ', ') || '.';
    END IF;
END
$$;

-- Inserts those whose key is not known yet, in the order of the list, in one statement; numbers all of the list.
CREATE FUNCTION contego.insert_submission(requests jsonb, OUT ids bigint[], OUT news boolean[])
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH given AS MATERIALIZED (
        SELECT g.*, left(coalesce(g.provider, 'default'), 100) AS at_provider, contego.kept_key(g.idempotency_key) AS kept,
               row_number() OVER (PARTITION BY left(coalesce(g.provider, 'default'), 100), g.idempotency_key ORDER BY g.place) AS nth
        FROM ROWS FROM (jsonb_to_recordset(requests) AS (
            action text, parameters jsonb, subscription text, process_name text, process_id text, provider text, priority text,
            scheduled_date timestamptz, idempotency_key text)) WITH ORDINALITY
            AS g (action, parameters, subscription, process_name, process_id, provider, priority, scheduled_date, idempotency_key, place)
    ), known AS MATERIALIZED (
        SELECT g.place, i.request_id
        FROM given AS g
        CROSS JOIN LATERAL (
            SELECT k.request_id FROM contego.idempotency AS k
            WHERE k.provider = g.at_provider AND k.idempotency_key = g.kept AND k.created_by = session_user
            OFFSET 0
        ) AS i
    ), fresh AS MATERIALIZED (
        SELECT f.*, nextval('contego.request_id_seq') AS id
        FROM (SELECT g.* FROM given AS g
              WHERE (g.kept IS NULL OR g.nth = 1) AND NOT EXISTS (SELECT FROM known AS k WHERE k.place = g.place)
              ORDER BY g.place) AS f
    ), inserted AS (
        INSERT INTO contego.request (id, action, parameters, subscription, process_name, process_id, provider, priority,
                                     scheduled_date, idempotency_key)
        OVERRIDING SYSTEM VALUE
        SELECT f.id, f.action, f.parameters, f.subscription, f.process_name, f.process_id, f.provider, f.priority, f.scheduled_date,
               f.idempotency_key
        FROM fresh AS f
        ORDER BY f.place
    )
    SELECT array_agg(coalesce(k.request_id, f.id, same.id) ORDER BY g.place), array_agg(f.id IS NOT NULL ORDER BY g.place)
    FROM given AS g
    LEFT JOIN known AS k ON k.place = g.place
    LEFT JOIN fresh AS f ON f.place = g.place
    LEFT JOIN fresh AS same ON f.id IS NULL AND same.kept = g.kept AND same.at_provider = g.at_provider
$$;

-- However long the list, its members are held against each other by hashing, and against the keys by their index.
ALTER FUNCTION contego.insert_submission SET jit = off;
ALTER FUNCTION contego.insert_submission SET enable_nestloop = off;
ALTER FUNCTION contego.insert_submission SET enable_seqscan = off;

-- What another session inserts at this moment is waited for, then found.
CREATE FUNCTION contego.submit_many(requests jsonb)
RETURNS TABLE (place integer, request_id bigint, is_new boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    done record;
    tries integer := 0;
BEGIN
    PERFORM contego.check_submission(requests);
    LOOP
        BEGIN
            SELECT s.ids, s.news INTO done FROM contego.insert_submission(requests) AS s;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            tries := tries + 1;
            IF tries >= 5 THEN -- a transaction whose snapshot stays as it is will never see the other's
                RAISE;
            END IF;
        END;
    END LOOP;
    RETURN QUERY
    SELECT u.place::integer, u.id, u.new
    FROM unnest(done.ids, done.news) WITH ORDINALITY AS u (id, new, place)
    ORDER BY u.place;
END
$$;

CREATE FUNCTION contego.submit(
    action text, parameters jsonb, subscription text DEFAULT NULL, process_name text DEFAULT NULL, process_id text DEFAULT NULL,
    provider text DEFAULT NULL, priority text DEFAULT NULL, scheduled_date timestamptz DEFAULT NULL,
    idempotency_key text DEFAULT NULL, OUT request_id bigint, OUT is_new boolean)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.request_id, s.is_new
    FROM contego.submit_many(jsonb_build_array(jsonb_build_object(
        'action', action, 'parameters', parameters, 'subscription', subscription, 'process_name', process_name,
        'process_id', process_id, 'provider', provider, 'priority', priority, 'scheduled_date', scheduled_date,
        'idempotency_key', idempotency_key))) AS s
$$;

-- The feed. A number drawn when a request ends would be drawn before it commits, and a reader that has passed a number never sees
-- the one below it that commits later. So an end is only noted (feed_inbox, one more row a request, in the transaction that ends it);
-- whoever reads first numbers what has been committed since, one at a time: the lock is held to the end of that transaction, so that a
-- number is visible only when all before it are. Nobody waits for the lock; who does not get it reads what is numbered, and is told when
-- there is more. The telling (NOTIFY) belongs to the numbering: in the transaction that records, which then waited for the commit of every
-- INSERT of the CRM, it was measured to cost a third of the rate. Daemons number too, each at every look around (contego.rescue).
-- The other way, to stop at the oldest transaction that runs, would let any forgotten session of the whole cluster stop every reader; here
-- only a reader that leaves its own transaction open keeps others from new numbers, and loses its session for it after ten seconds.
CREATE SEQUENCE contego.feed_position AS bigint;
CREATE TABLE contego.feed_inbox (
    request_id       bigint NOT NULL,
    life_cycle_state text NOT NULL,
    finished_date    timestamptz NOT NULL,
    created_by       text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
ALTER TABLE contego.feed_inbox REPLICA IDENTITY FULL; -- for a publication; an index would cost each end something, without one too
CREATE TABLE contego.feed (
    position         bigint PRIMARY KEY,
    request_id       bigint NOT NULL,
    life_cycle_state text NOT NULL,
    finished_date    timestamptz NOT NULL,
    created_by       text NOT NULL
);
CREATE INDEX feed_created_by ON contego.feed (created_by, position);

CREATE FUNCTION contego.announce_finished() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.feed_inbox (request_id, life_cycle_state, finished_date, created_by)
    SELECT f.id, f.life_cycle_state, f.finished_date, f.created_by FROM finished AS f;
    RETURN NULL;
END
$$;

-- Closed until somebody wants it: then it costs nothing, not even what a trigger that is disabled does.
CREATE FUNCTION contego.open_feed() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    CREATE OR REPLACE TRIGGER announce_finished AFTER INSERT ON contego.request_finished
        REFERENCING NEW TABLE AS finished
        FOR EACH STATEMENT EXECUTE FUNCTION contego.announce_finished();
    ALTER TABLE contego.request_finished ENABLE ALWAYS TRIGGER announce_finished -- whatever session_replication_role the daemon has
$$;

CREATE FUNCTION contego.close_feed() RETURNS void
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ DROP TRIGGER IF EXISTS announce_finished ON contego.request_finished $$;

CREATE FUNCTION contego.number_finished() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    numbered bigint;
BEGIN
    IF NOT contego.try_lock('number_finished') THEN
        RETURN 0;
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
    -- A statement of its own: its snapshot is younger than the lock.
    WITH moved AS (
        DELETE FROM contego.feed_inbox AS i RETURNING i.*
    )
    INSERT INTO contego.feed (position, request_id, life_cycle_state, finished_date, created_by)
    SELECT nextval('contego.feed_position'), m.request_id, m.life_cycle_state, m.finished_date, m.created_by
    FROM (SELECT * FROM moved ORDER BY moved.finished_date, moved.request_id) AS m;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    IF numbered > 0 THEN
        PERFORM pg_notify('contego_finished', ''); -- a hint, for those too who did not get the lock
    END IF;
    RETURN numbered;
END
$$;

CREATE FUNCTION contego.finished_after(after_position bigint, at_most integer DEFAULT 1000)
RETURNS TABLE ("position" bigint, request_id bigint, life_cycle_state text, finished_date timestamptz, subscription text,
               idempotency_key text, reference_number text, error_code text, error_description text, result jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    sees_all boolean := pg_has_role(session_user, 'contego_support', 'MEMBER');
BEGIN
    PERFORM contego.number_finished();
    RETURN QUERY EXECUTE format($q$
        SELECT f.position, f.request_id, f.life_cycle_state, f.finished_date, r.subscription, r.idempotency_key, r.reference_number,
               r.error_code, r.error_description, r.result
        FROM (SELECT * FROM contego.feed AS e WHERE e.position > $1 %s ORDER BY e.position LIMIT $2) AS f
        LEFT JOIN contego.request AS r ON r.id = ANY (ARRAY[f.request_id])
        ORDER BY f.position $q$, CASE WHEN sees_all THEN '' ELSE 'AND e.created_by = $3' END)
    USING coalesce(after_position, 0), least(greatest(at_most, 1), 10000), session_user::text;
END
$$;

ALTER FUNCTION contego.finished_after SET jit = off;
ALTER FUNCTION contego.finished_after SET enable_seqscan = off;

CREATE FUNCTION contego.forget_finished(up_to_position bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (DELETE FROM contego.feed AS f WHERE f.position <= up_to_position RETURNING 1)
    SELECT count(*) FROM gone
$$;

REVOKE ALL ON FUNCTION contego.check_submission, contego.insert_submission, contego.submit_many, contego.submit,
    contego.announce_finished, contego.open_feed, contego.close_feed, contego.number_finished, contego.finished_after,
    contego.forget_finished FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.submit, contego.submit_many TO contego_crm;
GRANT EXECUTE ON FUNCTION contego.finished_after TO contego_crm, contego_support;
GRANT EXECUTE ON FUNCTION contego.open_feed, contego.close_feed, contego.forget_finished TO contego_operator;
GRANT SELECT ON contego.feed, contego.feed_inbox TO contego_support;

COMMENT ON FUNCTION contego.submit IS 'Inserts one request and returns its number; where the idempotency key is known, the number of the request that has it, and is_new is false.';
COMMENT ON FUNCTION contego.submit_many IS 'The same for a list of requests (JSON objects with the columns that the CRM sets): one row for each, by its place in the list.';
COMMENT ON FUNCTION contego.check_submission IS 'Part of submitting: refuses what is no list of requests.';
COMMENT ON FUNCTION contego.insert_submission IS 'Part of submitting: inserts what is new, numbers all.';
COMMENT ON FUNCTION contego.announce_finished() IS 'Trigger, there while the feed is open: notes what has finished.';
COMMENT ON FUNCTION contego.open_feed IS 'What finishes from now on comes into the feed.';
COMMENT ON FUNCTION contego.close_feed IS 'Nothing more comes into the feed; what is in it stays.';
COMMENT ON FUNCTION contego.number_finished IS 'Gives what was committed its positions in the feed, and tells who listens on contego_finished; done by readers and daemons.';
COMMENT ON FUNCTION contego.finished_after IS 'What finished after a position of the feed, in the order of positions: never one twice, none left out.';
COMMENT ON FUNCTION contego.forget_finished IS 'Deletes the feed up to a position; the requests stay.';
COMMENT ON SEQUENCE contego.feed_position IS 'Gives contego.feed.position.';
COMMENT ON TABLE contego.feed_inbox IS 'What has finished and has no position in the feed yet.';
COMMENT ON COLUMN contego.feed_inbox.request_id IS 'The request.';
COMMENT ON COLUMN contego.feed_inbox.life_cycle_state IS 'COMPLETED or REJECTED.';
COMMENT ON COLUMN contego.feed_inbox.finished_date IS 'When.';
COMMENT ON COLUMN contego.feed_inbox.created_by IS 'The login whose request it is.';
COMMENT ON TABLE contego.feed IS 'What has finished, in the order in which it was numbered. Read it by contego.finished_after.';
COMMENT ON COLUMN contego.feed.position IS 'Grows, with gaps; one becomes visible only when all before it are.';
COMMENT ON COLUMN contego.feed.request_id IS 'The request; again where a person sent a rejected one again and it has ended anew.';
COMMENT ON COLUMN contego.feed.life_cycle_state IS 'COMPLETED or REJECTED, as it ended then.';
COMMENT ON COLUMN contego.feed.finished_date IS 'When it ended.';
COMMENT ON COLUMN contego.feed.created_by IS 'The login whose request it is.';
