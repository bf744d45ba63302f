-- Returns the providers of open requests that are not in `served`; none if no provider was ever served. It looks up one request for each provider in each of two indexes,
-- however many requests are open.
CREATE OR REPLACE FUNCTION contego.unserved_providers(served text[]) RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE queued_providers AS (
        SELECT (SELECT min(q.provider) FROM contego.request_open AS q WHERE q.progress = 'QUEUED') AS provider
        UNION ALL
        SELECT (SELECT min(q.provider) FROM contego.request_open AS q WHERE q.progress = 'QUEUED' AND q.provider > p.provider)
        FROM queued_providers AS p WHERE p.provider IS NOT NULL
    ), scheduled_providers AS (
        SELECT (SELECT min(q.provider) FROM contego.request_open AS q WHERE q.progress IN ('SCHEDULED', 'RETRYING')) AS provider
        UNION ALL
        SELECT (SELECT min(q.provider) FROM contego.request_open AS q
                WHERE q.progress IN ('SCHEDULED', 'RETRYING') AND q.provider > p.provider)
        FROM scheduled_providers AS p WHERE p.provider IS NOT NULL
    )
    SELECT p.provider FROM (SELECT provider FROM queued_providers UNION SELECT provider FROM scheduled_providers) AS p (provider)
    WHERE p.provider IS NOT NULL AND p.provider <> ALL (served) AND served <> '{}'
$$;

REVOKE ALL ON FUNCTION contego.unserved_providers FROM PUBLIC;
COMMENT ON FUNCTION contego.unserved_providers IS 'Part of contego.reject_unserved: returns the providers of open requests that are not in the list.';
