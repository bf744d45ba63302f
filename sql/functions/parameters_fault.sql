-- The bounds of a row. A row beyond them could not be claimed, recorded, masked or ended within a bounded time and memory, so the
-- INSERT is refused. docs/sql.md lists the bounds for the CRM.
--
-- Returns the first fault of the parameters, as the end of a sentence; NULL: they have none. Each check is safe for parameters that
-- passed the checks before it: no recursion goes deeper than 32 levels, and no number is written as text before its length is known to be
-- small.
CREATE OR REPLACE FUNCTION contego.parameters_fault(parameters jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    size bigint := pg_column_size(parameters);
    written_out bigint;
BEGIN
    IF size > 8 * 1024 * 1024 THEN -- a text of 1 MiB takes less space, even if it consists of numbers of one digit
        RETURN format('takes %s bytes in the database; its text may have 1048576', size);
    END IF;
    IF jsonb_path_exists(parameters, 'strict $.**{32} ? (@.type() == "object" || @.type() == "array")') THEN
        RETURN 'is nested more than 32 levels deep';
    END IF;
    -- The numbers 1e131071 and 0e-16383 take a dozen bytes in the database, but 131 KB and 16 KB as text.
    SELECT octet_length(n::text) INTO written_out
    FROM jsonb_path_query(parameters, 'strict $.** ? (@.type() == "number")') AS n
    WHERE octet_length(n::text) > 1000
    LIMIT 1;
    IF FOUND THEN
        RETURN format('has a number that takes %s characters when it is written out; 1000 are allowed', written_out);
    END IF;
    size := octet_length(parameters::text);
    IF size > 1024 * 1024 THEN
        RETURN format('has %s bytes as text; 1048576 are allowed', size);
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.parameters_fault FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.parameters_fault TO contego_support;
COMMENT ON FUNCTION contego.parameters_fault IS 'Returns the fault, as the end of a sentence, that makes parameters too large for any daemon, or NULL if there is none.';
