CREATE OR REPLACE FUNCTION contego.policy_text(p contego.renewal_policy) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN p.provider IS NOT NULL THEN
        jsonb_strip_nulls(to_jsonb(p)) - '{owned_by,changed_by,run,why,next_look}'::text[] END
$$;

REVOKE ALL ON FUNCTION contego.policy_text FROM PUBLIC;
COMMENT ON FUNCTION contego.policy_text IS 'Part of contego.set_renewal: writes a policy for the audit.';
