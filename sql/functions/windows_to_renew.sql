-- Returns the windows that a policy is to renew now, at most 5,000, in the order of their ends. A window that another request changes is left
-- out, and so is a window that a run renews or has renewed. A look takes a bounded time: it reads 20,000 windows.
CREATE OR REPLACE FUNCTION contego.windows_to_renew(p contego.renewal_policy)
RETURNS TABLE (card text, service text, ends_date timestamptz, change jsonb)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT w.card, w.name, w.ends_date, w.change
    FROM (
        SELECT e.card, e.name, e.ends_date, contego.change_of(e.card, 'service', e.name, 'ADD', e.start_date, contego.date_text(u.until), e.request_id) AS change
        FROM contego.entitlement AS e
        CROSS JOIN LATERAL contego.renewed_until(p, e.ends_date) AS u (until)
        WHERE e.given AND e.kind = 'service' AND e.ends_date > now() AND e.ends_date <= now() + p.ahead
          AND e.provider = p.provider AND p.service IN ('*', e.name) AND u.until > e.ends_date
          AND (p.service <> '*' OR NOT EXISTS (SELECT FROM contego.renewal_policy AS o WHERE o.provider = e.provider AND o.service = e.name))
          AND NOT EXISTS (SELECT FROM contego.renewal AS n
                          WHERE n.provider = e.provider AND n.card = e.card AND n.service = e.name AND n.ends_date = e.ends_date)
        ORDER BY e.ends_date
        LIMIT 20000
    ) AS w
    WHERE contego.objection_to_change(p.provider, w.card, w.change) IS NULL
    LIMIT 5000
$$;

ALTER FUNCTION contego.windows_to_renew SET jit = off;
ALTER FUNCTION contego.windows_to_renew SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.windows_to_renew FROM PUBLIC;
COMMENT ON FUNCTION contego.windows_to_renew IS 'Part of renewals: returns the windows that a policy is to renew now.';
