-- What happens to a request when it is inserted.

-- The lanes of a request. Whatever the parameters hold, this must not fail: it runs inside the CRM's transaction. Long
-- texts are cut so that they fit an index; two that share a beginning then share a lane, which does no harm. In PL/pgSQL,
-- which keeps the plan: in SQL it would be made for every row.
CREATE FUNCTION contego.lanes_of(parameters jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(DISTINCT kind || left(id #>> '{}', 64) ORDER BY kind || left(id #>> '{}', 64))
                            FILTER (WHERE id #>> '{}' IS NOT NULL), '{}')
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

-- Completes what the CRM inserted. The columns that are ours are set here, whatever was given.
CREATE FUNCTION contego.accept_request() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.created_date := now();
    NEW.created_by := session_user;
    NEW.provider := left(coalesce(NEW.provider, 'default'), 100);
    NEW.priority := left(coalesce(NEW.priority, 'REGULAR'), 100);
    NEW.scheduled_date := coalesce(NEW.scheduled_date, now());
    NEW.due_date := NEW.scheduled_date;
    NEW.progress := CASE WHEN NEW.scheduled_date > now() THEN 'SCHEDULED' ELSE 'QUEUED' END;
    NEW.sequence_number := nextval('contego.sequence_number');
    NEW.lanes := contego.lanes_of(NEW.parameters);
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
    RETURN NEW;
END
$$;
CREATE TRIGGER accept_request BEFORE INSERT ON contego.request_open
    FOR EACH ROW EXECUTE FUNCTION contego.accept_request();

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
    INSERT INTO contego.idempotency (provider, idempotency_key, request_id)
    SELECT provider, contego.kept_key(idempotency_key), id
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
            WHERE b.provider = what.provider AND b.busy_until > clock_timestamp() + interval '300 milliseconds')) THEN
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
CREATE FUNCTION contego.masked(document jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
BEGIN
    IF document IS NULL OR document::text NOT ILIKE '%pin%' COLLATE "C" THEN
        RETURN document;
    END IF;
    RETURN CASE jsonb_typeof(document)
        WHEN 'object' THEN (
            SELECT jsonb_object_agg(key, CASE WHEN key ILIKE '%pin%' COLLATE "C" THEN '"****"' ELSE contego.masked(value) END)
            FROM jsonb_each(document))
        WHEN 'array' THEN (
            SELECT jsonb_agg(contego.masked(element) ORDER BY position)
            FROM jsonb_array_elements(document) WITH ORDINALITY AS items (element, position))
        ELSE document
    END;
END
$$;
