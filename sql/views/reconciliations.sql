CREATE OR REPLACE VIEW contego.reconciliations AS
SELECT n.run AS reconciliation, n.heals, n.against, r.parameters ->> 'read' AS read, r.provider, r.state, r.why, r.cards, n.compared, n.unlike,
       n.passed_over, r.failed - n.unknown_card AS failed, n.missing, n.extra,
       n.wrong_window + CASE WHEN n.windows_returned THEN n.undated ELSE 0 END AS wrong_window, n.wrong_pairing, n.unknown_card,
       n.services_returned, n.windows_returned, n.boxes_returned, n.heal_at_most_cards, n.heal_at_most_percent,
       r.created_date, r.finished_date, r.created_by
FROM contego.reconciliation AS n
JOIN contego.run AS r ON r.id = n.run;

GRANT SELECT ON contego.reconciliations TO contego_support;
COMMENT ON VIEW contego.reconciliations IS 'Each row is a reconciliation with its counts, or the healing of one. contego.run_progress has the progress of its run.';
COMMENT ON COLUMN contego.reconciliations.reconciliation IS 'This is the number of the reconciliation, and of its run.';
COMMENT ON COLUMN contego.reconciliations.heals IS 'The run corrects the differences that the reconciliation with this number found, and reads the cards again. NULL: it only reads.';
COMMENT ON COLUMN contego.reconciliations.against IS 'The cards are compared with the ledger, or with the list contego.expected.';
COMMENT ON COLUMN contego.reconciliations.read IS 'Only the services or only the boxes are read. NULL: both are read.';
COMMENT ON COLUMN contego.reconciliations.provider IS 'The cards belong to the CAS of this provider.';
COMMENT ON COLUMN contego.reconciliations.state IS 'The run is RUNNING, PAUSED, DONE, CANCELLED or EXPIRED.';
COMMENT ON COLUMN contego.reconciliations.why IS 'This sentence explains the state, or says at the end whether the differences are corrected without a person.';
COMMENT ON COLUMN contego.reconciliations.cards IS 'The run has this many cards.';
COMMENT ON COLUMN contego.reconciliations.compared IS 'This many cards were compared.';
COMMENT ON COLUMN contego.reconciliations.unlike IS 'This many of them had a difference.';
COMMENT ON COLUMN contego.reconciliations.passed_over IS 'This many cards were not compared, because they changed each time that they were read.';
COMMENT ON COLUMN contego.reconciliations.failed IS 'This many cards could not be read. contego.run_error has the errors.';
COMMENT ON COLUMN contego.reconciliations.missing IS 'This many services were missing at the CAS.';
COMMENT ON COLUMN contego.reconciliations.extra IS 'The CAS had this many services too many.';
COMMENT ON COLUMN contego.reconciliations.wrong_window IS 'This many services had other dates at the CAS.';
COMMENT ON COLUMN contego.reconciliations.wrong_pairing IS 'This many cards were paired with other boxes.';
COMMENT ON COLUMN contego.reconciliations.unknown_card IS 'The CAS did not know this many cards.';
COMMENT ON COLUMN contego.reconciliations.services_returned IS 'If false, no answer listed services, and none were compared.';
COMMENT ON COLUMN contego.reconciliations.windows_returned IS 'If false, no answer had the date of a service, and no windows were compared.';
COMMENT ON COLUMN contego.reconciliations.boxes_returned IS 'If false, no answer listed boxes. Then it was only compared whether cards are paired, if the CAS tells.';
COMMENT ON COLUMN contego.reconciliations.heal_at_most_cards IS 'The differences are corrected without a person if at most this many cards have some.';
COMMENT ON COLUMN contego.reconciliations.heal_at_most_percent IS 'The differences are corrected without a person if at most this percentage of the compared cards has some.';
COMMENT ON COLUMN contego.reconciliations.created_date IS 'The reconciliation was started at this time.';
COMMENT ON COLUMN contego.reconciliations.finished_date IS 'Its run became DONE, CANCELLED or EXPIRED at this time.';
COMMENT ON COLUMN contego.reconciliations.created_by IS 'This login started it.';
