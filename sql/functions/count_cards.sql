-- Counts the cards of a run that is to be started, and finds the faulty ones: cards that are no CA ID, and parameters beyond the bounds.
-- The requests of faulty cards are rejected when they are planned. Refuses lists that cannot be stored.
CREATE OR REPLACE FUNCTION contego.count_cards(
    cards text[], own jsonb[], OUT card_count integer, OUT duplicates integer, OUT faulty integer, OUT examples text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET work_mem = '64MB'
AS $$
DECLARE
    unfit bigint;
    fault text;
BEGIN
    IF cardinality(cards) > 5000000 THEN
        RAISE EXCEPTION 'run: the list has % cards; 5000000 are allowed', cardinality(cards) USING ERRCODE = 'program_limit_exceeded';
    END IF;
    SELECT g.place INTO unfit
    FROM unnest(cards) WITH ORDINALITY AS g (card, place)
    WHERE coalesce(octet_length(g.card), 0) NOT BETWEEN 1 AND 100
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'run: card % of the list is NULL, empty or longer than 100 bytes', unfit USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF own IS NOT NULL THEN
        SELECT f.place, f.fault INTO unfit, fault
        FROM (SELECT g.place, CASE WHEN jsonb_typeof(g.own) <> 'object' THEN 'must be an object'
                                   WHEN g.own ? 'new_pin' THEN 'a run cannot hold PINs'
                                   ELSE contego.parameters_fault(g.own) END AS fault
              FROM unnest(own) WITH ORDINALITY AS g (own, place)
              -- Small objects of texts and usual numbers have no other fault.
              WHERE pg_column_size(g.own) > 1000 OR jsonb_typeof(g.own) <> 'object' OR g.own ? 'new_pin'
                 OR jsonb_path_exists(g.own, '$.* ? (@.type() == "object" || @.type() == "array" || @.type() == "number" && (@ > 1e18 || @ < -1e18))')
              ) AS f
        WHERE f.fault IS NOT NULL
        LIMIT 1;
        IF fault IS NOT NULL THEN
            RAISE EXCEPTION 'run: the parameters of card % of the list: %', unfit, fault USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;
    SELECT count(*), coalesce(sum(d.given), 0) - count(*), count(*) FILTER (WHERE d.card !~ '^[0-9]+$'),
           (array_agg(d.card ORDER BY d.place) FILTER (WHERE d.card !~ '^[0-9]+$'))[1:5]
    INTO card_count, duplicates, faulty, examples
    FROM (SELECT g.card, min(g.place) AS place, count(*) AS given
          FROM unnest(cards, own) WITH ORDINALITY AS g (card, own, place)
          GROUP BY g.card, g.own) AS d;
END
$$;

REVOKE ALL ON FUNCTION contego.count_cards FROM PUBLIC;
COMMENT ON FUNCTION contego.count_cards IS 'Part of contego.start_run: counts and checks the cards.';
