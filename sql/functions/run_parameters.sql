-- Returns the parameters of the request for one card of a run. The parameters of the card replace those of the run. The member
-- subscription is no parameter: it becomes a column of the request.
CREATE OR REPLACE FUNCTION contego.run_parameters(action text, card text, common jsonb, own jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE action
               WHEN 'GET_PAIRING_STATUS_FOR_PAIRING_MODULE' THEN jsonb_build_object('stb_ca_id', card)
               WHEN 'CREATE_PAIRING' THEN jsonb_build_object('smartcards', jsonb_build_array(jsonb_build_object('smartcard_ca_id', card)))
               WHEN 'REFRESH' THEN jsonb_build_object('distributions', jsonb_build_array(jsonb_build_object(
                   'distributor', 'REFRESH', 'smartcards', jsonb_build_array(card))))
               ELSE jsonb_build_object('smartcard_ca_id', card)
           END || common || coalesce(own, '{}') - 'subscription'
$$;

REVOKE ALL ON FUNCTION contego.run_parameters FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.run_parameters TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.run_parameters IS 'Returns the parameters of the request for one card of a run.';
