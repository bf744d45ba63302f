-- Returns why the ledger of entitlements cannot be relied on, as the end of a sentence. NULL: it is kept, and at most a minute behind.
CREATE OR REPLACE FUNCTION contego.ledger_fault() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN l.position IS NULL THEN 'the ledger is not kept; see contego.build_ledger'
        WHEN (SELECT f.finished_date FROM contego.feed AS f WHERE f.position > l.position ORDER BY f.position LIMIT 1)
             < clock_timestamp() - interval '1 minute'
          OR (SELECT min(i.finished_date) FROM (SELECT * FROM contego.feed_inbox LIMIT 100) AS i) < clock_timestamp() - interval '1 minute'
            THEN 'the ledger is more than a minute behind'
    END
    FROM contego.ledger AS l
$$;

REVOKE ALL ON FUNCTION contego.ledger_fault FROM PUBLIC;
COMMENT ON FUNCTION contego.ledger_fault IS 'Part of renewals: returns why the ledger cannot be relied on, or NULL.';
