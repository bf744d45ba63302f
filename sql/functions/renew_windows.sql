-- Looks for windows that the policy which has waited longest is to renew, and starts a run for them. A policy has one run at a time. Nothing is
-- renewed while the ledger of entitlements cannot be relied on.
CREATE OR REPLACE FUNCTION contego.renew_windows() RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    p contego.renewal_policy;
    fault text;
    number bigint;
BEGIN
    SELECT * INTO p FROM contego.renewal_policy AS o
    WHERE o.active AND o.next_look <= clock_timestamp()
    ORDER BY o.next_look
    LIMIT 1
    FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    DELETE FROM contego.renewal AS n WHERE n.ends_date < now() - interval '1 day';
    fault := coalesce(contego.ledger_fault(),
                      (SELECT format('run %s has not ended', u.id) FROM contego.run AS u WHERE u.id = p.run AND u.state IN ('RUNNING', 'PAUSED')));
    IF fault IS NULL THEN
        BEGIN
            number := contego.start_renewal(p);
        EXCEPTION -- it must stop neither the other policies nor the runs
            WHEN query_canceled THEN
                fault := 'the latest look took too long';
            WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception THEN
                fault := 'an error stopped the renewal: ' || SQLERRM;
        END;
    END IF;
    UPDATE contego.renewal_policy AS o
    SET run = coalesce(number, o.run), why = fault, next_look = clock_timestamp() + interval '1 minute'
    WHERE o.provider = p.provider AND o.service = p.service;
END
$$;

ALTER FUNCTION contego.renew_windows SET jit = off;
ALTER FUNCTION contego.renew_windows SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.renew_windows FROM PUBLIC;
COMMENT ON FUNCTION contego.renew_windows IS 'Part of contego.feed_runs: starts runs that renew windows, by the policies.';
