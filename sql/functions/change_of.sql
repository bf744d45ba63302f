-- Returns a change of a service or box as a card of a run keeps it: the request to send, and the request that must still be the latest one
-- about that service or box when the run sends it (contego.objection_to_change).
CREATE OR REPLACE FUNCTION contego.change_of(
    card text, kind text, name text, effect text, start_date text, end_date text, after_request bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'kind', kind, 'name', name, 'after_request', after_request,
        'action', CASE effect WHEN 'ADD' THEN 'ADD_SUBSCRIPTIONS' WHEN 'CANCEL' THEN 'CANCEL_SUBSCRIPTIONS' ELSE 'REFRESH' END,
        'parameters', CASE effect
            WHEN 'PAIR' THEN jsonb_build_object('distributions', jsonb_build_array(jsonb_build_object(
                'distributor', 'REFRESH', 'smartcards', jsonb_build_array(card), 'stbs', jsonb_build_array(name))))
            ELSE jsonb_strip_nulls(jsonb_build_object('smartcard_ca_id', card, 'service_ca_id', name, 'start_date', start_date, 'end_date', end_date))
        END)
$$;

REVOKE ALL ON FUNCTION contego.change_of FROM PUBLIC;
COMMENT ON FUNCTION contego.change_of IS 'Part of contego.revert and of renewals: returns a change of a service or box as a card of a run keeps it.';
