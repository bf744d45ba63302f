-- Returns the reason why a person may not skip the unfinished command of a request; NULL: it may be skipped.
CREATE OR REPLACE FUNCTION contego.objection_to_skip(o contego.request) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE
        WHEN c.sequence IS NULL THEN 'no command of it was tried without success, so there is none to skip; release, close or cancel it'
        WHEN c.type = 'GET_PAIRING_STATUS_FOR_CARD' AND o.action <> c.type THEN
            'the commands after ' || c.type || ' depend on its answer; release, close or cancel it'
    END
    FROM contego.unfinished_command(o.id) AS c
$$;

REVOKE ALL ON FUNCTION contego.objection_to_skip FROM PUBLIC;
COMMENT ON FUNCTION contego.objection_to_skip IS 'Part of the verbs: returns the reason why the unfinished command of a request may not be skipped, or NULL.';
