-- Compares one card with what it should have by the ledger or by the list of the CRM. `answer` is the result of the request that read it, as
-- of a time. `refusal` is the code with which the CAS said that it does not know the card, or NULL. Only what the answer has is compared.
CREATE OR REPLACE FUNCTION contego.card_differences(
    of_provider text, of_card text, against text, answer jsonb, refusal text, as_of timestamptz)
RETURNS TABLE (kind text, name text, should_have jsonb, cas_has jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    services jsonb;
    boxes text[];
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_object('service_ca_id', m.name, 'start_date', m.start_date, 'end_date', m.end_date) ORDER BY m.name)
                    FILTER (WHERE m.kind = 'service'), '[]'),
           coalesce(array_agg(DISTINCT m.name) FILTER (WHERE m.kind = 'box'), '{}')
    INTO services, boxes
    FROM (SELECT e.kind, e.name, e.start_date, e.end_date FROM contego.entitlement AS e
          WHERE against = 'ledger' AND e.provider = of_provider AND e.card = of_card AND e.given
          UNION ALL
          SELECT x.kind, x.name, x.start_date, x.end_date FROM contego.listed(of_provider, of_card) AS x
          WHERE against = 'expected') AS m;
    IF refusal IS NULL THEN
        IF jsonb_typeof(answer -> 'subscriptions') = 'array' THEN
            RETURN QUERY SELECT d.* FROM contego.service_differences(services, answer -> 'subscriptions', as_of) AS d;
        END IF;
        RETURN QUERY SELECT d.* FROM contego.pairing_difference(of_provider, of_card, boxes, answer) AS d;
    ELSIF boxes <> '{}' OR EXISTS (SELECT FROM jsonb_array_elements(services) AS s (one)
                                   WHERE coalesce(contego.date_of(s.one ->> 'end_date') > as_of, true)) THEN
        RETURN QUERY SELECT 'unknown_card', '', jsonb_strip_nulls(jsonb_build_object('services', services, 'stbs', boxes)), to_jsonb(refusal);
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.card_differences FROM PUBLIC;
COMMENT ON FUNCTION contego.card_differences IS 'Part of reconciliation: compares one card with what it should have.';
