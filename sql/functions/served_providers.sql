-- Returns the providers that a daemon has served at any time: it has polled for them, or has taken a share.
CREATE OR REPLACE FUNCTION contego.served_providers() RETURNS text[]
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT ARRAY(SELECT DISTINCT l.provider FROM contego.lock AS l WHERE l.purpose IN ('claim', 'share') ORDER BY 1) $$;

REVOKE ALL ON FUNCTION contego.served_providers FROM PUBLIC;
COMMENT ON FUNCTION contego.served_providers IS 'Part of contego.poll and contego.reject_unserved: returns the providers that a daemon has ever served.';
