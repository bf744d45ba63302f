-- Submits a request of a person, in the person's own name and with a reason. contego.corrective_action lists the actions that a role may
-- submit. With `of_request`, the values that are not given are those of that request: so a person submits a rejected request again with
-- other parameters. The new request keeps the number of that request in process_id. Returns the number of the new request.
CREATE OR REPLACE FUNCTION contego.submit_corrective(
    reason text, action text DEFAULT NULL, parameters jsonb DEFAULT NULL, of_request bigint DEFAULT NULL, provider text DEFAULT NULL,
    priority text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_operator boolean := pg_has_role(session_user, 'contego_operator', 'MEMBER');
    o contego.request;
    of_action text := action;
    with_parameters jsonb := parameters;
    made record;
BEGIN
    IF coalesce(reason, '') !~ '\S' OR octet_length(reason) > 4000 THEN
        RAISE EXCEPTION 'submit_corrective: the reason must have 1 to 4000 bytes' USING ERRCODE = 'invalid_parameter_value';
    ELSIF EXISTS (SELECT FROM contego.source AS s WHERE s.name = session_user) THEN
        RAISE EXCEPTION 'submit_corrective: the login % has the name of a source, and its requests would belong to the source', session_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'Use the login of a person.';
    END IF;
    IF of_request IS NOT NULL THEN
        SELECT * INTO o FROM contego.request AS r WHERE r.id = of_request;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'submit_corrective: there is no request %', of_request USING ERRCODE = 'no_data_found';
        END IF;
        of_action := coalesce(of_action, o.action);
        IF with_parameters IS NULL THEN
            -- A person must not send a PIN that it may not read, and a masked one is none.
            IF o.parameters <> contego.masked(o.parameters, o.action) OR o.parameters::text LIKE '%"****"%' THEN
                RAISE EXCEPTION 'submit_corrective: the parameters of request % have a PIN, so parameters must be given', of_request
                    USING ERRCODE = 'invalid_parameter_value';
            END IF;
            with_parameters := o.parameters;
        END IF;
    END IF;
    IF of_action IS NULL THEN
        RAISE EXCEPTION 'submit_corrective: action: is mandatory without of_request (was not given)' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT FROM contego.corrective_action AS a WHERE a.action = of_action AND (is_operator OR a.role = 'support')) THEN
        RAISE EXCEPTION 'submit_corrective: % may not submit the action "%"', CASE WHEN is_operator THEN 'operators' ELSE 'support' END, of_action
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'These may: ' || coalesce((SELECT string_agg(a.action, ', ' ORDER BY a.action) FROM contego.corrective_action AS a
                                                    WHERE is_operator OR a.role = 'support'), 'none')
                         || '. The owner of the schema edits contego.corrective_action.';
    END IF;
    INSERT INTO contego.request (owned_by, action, parameters, subscription, process_name, process_id, provider, priority)
    VALUES (session_user, of_action, with_parameters, o.subscription, 'corrective', of_request::text,
            coalesce(submit_corrective.provider, o.provider), submit_corrective.priority)
    RETURNING id, progress INTO made;
    INSERT INTO contego.operator_action (request_id, verb, before, after, reason, changes)
    VALUES (made.id, 'submit_corrective', made.progress, made.progress, submit_corrective.reason,
            jsonb_build_object('action', jsonb_build_array(o.action, of_action), 'request', jsonb_build_array(of_request, made.id)));
    RETURN made.id;
END
$$;

-- The request is found through an index, as in contego.claim.
ALTER FUNCTION contego.submit_corrective SET jit = off;
ALTER FUNCTION contego.submit_corrective SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.submit_corrective FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.submit_corrective TO contego_support;
COMMENT ON FUNCTION contego.submit_corrective IS 'Submits a request of a person with a reason, if contego.corrective_action lists its action for the role. With of_request, values that are not given are those of that request.';
