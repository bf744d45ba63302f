CREATE OR REPLACE VIEW contego.expected_drift AS
WITH listed AS (
    SELECT DISTINCT ON (x.provider, x.card, x.kind, x.name) x.* FROM contego.expectation AS x
    WHERE x.kind <> 'nothing' AND NOT contego.has_passed(x.end_date)
    ORDER BY x.provider, x.card, x.kind, x.name, x.owned_by
)
SELECT x.provider, x.card, CASE WHEN e.card IS NULL THEN 'missing' ELSE 'wrong_window' END AS kind, x.kind AS what, x.name,
       jsonb_strip_nulls(jsonb_build_object('start_date', x.start_date, 'end_date', x.end_date)) AS should_have,
       CASE WHEN e.card IS NOT NULL THEN jsonb_strip_nulls(jsonb_build_object('start_date', e.start_date, 'end_date', e.end_date)) END AS ledger_has,
       e.request_id
FROM listed AS x
LEFT JOIN contego.entitlement AS e ON e.provider = x.provider AND e.card = x.card AND e.kind = x.kind AND e.name = x.name AND e.given
                                   AND NOT contego.has_passed(e.end_date)
WHERE e.card IS NULL
   OR contego.date_of(x.end_date) IS DISTINCT FROM contego.date_of(e.end_date)
   OR coalesce(contego.date_of(x.start_date) > now(), false) <> coalesce(contego.date_of(e.start_date) > now(), false)
   OR contego.date_of(x.start_date) > now() AND contego.date_of(x.start_date) <> contego.date_of(e.start_date)
UNION ALL
SELECT e.provider, e.card, 'extra', e.kind, e.name, NULL,
       jsonb_strip_nulls(jsonb_build_object('start_date', e.start_date, 'end_date', e.end_date)), e.request_id
FROM contego.entitlement AS e
WHERE e.given AND NOT contego.has_passed(e.end_date)
  AND EXISTS (SELECT FROM contego.expectation AS x WHERE x.provider = e.provider AND x.card = e.card)
  AND NOT EXISTS (SELECT FROM contego.expectation AS x
                  WHERE x.provider = e.provider AND x.card = e.card AND x.kind = e.kind AND x.name = e.name AND NOT contego.has_passed(x.end_date));

GRANT SELECT ON contego.expected_drift TO contego_support;
COMMENT ON VIEW contego.expected_drift IS 'Each row is a difference between the ledger and the list contego.expected. Only cards on the list are compared.';
COMMENT ON COLUMN contego.expected_drift.provider IS 'The card belongs to the CAS of this provider.';
COMMENT ON COLUMN contego.expected_drift.card IS 'This is the CA ID of the smartcard.';
COMMENT ON COLUMN contego.expected_drift.kind IS 'missing: the ledger lacks it. extra: the list lacks it. wrong_window: the dates differ.';
COMMENT ON COLUMN contego.expected_drift.what IS 'The difference is about a service or a box.';
COMMENT ON COLUMN contego.expected_drift.name IS 'This is the CA ID of the service or of the box.';
COMMENT ON COLUMN contego.expected_drift.should_have IS 'The list has these dates. NULL: it does not have the service or the box.';
COMMENT ON COLUMN contego.expected_drift.ledger_has IS 'The ledger has these dates. NULL: it does not have the service or the box.';
COMMENT ON COLUMN contego.expected_drift.request_id IS 'The request with this number decided what the ledger has.';
