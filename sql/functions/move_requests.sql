-- Gives the requests and runs of a login to a source, with their keys and their entries in the feed. A call looks at the next
-- `at_most` requests of the database, so that locks are short, and goes on where the call before it stopped. A call that finds the end returns 0 for looked_at;
-- the next call would begin again. A key that the source has used already stays with the request that has it in the source.
CREATE OR REPLACE FUNCTION contego.move_requests(
    from_login text, to_source text, at_most integer DEFAULT 5000,
    OUT looked_at bigint, OUT moved bigint, OUT lost_keys bigint)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    ids bigint[];
    changed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM contego.source AS s WHERE s.name = to_source) THEN
        RAISE EXCEPTION 'there is no source "%"', to_source
            USING ERRCODE = 'undefined_object', HINT = 'contego.add_source adds one.';
    END IF;
    IF EXISTS (SELECT FROM contego.source AS s WHERE s.name = from_login) THEN
        RAISE EXCEPTION '"%" is a source; only the requests of a login can be moved', from_login USING ERRCODE = 'invalid_parameter_value';
    END IF;
    moved := 0;
    lost_keys := 0;
    INSERT INTO contego.source_move (from_login, to_source) VALUES (move_requests.from_login, move_requests.to_source)
    ON CONFLICT ON CONSTRAINT source_move_pkey DO NOTHING;
    SELECT array_agg(n.id ORDER BY n.id) INTO ids
    FROM contego.source_move AS m
    CROSS JOIN LATERAL (SELECT r.id FROM contego.request AS r WHERE r.id > m.moved_up_to ORDER BY r.id LIMIT greatest(at_most, 1)) AS n
    WHERE m.from_login = move_requests.from_login AND m.to_source = move_requests.to_source;
    looked_at := coalesce(cardinality(ids), 0);
    -- A request that a session was recording has moved to the finished ones: the statement after that finds it there.
    LOOP
        UPDATE contego.request AS r SET owned_by = to_source
        WHERE r.id >= ids[1] AND r.id <= ids[cardinality(ids)] AND r.owned_by = from_login;
        GET DIAGNOSTICS changed = ROW_COUNT;
        EXIT WHEN changed = 0;
        moved := moved + changed;
    END LOOP;
    WITH old_keys AS MATERIALIZED (
        SELECT contego.kept_key(r.idempotency_key) AS idempotency_key, r.provider, r.id
        FROM contego.request AS r
        WHERE r.id >= ids[1] AND r.id <= ids[cardinality(ids)] AND r.owned_by = to_source AND r.idempotency_key IS NOT NULL
    ), places_of_keys AS MATERIALIZED (
        SELECT i.place
        FROM old_keys AS o
        CROSS JOIN LATERAL (
            SELECT k.ctid AS place FROM contego.idempotency AS k
            WHERE k.idempotency_key = o.idempotency_key AND k.provider = o.provider AND k.owned_by = from_login AND k.request_id = o.id
            OFFSET 0
        ) AS i
    ), deleted_keys AS (
        DELETE FROM contego.idempotency AS k WHERE k.ctid = ANY (ARRAY(SELECT p.place FROM places_of_keys AS p)) RETURNING k.*
    ), new_keys AS (
        INSERT INTO contego.idempotency (provider, idempotency_key, owned_by, request_id)
        SELECT d.provider, d.idempotency_key, to_source, d.request_id FROM deleted_keys AS d
        ON CONFLICT DO NOTHING
        RETURNING request_id
    )
    SELECT (SELECT count(*) FROM deleted_keys) - (SELECT count(*) FROM new_keys) INTO lost_keys;
    UPDATE contego.run AS u
    SET owned_by = to_source,
        idempotency_key = CASE
            WHEN NOT EXISTS (SELECT FROM contego.run AS o WHERE o.owned_by = to_source AND o.idempotency_key = u.idempotency_key) THEN u.idempotency_key
        END
    WHERE u.owned_by = from_login;
    -- Entries that arrive while this runs belong to requests that are moved already.
    UPDATE contego.feed_inbox AS i SET owned_by = to_source WHERE i.owned_by = from_login;
    UPDATE contego.feed AS f SET owned_by = to_source
    WHERE f.position = ANY (ARRAY(SELECT e.position FROM contego.feed AS e WHERE e.owned_by = from_login ORDER BY e.position
                                  LIMIT greatest(at_most, 1)));
    GET DIAGNOSTICS changed = ROW_COUNT;
    looked_at := looked_at + changed;
    IF looked_at = 0 THEN
        DELETE FROM contego.source_move AS m WHERE m.from_login = move_requests.from_login AND m.to_source = move_requests.to_source;
    ELSIF ids IS NOT NULL THEN
        UPDATE contego.source_move AS m SET moved_up_to = ids[cardinality(ids)]
        WHERE m.from_login = move_requests.from_login AND m.to_source = move_requests.to_source;
    END IF;
END
$$;

-- Each step goes along an index, as in contego.clear_month. Keys are deleted by their place, as in contego.number_finished.
ALTER FUNCTION contego.move_requests SET jit = off;
ALTER FUNCTION contego.move_requests SET enable_seqscan = off;
-- In the order of numbers, as contego.record goes, so that the two do not deadlock.
ALTER FUNCTION contego.move_requests SET enable_bitmapscan = off;
ALTER FUNCTION contego.move_requests SET enable_hashjoin = off;
ALTER FUNCTION contego.move_requests SET enable_mergejoin = off;

REVOKE ALL ON FUNCTION contego.move_requests FROM PUBLIC;
COMMENT ON FUNCTION contego.move_requests IS 'Owner: gives the next requests of a login to a source. Call it, each time in a transaction of its own, until looked_at is 0. lost_keys counts keys that the source had used already.';
