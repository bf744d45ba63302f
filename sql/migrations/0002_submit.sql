-- What happens to a request when it is inserted.

-- The bounds of what a row may hold. A row beyond them could not be claimed, recorded, masked or ended within a bounded time and
-- memory, so the INSERT is refused. docs/sql.md tells them to the CRM.
--
-- What is wrong with parameters, as the end of a sentence; NULL: nothing. Each look is safe for what the looks before it let
-- through: no recursion beyond 32 levels, and no number is written out before its length is known to be small.
CREATE FUNCTION contego.parameters_fault(parameters jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    size bigint := pg_column_size(parameters);
    written_out bigint;
BEGIN
    IF size > 8 * 1024 * 1024 THEN -- of a text of 1 MiB not even numbers of one digit take as much
        RETURN format('takes %s bytes in the database; its text may have 1048576', size);
    END IF;
    IF jsonb_path_exists(parameters, 'strict $.**{32} ? (@.type() == "object" || @.type() == "array")') THEN
        RETURN 'is nested more than 32 levels deep';
    END IF;
    -- 1e131071 and 0e-16383 take a dozen bytes, and 131 KB and 16 KB as text.
    SELECT octet_length(n::text) INTO written_out
    FROM jsonb_path_query(parameters, 'strict $.** ? (@.type() == "number")') AS n
    WHERE octet_length(n::text) > 1000
    LIMIT 1;
    IF FOUND THEN
        RETURN format('has a number that takes %s characters when it is written out; 1000 are allowed', written_out);
    END IF;
    size := octet_length(parameters::text);
    IF size > 1024 * 1024 THEN
        RETURN format('has %s bytes as text; 1048576 are allowed', size);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION contego.parameters_fault IS 'What no daemon could handle about parameters, as the end of a sentence; NULL: nothing.';

-- Refuses a row: the error names the column, so that a CRM can tell which value was too much. It is an integrity error, for most
-- drivers take class 54 for trouble of the server, and would send the same again and again.
CREATE FUNCTION contego.refuse_insert(of_column text, rule text, hint text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'contego.request.% %', of_column, rule
        USING ERRCODE = 'check_violation', SCHEMA = 'contego', TABLE = 'request', COLUMN = of_column,
              CONSTRAINT = of_column || '_within_bounds', HINT = hint;
END
$$;
COMMENT ON FUNCTION contego.refuse_insert IS 'Part of inserting: refuses a row with an error that names the column and the rule.';

-- Looks at the texts of a row one by one; for rows only of which one is known to be too long, or where the database is not in UTF-8.
CREATE FUNCTION contego.check_texts(of_row jsonb) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    given record;
BEGIN
    FOR given IN SELECT t.key AS name, t.value AS text FROM jsonb_each_text(of_row) AS t LOOP
        IF given.name <> 'parameters' AND octet_length(given.text) > 16384 THEN
            PERFORM contego.refuse_insert(given.name, format('has %s bytes; 16384 are allowed', octet_length(given.text)), 'Shorten it.');
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION contego.check_texts IS 'Part of inserting: refuses a text that is too long.';

-- Only a database that is not in UTF-8 can hold bytes that have no place there: one in SQL_ASCII takes any.
CREATE FUNCTION contego.check_encoding(of_column text, given text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM convert_to(given, 'UTF8');
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
    PERFORM contego.refuse_insert(of_column, 'has bytes that are no text in UTF-8',
                                  'The database is in ' || getdatabaseencoding() || '. Set client_encoding to what the client writes, or send UTF-8.');
END
$$;
COMMENT ON FUNCTION contego.check_encoding IS 'Part of inserting: refuses a text that cannot be turned into UTF-8.';

-- The lanes of a request. Whatever the parameters hold, this must not fail: it runs inside the CRM's transaction. Only texts
-- are CA IDs; a number or an object in place of one is refused by the daemon, and may hold a secret. Long
-- texts are cut so that they fit an index; two that share a beginning then share a lane, which does no harm. In PL/pgSQL,
-- which keeps the plan: in SQL it would be made for every row.
CREATE FUNCTION contego.lanes_of(parameters jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(DISTINCT kind || left(id #>> '{}', 64) ORDER BY kind || left(id #>> '{}', 64))
                            FILTER (WHERE jsonb_typeof(id) = 'string'), '{}')
        FROM (VALUES
            ('card:', '$.smartcard_ca_id'::jsonpath),
            ('card:', '$.smartcards[*].smartcard_ca_id'),
            ('card:', '$.distributions[*].**{0 to 1}.smartcards[*]'),
            ('box:', '$.stb_ca_id'),
            ('box:', '$.stbs[*].stb_ca_id'),
            ('box:', '$.distributions[*].**{0 to 1}.stbs[*]')
        ) AS places (kind, place)
        CROSS JOIN LATERAL jsonb_path_query(parameters, place) AS id
    );
END
$$;

-- The gate: refuses what no daemon could ever handle, and sets the columns that the CRM leaves open. `r` is the row as given.
CREATE FUNCTION contego.refuse_unbounded(r contego.request_open) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    fault text := contego.parameters_fault(r.parameters);
BEGIN
    -- The constraints of the table would refuse these as well, but with the row in the error, and the PIN in it.
    IF r.action IS NULL THEN
        PERFORM contego.refuse_insert('action', 'is NULL', 'Give a CRM action, or the code of a command.');
    END IF;
    IF jsonb_typeof(r.parameters) IS DISTINCT FROM 'object' THEN
        PERFORM contego.refuse_insert('parameters', 'is ' || coalesce('of the type ' || jsonb_typeof(r.parameters), 'NULL'),
                                      'It must be a JSON object, {} at least.');
    END IF;
    IF fault IS NOT NULL THEN
        PERFORM contego.refuse_insert('parameters', fault, 'Split the request into several.');
    END IF;
    PERFORM contego.check_texts(jsonb_build_object(
        'action', r.action, 'subscription', r.subscription, 'process_name', r.process_name, 'process_id', r.process_id,
        'provider', r.provider, 'priority', r.priority, 'idempotency_key', r.idempotency_key));
END
$$;
COMMENT ON FUNCTION contego.refuse_unbounded IS 'Part of inserting: refuses parameters and texts beyond their bounds.';

-- Notes the lanes, key and subjects of a row that comes by replication, where the triggers of statements do not run.
CREATE FUNCTION contego.enter_replicated(r contego.request_open) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.idempotency (provider, idempotency_key, created_by, request_id)
    SELECT r.provider, contego.kept_key(r.idempotency_key), r.created_by, r.id
    WHERE r.idempotency_key IS NOT NULL;
    INSERT INTO contego.lane (provider, lane, sequence_number, request_id)
    SELECT r.provider, unnest(r.lanes), r.sequence_number, r.id;
    INSERT INTO contego.subject (kind, name, request_id)
    SELECT s.kind, s.name, r.id FROM contego.subjects_of(r.lanes, r.subscription, r.process_id) AS s
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION contego.enter_replicated IS 'Part of inserting: notes the lanes, key and subjects of a row that comes by replication.';

-- Completes what the CRM inserted. The columns that are ours are set here, whatever was given.
--
-- It runs for rows that come by replication too (ENABLE ALWAYS). A row with a due date comes out of this very table: from a dump, or
-- from another contego by replication. Replicated, it stays as it is. Restored by INSERT or COPY, it would lose its state.
CREATE FUNCTION contego.accept_request() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    replicated boolean := current_setting('session_replication_role') = 'replica';
BEGIN
    IF NEW.due_date IS NOT NULL THEN
        IF replicated THEN
            RETURN NEW;
        END IF;
        IF has_table_privilege(session_user, 'contego.request_open', 'TRUNCATE') THEN
            RAISE EXCEPTION 'contego.request: the row with id % has a due_date, so it comes from a dump, and would lose its state', NEW.id
                USING ERRCODE = 'object_not_in_prerequisite_state',
                      HINT = 'Restore data with pg_restore --disable-triggers, or name the columns of the CRM only.';
        END IF;
    END IF;

    NEW.provider := left(coalesce(NEW.provider, 'default'), 100);
    NEW.priority := left(coalesce(NEW.priority, 'REGULAR'), 100);
    -- Nearly all parameters are small, and nothing can be wrong with them but their depth.
    NEW.parameters_size := CASE WHEN pg_column_size(NEW.parameters) <= 1000 THEN octet_length(NEW.parameters::text) ELSE 1001 END;
    IF NEW.parameters_size > 1000 OR NEW.action IS NULL OR jsonb_typeof(NEW.parameters) IS DISTINCT FROM 'object'
       OR jsonb_path_exists(NEW.parameters, 'strict $.**{32} ? (@.type() == "object" || @.type() == "array")')
       OR octet_length(concat(NEW.action, NEW.subscription, NEW.process_name, NEW.process_id, NEW.idempotency_key)) > 16384 THEN
        PERFORM contego.refuse_unbounded(NEW);
        NEW.parameters_size := octet_length(NEW.parameters::text);
    END IF;
    IF getdatabaseencoding() <> 'UTF8' THEN
        PERFORM contego.check_encoding(g.name, g.text)
        FROM (VALUES ('action', NEW.action), ('parameters', NEW.parameters::text), ('subscription', NEW.subscription),
                     ('process_name', NEW.process_name), ('process_id', NEW.process_id), ('provider', NEW.provider),
                     ('priority', NEW.priority), ('idempotency_key', NEW.idempotency_key)) AS g (name, text);
    END IF;

    -- No date, for drivers send -infinity and dates before Christ for one that is not set. A date beyond what clients can read
    -- would be one that nobody can see.
    IF NEW.scheduled_date IS NULL OR NEW.scheduled_date < '0001-01-01 00:00:00+00' THEN
        NEW.scheduled_date := now();
    ELSIF NEW.scheduled_date >= '10000-01-01 00:00:00+00' THEN
        RAISE EXCEPTION 'contego.request.scheduled_date is %; it must be before the year 10000', NEW.scheduled_date
            USING ERRCODE = 'datetime_field_overflow', SCHEMA = 'contego', TABLE = 'request', COLUMN = 'scheduled_date',
                  HINT = 'Leave it out, or give NULL, for now. A request that is never to be sent is not inserted.';
    END IF;

    NEW.lanes := contego.lanes_of(NEW.parameters);
    IF cardinality(NEW.lanes) > 4000 THEN
        PERFORM contego.refuse_insert('parameters', format('names %s smartcards and boxes; 4000 are allowed', cardinality(NEW.lanes)),
                                      'Split the request into several.');
    END IF;
    NEW.created_date := now();
    NEW.created_by := session_user;
    NEW.due_date := NEW.scheduled_date;
    NEW.progress := CASE WHEN NEW.scheduled_date > now() THEN 'SCHEDULED' ELSE 'QUEUED' END;
    NEW.sequence_number := NEW.id;
    NEW.executed_date := NULL;
    NEW.finished_date := NULL;
    NEW.reference_number := NULL;
    NEW.error_code := NULL;
    NEW.error_description := NULL;
    NEW.result := NULL;
    NEW.attempts := 0;
    NEW.blocked_by := NULL;
    NEW.blocked_date := NULL;
    NEW.fence := 0;
    NEW.claimed_by := NULL;
    NEW.claimed_date := NULL;
    NEW.interrupted := false;
    IF replicated THEN
        NEW.sequence_number := nextval('contego.request_id_seq'); -- the id is another database's
        PERFORM contego.enter_replicated(NEW);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER accept_request BEFORE INSERT ON contego.request_open
    FOR EACH ROW EXECUTE FUNCTION contego.accept_request();
ALTER TABLE contego.request_open ENABLE ALWAYS TRIGGER accept_request; -- for rows that come by replication, too

-- A key too long for an index is kept as its digest. Without a search path of its own, so that it becomes part of the
-- statement that calls it.
CREATE FUNCTION contego.kept_key(idempotency_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT CASE WHEN octet_length(idempotency_key) <= 500 THEN idempotency_key
                ELSE 'sha256:' || encode(sha256(convert_to(idempotency_key, 'UTF8')), 'hex') END
$$;

CREATE FUNCTION contego.enter_lanes() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.idempotency (provider, idempotency_key, created_by, request_id)
    SELECT provider, contego.kept_key(idempotency_key), created_by, id
    FROM inserted
    WHERE idempotency_key IS NOT NULL
    ORDER BY 1, 2; -- two that send the same keys in another order wait for each other, and do not lock each other out

    INSERT INTO contego.lane (provider, lane, sequence_number, request_id)
    SELECT provider, unnest(lanes), sequence_number, id
    FROM inserted;

    -- A hint only, one a statement: the daemons poll as well. Transactions that notify commit one after the other, each
    -- with its own wait for the disk, so it is left out where daemons come by anyway; for a while longer than most
    -- transactions take from here to their commit.
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT i.provider, i.priority = 'EXPRESS' AS express FROM inserted AS i) AS what
        WHERE what.express OR NOT EXISTS (
            SELECT FROM contego.busy AS b
            WHERE b.provider = what.provider AND b.busy_until > clock_timestamp() + interval '300 milliseconds'))
       -- A transaction that notified cannot be prepared (PREPARE TRANSACTION): a CRM under XA switches this off for itself.
       AND coalesce(current_setting('contego.notify', true), '') NOT IN ('off', 'false', 'no', '0') THEN
        PERFORM pg_notify('contego', '');
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER enter_lanes AFTER INSERT ON contego.request
    REFERENCING NEW TABLE AS inserted
    FOR EACH STATEMENT EXECUTE FUNCTION contego.enter_lanes();

-- Hides a PIN wherever it stands in the parameters of a request that has ended: whatever a key with `pin` in it holds, in
-- whatever case, so that a misspelt new_pin hides too. No other member that a request may have is called so; what is
-- hidden too much (`mapping`) is a member that nobody knows. In the collation C, since elsewhere PIN may not be pin.
-- No search_path of its own: setting that would cost more than the work, for every row.
--
-- Calls itself for what is nested, 32 levels at most: what lies deeper is hidden as a whole.
CREATE FUNCTION contego.masked_part(document jsonb, levels integer) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    RETURN CASE jsonb_typeof(document)
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(key, CASE WHEN levels = 0 OR key ILIKE '%pin%' COLLATE "C" THEN '"****"'
                                                       WHEN jsonb_typeof(value) IN ('object', 'array') THEN contego.masked_part(value, levels - 1)
                                                       ELSE value END), '{}')
            FROM jsonb_each(document))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(CASE WHEN levels = 0 THEN '"****"'
                                           WHEN jsonb_typeof(element) IN ('object', 'array') THEN contego.masked_part(element, levels - 1)
                                           ELSE element END ORDER BY position), '[]')
            FROM jsonb_array_elements(document) WITH ORDINALITY AS items (element, position))
        ELSE document
    END;
END
$$;

-- The same for a whole document. One that is beyond the bounds came around the gate: nobody looks into it, and it is replaced as a
-- whole, so that any row can be ended.
CREATE FUNCTION contego.masked(document jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    fault text;
BEGIN
    IF pg_column_size(document) > 1000 THEN
        fault := contego.parameters_fault(document);
        IF fault IS NOT NULL THEN
            RETURN jsonb_build_object('****', fault);
        END IF;
    END IF;
    IF document IS NULL OR document::text NOT ILIKE '%pin%' COLLATE "C" THEN
        RETURN document;
    END IF;
    RETURN contego.masked_part(document, 32);
END
$$;
