-- Returns the process name that the CRM's documentation gives to the requests of a command. FIINGERPRINTING is written as there.
CREATE OR REPLACE FUNCTION contego.process_of(action text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN action LIKE 'SEND\_%' THEN 'MAIL_BARK_MESSAGE_UTILITY'
        WHEN action = 'DISPLAY_FINGERPRINT' THEN 'FIINGERPRINTING_UTILITY'
        WHEN action LIKE '%PAIRING%' THEN 'PAIRING_UTILITY'
        WHEN action LIKE 'UPDATE\_CA\_PIN\_%' THEN 'RESET_PIN'
        ELSE 'PROVISIONING_REQUEST_PROCESSING'
    END
$$;

REVOKE ALL ON FUNCTION contego.process_of FROM PUBLIC;
COMMENT ON FUNCTION contego.process_of IS 'Returns the process name that the CRM gives to the requests of a command.';
