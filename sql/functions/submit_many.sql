-- Submits a list of requests. If another session inserts the same key at this moment, this waits for it and then finds its request. A key
-- that is known with other values is no error: `mismatch` names the columns that differ.
CREATE OR REPLACE FUNCTION contego.submit_many(requests jsonb)
RETURNS TABLE (place integer, request_id bigint, is_new boolean, mismatch text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    done record;
    tries integer := 0;
    own text := contego.own_source();
BEGIN
    PERFORM contego.check_submission(requests);
    LOOP
        BEGIN
            SELECT s.ids, s.news INTO done FROM contego.insert_submission(requests, own) AS s;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            tries := tries + 1;
            IF tries >= 5 THEN -- a transaction with a fixed snapshot will never see the row of the other session
                RAISE;
            END IF;
        END;
    END LOOP;
    RETURN QUERY
    SELECT u.place::integer, u.id, u.new, CASE WHEN NOT u.new THEN contego.mismatch(u.id, requests -> (u.place::integer - 1)) END
    FROM unnest(done.ids, done.news) WITH ORDINALITY AS u (id, new, place)
    ORDER BY u.place;
END
$$;

REVOKE ALL ON FUNCTION contego.submit_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.submit_many TO contego_crm;
COMMENT ON FUNCTION contego.submit_many IS 'Inserts a list of requests: JSON objects with the columns that the CRM sets. Returns a row as contego.submit does for each, with its place in the list.';
