-- Writes a row of the audit as the text that is hashed. contegod audit verify writes it by itself, so both must stay the same forever.
CREATE OR REPLACE FUNCTION contego.audit_text(a contego.operator_action, at_position bigint) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_array(at_position, a.id, a.request_id, a.run, a.verb, a.before, a.after, a.reason, a.acted_by,
                             to_char(a.acted_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.on_behalf_of, a.changes)::text
$$;

REVOKE ALL ON FUNCTION contego.audit_text FROM PUBLIC;
COMMENT ON FUNCTION contego.audit_text IS 'Part of contego.seal_audit: writes a row of contego.operator_action as the text that is hashed.';
