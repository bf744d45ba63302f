-- The function sets no search path of its own, so that PostgreSQL inlines it into the statement that calls it.
CREATE OR REPLACE FUNCTION contego.subjects_of(lanes text[], subscription text, process_id text) RETURNS TABLE (kind text, name text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT split_part(lane, ':', 1), substr(lane, strpos(lane, ':') + 1) FROM unnest(lanes) AS lane
    UNION ALL
    SELECT about.kind, left(about.name, 500)
    FROM (VALUES ('subscription', subscription), ('process', process_id)) AS about (kind, name)
    WHERE about.name IS NOT NULL
$$;

REVOKE ALL ON FUNCTION contego.subjects_of FROM PUBLIC;
COMMENT ON FUNCTION contego.subjects_of IS 'Returns the subjects of a request: its cards, boxes, subscription and process.';
