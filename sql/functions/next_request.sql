-- Returns the request that a run sends for one card now. A change (contego.change_of) that must not be sent any more becomes a request without a
-- command, and `objection` says why.
CREATE OR REPLACE FUNCTION contego.next_request(r contego.run, card text, own jsonb, OUT action text, OUT parameters jsonb, OUT objection text)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    action := r.action;
    IF r.action = 'REFRESH' THEN
        parameters := (SELECT n.parameters FROM contego.refresh_requests(r.provider, card) AS n WHERE n.action = 'REFRESH');
    ELSIF r.action = 'HEAL' THEN
        parameters := contego.heal_parameters(r.id, r.provider, card);
    ELSIF r.action IN ('REVERT', 'RENEWAL') THEN
        objection := contego.objection_to_change(r.provider, card, own);
        action := CASE WHEN objection IS NULL THEN own ->> 'action' ELSE 'REFRESH' END;
        parameters := CASE WHEN objection IS NULL THEN own -> 'parameters' END;
    END IF;
    parameters := coalesce(parameters, contego.run_parameters(action, card, r.parameters, CASE WHEN objection IS NULL THEN own END));
END
$$;

REVOKE ALL ON FUNCTION contego.next_request FROM PUBLIC;
COMMENT ON FUNCTION contego.next_request IS 'Part of a run: returns the request that the run sends for one card now.';
