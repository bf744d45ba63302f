-- Returns whether an open request may change what a card has. A request that is scheduled for later does not count: it blocks nobody.
CREATE OR REPLACE FUNCTION contego.may_change_soon(of_provider text, of_card text) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM contego.lane AS l
        JOIN contego.request_open AS o ON o.id = ANY (ARRAY[l.request_id])
        WHERE l.provider = of_provider AND l.lane = 'card:' || of_card AND o.progress <> 'SCHEDULED'
          AND o.action !~ '^(GET_|SEND_|DISPLAY_FINGERPRINT$|UPDATE_CA_PIN_|RECONCILE$)')
$$;

REVOKE ALL ON FUNCTION contego.may_change_soon FROM PUBLIC;
COMMENT ON FUNCTION contego.may_change_soon IS 'Part of reconciliation: returns whether an open request may change what a card has.';
