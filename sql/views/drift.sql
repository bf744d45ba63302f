-- A correction that waited in a run that has ended or was forgotten is open again. A window without dates counts only if the
-- CAS returned dates of other services.
CREATE OR REPLACE VIEW contego.drift AS
SELECT d.provider, d.card, d.kind, d.name, d.should_have, d.has,
       CASE WHEN d.state = 'queued' AND coalesce(h.state, 'CANCELLED') NOT IN ('RUNNING', 'PAUSED') THEN 'open' ELSE d.state END AS state,
       contego.correction_of(d.kind, d.should_have, d.has) AS correction,
       d.found_date, d.seen_date, d.state_date, d.reconciliation, d.heal_run, d.request_id
FROM contego.difference AS d
JOIN contego.reconciliation AS n ON n.run = d.reconciliation
LEFT JOIN contego.run AS h ON h.id = d.heal_run
WHERE d.kind <> 'wrong_window' OR d.has <> '{}' OR n.windows_returned;

GRANT SELECT ON contego.drift TO contego_support;
COMMENT ON VIEW contego.drift IS 'Each row is a difference between a card at the CAS and what it should have, as the latest reconciliation of the card found it.';
COMMENT ON COLUMN contego.drift.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.drift.card IS 'This is the CA ID of the smartcard. Name the provider and the card, or the reconciliation, in a query.';
COMMENT ON COLUMN contego.drift.kind IS 'missing: the CAS lacks a service. extra: it has a service too many. wrong_window: it has other dates. wrong_pairing: the card is paired with other boxes. unknown_card: it does not know the card.';
COMMENT ON COLUMN contego.drift.name IS 'This is the CA ID of the service. It is empty if the difference is about the card.';
COMMENT ON COLUMN contego.drift.should_have IS 'For a service: its dates. For a pairing: the boxes. NULL: the card should not have the service.';
COMMENT ON COLUMN contego.drift.has IS 'The CAS has this, in the same form. NULL: it has nothing, or returns no list of boxes. For an unknown card: the code of the refusal.';
COMMENT ON COLUMN contego.drift.state IS 'open: nothing corrects it. queued: a run is to correct it. healed: it was corrected, and the CAS was read again. gone: a later comparison did not find it.';
COMMENT ON COLUMN contego.drift.correction IS 'contego.heal sends this command. NULL: a person must decide.';
COMMENT ON COLUMN contego.drift.found_date IS 'The difference was first found at this time.';
COMMENT ON COLUMN contego.drift.seen_date IS 'The difference was last found at this time.';
COMMENT ON COLUMN contego.drift.state_date IS 'The difference came into its state at this time.';
COMMENT ON COLUMN contego.drift.reconciliation IS 'The reconciliation with this number was the last to find it.';
COMMENT ON COLUMN contego.drift.heal_run IS 'The run with this number corrects it, or was the last to do so.';
COMMENT ON COLUMN contego.drift.request_id IS 'The request with this number read the card last, or failed to correct it.';
