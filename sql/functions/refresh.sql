-- Sends again everything that a card should have: one card, the cards of a subscription, or the cards of a query. A query becomes a run
-- and has the caller's rights; its cards are looked up when they are fed.
CREATE OR REPLACE FUNCTION contego.refresh(
    card text DEFAULT NULL, subscription text DEFAULT NULL, query text DEFAULT NULL, provider text DEFAULT NULL,
    priority text DEFAULT NULL, pace double precision DEFAULT 20, reason text DEFAULT NULL,
    OUT of_card text, OUT request_id bigint, OUT action text, OUT run bigint)
RETURNS SETOF record
LANGUAGE plpgsql
AS $$
BEGIN
    IF num_nonnulls(card, subscription, query) <> 1 THEN
        RAISE EXCEPTION 'give a card, a subscription or a query, and only one of them' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF query IS NULL THEN
        RETURN QUERY
        SELECT r.card, r.request_id, r.action, NULL::bigint
        FROM contego.refresh_cards(CASE WHEN card IS NULL THEN contego.cards_of(subscription, provider) ELSE ARRAY[card] END,
                                   provider, coalesce(priority, 'EXPRESS'), reason) AS r;
    ELSE
        action := 'REFRESH';
        run := (contego.start_run('REFRESH', query => query, provider => provider, priority => priority, pace => pace, reason => reason)).run;
        RETURN NEXT;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION contego.refresh FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.refresh TO contego_operator;
COMMENT ON FUNCTION contego.refresh IS 'Sends again everything that cards should have: one card, those of a subscription, or those of a query as a run.';
