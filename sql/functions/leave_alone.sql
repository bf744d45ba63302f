-- Notes the cards of a run that it leaves alone, with the reason. A window that is left alone may be renewed later.
CREATE OR REPLACE FUNCTION contego.leave_alone(r contego.run, reasons jsonb) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH noted_cards AS (
        UPDATE contego.run_card AS c SET parameters = c.parameters || jsonb_build_object('left_alone', l.value)
        FROM jsonb_each(reasons) AS l
        WHERE c.run = r.id AND c.position = l.key::integer
        RETURNING c.card, c.parameters ->> 'name' AS service
    )
    DELETE FROM contego.renewal AS n USING noted_cards AS c
    WHERE r.action = 'RENEWAL' AND n.provider = ANY (ARRAY[r.provider]) AND n.card = c.card AND n.service = c.service AND n.run = r.id
$$;

REVOKE ALL ON FUNCTION contego.leave_alone FROM PUBLIC;
COMMENT ON FUNCTION contego.leave_alone IS 'Part of a run that undoes or renews: notes the cards that it leaves alone.';
