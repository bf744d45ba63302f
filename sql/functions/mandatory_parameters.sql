-- The parameters that the requests of a run need beside the card. A test compares them with the plan of each command.
CREATE OR REPLACE FUNCTION contego.mandatory_parameters(action text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN action IN ('ADD_SUBSCRIPTIONS', 'CANCEL_SUBSCRIPTIONS') THEN '{service_ca_id}'
        WHEN action = 'CREATE_PAIRING' THEN '{stbs}'
        WHEN action IN ('SEND_MAIL_MESSAGE_TO_CLIENT', 'SEND_BARK_MESSAGE_TO_CLIENT') THEN '{message}'
        WHEN action = 'SEND_REPEATING_BARK_MESSAGE_TO_CLIENT' THEN '{message,repetition_count,repetition_interval}'
        WHEN action = 'DISPLAY_FINGERPRINT' THEN '{position_x,position_y,height,fingerprint_slot}'
        ELSE '{}'
    END::text[]
$$;

REVOKE ALL ON FUNCTION contego.mandatory_parameters FROM PUBLIC;
COMMENT ON FUNCTION contego.mandatory_parameters IS 'Part of contego.start_run: returns the parameters that the requests of a run need beside the card.';
