CREATE OR REPLACE FUNCTION contego.withdraw_many(requests bigint[], reason text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.change_own('withdraw', requests, NULL, reason) $$;

-- Each request is found through an index, as in contego.claim.
ALTER FUNCTION contego.withdraw_many SET jit = off;
ALTER FUNCTION contego.withdraw_many SET enable_seqscan = off;
ALTER FUNCTION contego.withdraw_many SET plan_cache_mode = force_generic_plan;

REVOKE ALL ON FUNCTION contego.withdraw_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.withdraw_many TO contego_crm;
COMMENT ON FUNCTION contego.withdraw_many IS 'Withdraws requests of this login''s source, as contego.withdraw does. Returns a row for each.';
