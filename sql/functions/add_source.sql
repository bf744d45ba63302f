-- Makes a source of a role, or gives a source another role. Only the owner of the schema may call it.
CREATE OR REPLACE FUNCTION contego.add_source(name text, role text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_role name := coalesce(role, name);
BEGIN
    IF coalesce(name, '') !~ '\S' OR octet_length(name) > 63 THEN
        RAISE EXCEPTION 'the name of a source must have 1 to 63 bytes' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = of_role) THEN
        RAISE EXCEPTION 'there is no role "%"', of_role
            USING ERRCODE = 'undefined_object',
                  HINT = format('CREATE ROLE %1$I; GRANT contego_crm TO %1$I; and then grant it to each login of the CRM.', of_role);
    END IF;
    -- Requests that such a role inserted belong to its own name. Its name as a source would give them away.
    IF of_role <> add_source.name AND EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = add_source.name) THEN
        RAISE EXCEPTION 'the source "%" may not have the name of another role than its own, which is "%"', name, of_role
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO contego.source (name, role) VALUES (add_source.name, quote_ident(of_role)::regrole)
    ON CONFLICT ON CONSTRAINT source_pkey DO UPDATE SET role = excluded.role;
END
$$;

REVOKE ALL ON FUNCTION contego.add_source FROM PUBLIC;
COMMENT ON FUNCTION contego.add_source IS 'Owner: makes a source of a role. The requests of the logins that are members of the role belong to the source. Without a second argument, the role has the name of the source.';
