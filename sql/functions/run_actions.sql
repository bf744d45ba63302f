-- The actions that a run may send: the direct commands but the one with a PIN, and REFRESH. A test compares them with the commands of the program.
CREATE OR REPLACE FUNCTION contego.run_actions() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '{ADD_SUBSCRIPTIONS,CANCEL_SUBSCRIPTIONS,CREATE_PAIRING,ADD_TO_EXISTING_PAIRING,GET_ACTIVE_SUBSCRIPTIONS,
             GET_PAIRING_STATUS_FOR_CARD,GET_PAIRING_STATUS_FOR_PAIRING_MODULE,SEND_MAIL_MESSAGE_TO_CLIENT,SEND_BARK_MESSAGE_TO_CLIENT,
             SEND_REPEATING_BARK_MESSAGE_TO_CLIENT,DISPLAY_FINGERPRINT,UPDATE_CA_PIN_TO_DEFAULT_VALUE,REFRESH}'::text[]
$$;

REVOKE ALL ON FUNCTION contego.run_actions FROM PUBLIC;
COMMENT ON FUNCTION contego.run_actions IS 'Returns the actions that a run may send: direct commands, and REFRESH.';
