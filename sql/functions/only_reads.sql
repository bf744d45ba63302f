-- Returns whether a request only asks the CAS, so that its order among other requests of the card changes nothing.
CREATE OR REPLACE FUNCTION contego.only_reads(action text, parameters jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT action LIKE 'GET\_%' OR action = 'RECONCILE' OR action = 'HEAL' AND NOT parameters ?| '{add,cancel,stbs}'
$$;

REVOKE ALL ON FUNCTION contego.only_reads FROM PUBLIC;
COMMENT ON FUNCTION contego.only_reads IS 'Part of the verbs: returns whether a request only asks the CAS.';
