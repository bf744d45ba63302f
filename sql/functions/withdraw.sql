-- Withdraws one request of this login's source, named by its number or by its idempotency key.
CREATE OR REPLACE FUNCTION contego.withdraw(
    request bigint DEFAULT NULL, reason text DEFAULT NULL, idempotency_key text DEFAULT NULL, provider text DEFAULT NULL)
RETURNS TABLE (request_id bigint, action text, before text, after text, refused text)
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$ SELECT * FROM contego.withdraw_many(ARRAY[coalesce(request, contego.request_of_key(provider, idempotency_key))], reason) $$;

REVOKE ALL ON FUNCTION contego.withdraw FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.withdraw TO contego_crm;
COMMENT ON FUNCTION contego.withdraw IS 'Withdraws a request of this login''s source of which nothing was sent: it becomes REJECTED with progress CANCELLED. refused is the reason if it could not.';
