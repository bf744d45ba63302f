-- Returns the action and the parameters of the request that a run sends for one card now. The run looks up its cards when it feeds them. A
-- change (contego.change_of) that must not be sent any more becomes a request without a command; the member `objection` says why.
CREATE OR REPLACE FUNCTION contego.looked_up_request(r contego.run, card text, own jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    objection text;
    parameters jsonb;
BEGIN
    IF r.action = 'REFRESH' THEN
        parameters := (SELECT n.parameters FROM contego.refresh_requests(r.provider, card) AS n WHERE n.action = 'REFRESH');
    ELSIF r.action = 'HEAL' THEN
        RETURN jsonb_build_object('parameters', contego.heal_parameters(r.id, r.provider, card));
    ELSE
        objection := contego.objection_to_change(r.provider, card, own);
        IF r.action = 'RENEWAL' AND objection IS NULL
           AND contego.has_passed((SELECT f.end_date FROM contego.latest_facts(r.provider, card) AS f
                                   WHERE f.kind = 'service' AND f.name = own ->> 'name')) THEN
            objection := 'the window has ended';
        END IF;
        IF objection IS NULL THEN
            RETURN jsonb_build_object('action', own -> 'action', 'parameters', own -> 'parameters');
        END IF;
    END IF;
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'action', 'REFRESH', 'objection', objection, 'parameters', coalesce(parameters, contego.run_parameters('REFRESH', card, '{}', NULL))));
END
$$;

REVOKE ALL ON FUNCTION contego.looked_up_request FROM PUBLIC;
COMMENT ON FUNCTION contego.looked_up_request IS 'Part of a run that looks up its cards when it feeds them: returns the request for one card.';
