-- Corrects the differences that a reconciliation found and that are still open, on the word of an operator. Returns a row for each kind and
-- command. If the command is NULL, a person must decide. With `preview` nothing is queued, and `run` is NULL.
CREATE OR REPLACE FUNCTION contego.heal(
    reconciliation bigint, preview boolean DEFAULT false, kinds text[] DEFAULT NULL, pace double precision DEFAULT NULL, reason text DEFAULT NULL)
RETURNS TABLE (kind text, correction text, differences bigint, cards bigint, run bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    to_heal bigint;
    new_run bigint;
    numbers jsonb;
BEGIN
    SELECT coalesce(n.heals, n.run) INTO to_heal FROM contego.reconciliation AS n WHERE n.run = heal.reconciliation FOR NO KEY UPDATE;
    IF to_heal IS NULL THEN
        RAISE EXCEPTION 'there is no reconciliation %', heal.reconciliation USING ERRCODE = 'no_data_found';
    ELSIF NOT heal.pace BETWEEN 0.001 AND 10000 THEN
        RAISE EXCEPTION 'heal: pace must be from 0.001 to 10000 cards per second (was %)', heal.pace USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT kinds <@ '{missing,extra,wrong_window,wrong_pairing}' THEN
        RAISE EXCEPTION 'heal: kinds are missing, extra, wrong_window and wrong_pairing (was %)', array_to_string(kinds, ', ')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT jsonb_agg(jsonb_build_array(g.kind, g.correction, g.differences, g.cards) ORDER BY g.kind, g.correction) INTO numbers
    FROM (SELECT d.kind, d.correction, count(*) AS differences, count(DISTINCT d.card) AS cards
          FROM contego.drift AS d
          WHERE d.reconciliation = to_heal AND d.state = 'open' AND (kinds IS NULL OR d.kind = ANY (kinds))
          GROUP BY d.kind, d.correction) AS g;
    IF NOT heal.preview THEN
        new_run := contego.start_healing(to_heal, kinds, heal.pace, session_user, reason);
    END IF;
    RETURN QUERY
    SELECT n.one ->> 0, n.one ->> 1, (n.one ->> 2)::bigint, (n.one ->> 3)::bigint, CASE WHEN n.one ->> 1 IS NOT NULL THEN new_run END
    FROM jsonb_array_elements(numbers) AS n (one);
END
$$;

REVOKE ALL ON FUNCTION contego.heal FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.heal TO contego_operator;
COMMENT ON FUNCTION contego.heal IS 'Corrects the differences that a reconciliation found, or only counts them with preview.';
