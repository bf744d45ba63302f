-- Rejects requests of providers that no daemon has ever served, such as `Default` for `default`: no daemon would ever claim them. It rejects
-- a request after `older_than`, and only if a daemon runs for that long: the CRM may insert requests before the first daemon of a provider
-- starts. A call rejects at most 100 requests, and returns how many.
CREATE OR REPLACE FUNCTION contego.reject_unserved(older_than interval DEFAULT '10 minutes') RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    served text[] := contego.served_providers();
    one record;
    claim bigint;
    rejected bigint := 0;
BEGIN
    -- After the first start of a fleet, the daemons of other providers may start later.
    IF served = '{}' OR NOT EXISTS (SELECT FROM contego.daemon AS d WHERE d.started_date < now() - older_than) THEN
        RETURN 0;
    END IF;
    FOR one IN
        SELECT o.id, o.provider
        FROM contego.unserved_providers(served) AS u (provider)
        CROSS JOIN LATERAL (
            -- The oldest requests, and the requests that are due first. So the limits bound the number of rows that are read.
            (SELECT q.id, q.provider, q.created_date FROM contego.request_open AS q
             WHERE q.provider = u.provider AND q.progress = 'QUEUED'
             ORDER BY q.provider, q.priority <> 'EXPRESS', q.sequence_number LIMIT 100)
            UNION ALL
            (SELECT s.id, s.provider, s.created_date FROM contego.request_open AS s
             WHERE s.provider = u.provider AND s.progress = 'SCHEDULED'
             ORDER BY s.provider, s.due_date LIMIT 100)
        ) AS o
        WHERE o.created_date < now() - older_than
        LIMIT 100
    LOOP
        BEGIN -- a row that cannot be recorded must not keep the others
            claim := nextval('contego.fence');
            PERFORM FROM contego.request_open AS r
            WHERE r.id = one.id AND r.progress IN ('QUEUED', 'SCHEDULED') FOR UPDATE SKIP LOCKED;
            CONTINUE WHEN NOT FOUND;
            UPDATE contego.request_open AS r SET progress = 'IN_FLIGHT', claimed_by = 0, claimed_date = now(), fence = claim WHERE r.id = one.id;
            PERFORM contego.record(
                verdict_request_id => ARRAY[one.id], verdict_fence => ARRAY[claim], verdict_disposition => ARRAY['reject'],
                verdict_code => ARRAY['UNKNOWN_PROVIDER'],
                verdict_description => ARRAY[format('provider: no daemon has ever served "%s"%s Daemons have served %s.', one.provider,
                    coalesce((SELECT '; did you mean "' || s.name || '"?' FROM unnest(served) AS s (name)
                              WHERE lower(btrim(s.name)) = lower(btrim(one.provider)) LIMIT 1), '.'),
                    (SELECT string_agg('"' || s.name || '"', ', ') FROM unnest(served) AS s (name)))]);
            rejected := rejected + 1;
        EXCEPTION WHEN OTHERS THEN
            RAISE WARNING 'request % cannot be rejected: %', one.id, SQLERRM;
        END;
    END LOOP;
    RETURN rejected;
END
$$;

-- Each step reads one index, as in contego.claim.
ALTER FUNCTION contego.reject_unserved SET jit = off;
ALTER FUNCTION contego.reject_unserved SET enable_seqscan = off;
ALTER FUNCTION contego.reject_unserved SET enable_bitmapscan = off;
ALTER FUNCTION contego.reject_unserved SET enable_sort = off;

REVOKE ALL ON FUNCTION contego.reject_unserved FROM PUBLIC;
COMMENT ON FUNCTION contego.reject_unserved IS 'Part of contego.rescue: rejects requests of providers that no daemon has ever served, and returns how many.';
