-- Refuses a row. The error names the column, so that a CRM sees which value was too large. It is an integrity error: most drivers take
-- class 54 for a fault of the server, and would send the same row again and again.
CREATE OR REPLACE FUNCTION contego.refuse_insert(of_column text, rule text, hint text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'contego.request.% %', of_column, rule
        USING ERRCODE = 'check_violation', SCHEMA = 'contego', TABLE = 'request', COLUMN = of_column,
              CONSTRAINT = of_column || '_within_bounds', HINT = hint;
END
$$;

REVOKE ALL ON FUNCTION contego.refuse_insert FROM PUBLIC;
COMMENT ON FUNCTION contego.refuse_insert IS 'Part of an INSERT: refuses a row with an error that names the column and the rule.';
