-- Compares the boxes that a card should be paired with to the answer of the CAS. Returns no row if they agree, or if the answer says nothing
-- about pairings.
--
-- No command ends a pairing, so the boxes that a request took from the card may stay there. The boxes of a card that shares a box with
-- this card belong to the same pairing. Neither is a difference.
CREATE OR REPLACE FUNCTION contego.pairing_difference(of_provider text, of_card text, should text[], answer jsonb)
RETURNS TABLE (kind text, name text, should_have jsonb, cas_has jsonb)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    there text[];
BEGIN
    IF jsonb_typeof(answer -> 'stbs') IS DISTINCT FROM 'array' THEN
        IF should <> '{}' AND answer -> 'paired' = 'false' THEN
            RETURN QUERY SELECT 'wrong_pairing', '', to_jsonb(should), NULL::jsonb;
        END IF;
        RETURN;
    END IF;
    there := ARRAY(SELECT jsonb_array_elements_text(answer -> 'stbs'));
    IF NOT should <@ there OR EXISTS (
           SELECT FROM unnest(there) AS x (box)
           WHERE x.box <> ALL (should)
             AND NOT EXISTS (SELECT FROM contego.entitlement AS e
                             WHERE e.provider = of_provider AND e.card = of_card AND e.kind = 'box' AND e.name = x.box)
             AND NOT EXISTS (SELECT FROM contego.entitlement AS o
                             JOIN contego.entitlement AS p ON p.provider = o.provider AND p.card = o.card AND p.kind = 'box'
                             WHERE o.provider = of_provider AND o.kind = 'box' AND o.name = ANY (should) AND o.given
                               AND p.name = x.box AND p.given)) THEN
        RETURN QUERY SELECT 'wrong_pairing', '', to_jsonb(should), to_jsonb(there);
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.pairing_difference FROM PUBLIC;
COMMENT ON FUNCTION contego.pairing_difference IS 'Part of reconciliation: compares the boxes that a card should be paired with to the answer of the CAS.';
