-- Returns how a card becomes again as it was before mistaken requests, one row for each service and box that they touched. The effect ADD,
-- CANCEL or PAIR names the command that is to be sent. NOTHING: the card is as it was before. LEFT_ALONE: another request came later or is
-- open, and may be right. UNKNOWN: no request from before the mistake is kept. NOT_POSSIBLE: the mistake paired the card with a box, and no
-- command ends a pairing.
--
-- If no request gave a service before the mistake, the card may have had it nevertheless: the CAS may have been filled before the database.
-- So the service is cancelled only with `cancel_unknown`.
--
-- The state before is that of the latest request that is no mistake. If its window has ended, the card had nothing.
CREATE OR REPLACE FUNCTION contego.opposite_of(of_provider text, of_card text, mistaken bigint[], cancel_unknown boolean DEFAULT false)
RETURNS TABLE (kind text, name text, effect text, start_date text, end_date text, request_id bigint, why text)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH facts AS MATERIALIZED (
        SELECT f.*, f.request_id = ANY (mistaken) AS is_mistaken, f.given AND NOT contego.has_passed(f.end_date) AS is_valid
        FROM contego.facts_of(of_provider, of_card) AS f
    ), present AS (
        SELECT DISTINCT ON (f.kind, f.name) f.* FROM facts AS f
        WHERE EXISTS (SELECT FROM facts AS m WHERE m.kind = f.kind AND m.name = f.name AND m.is_mistaken)
        ORDER BY f.kind, f.name, f.finished_date DESC, f.request_id DESC
    ), former AS (
        SELECT DISTINCT ON (f.kind, f.name) f.* FROM facts AS f WHERE NOT f.is_mistaken
        ORDER BY f.kind, f.name, f.finished_date DESC, f.request_id DESC
    ), open_intents AS MATERIALIZED (
        SELECT o.kind, o.name, min(o.request_id) AS request_id FROM contego.open_intents(of_provider, of_card) AS o GROUP BY o.kind, o.name
    ), decided AS (
        SELECT p.kind, p.name, p.request_id, p.is_mistaken, o.request_id AS open_request, f.start_date, f.end_date,
               CASE
                   WHEN NOT p.is_mistaken OR o.request_id IS NOT NULL THEN 'LEFT_ALONE'
                   WHEN f.request_id IS NULL AND NOT p.given THEN 'UNKNOWN'
                   WHEN f.is_valid AND p.given AND (p.start_date, p.end_date) IS NOT DISTINCT FROM (f.start_date, f.end_date)
                     OR NOT coalesce(f.is_valid, false) AND NOT p.is_valid THEN 'NOTHING'
                   WHEN f.request_id IS NULL AND p.kind = 'service' AND NOT cancel_unknown THEN 'UNKNOWN'
                   WHEN f.is_valid THEN CASE p.kind WHEN 'service' THEN 'ADD' ELSE 'PAIR' END
                   WHEN p.kind = 'service' THEN 'CANCEL'
                   ELSE 'NOT_POSSIBLE'
               END AS effect
        FROM present AS p
        LEFT JOIN former AS f ON f.kind = p.kind AND f.name = p.name
        LEFT JOIN open_intents AS o ON o.kind = p.kind AND o.name = p.name
    )
    SELECT d.kind, d.name, d.effect, CASE d.effect WHEN 'ADD' THEN d.start_date END, CASE d.effect WHEN 'ADD' THEN d.end_date END, d.request_id,
           CASE d.effect
               WHEN 'LEFT_ALONE' THEN CASE WHEN NOT d.is_mistaken THEN format('request %s changed it later', d.request_id)
                                           ELSE format('request %s is open and would change it', d.open_request) END
               WHEN 'UNKNOWN' THEN 'no earlier request is kept that says what the card had'
               WHEN 'NOT_POSSIBLE' THEN 'no command ends a pairing'
           END
    FROM decided AS d
$$;

ALTER FUNCTION contego.opposite_of SET jit = off;
ALTER FUNCTION contego.opposite_of SET enable_seqscan = off;

REVOKE ALL ON FUNCTION contego.opposite_of FROM PUBLIC;
COMMENT ON FUNCTION contego.opposite_of IS 'Part of contego.revert: returns how a card becomes again as it was before mistaken requests.';
