-- Returns the first members of `requests` whose parameters have at most `most_bytes` bytes together; at least one if `any_size`.
CREATE OR REPLACE FUNCTION contego.within_bytes(requests bigint[], most_bytes bigint, any_size boolean) RETURNS bigint[]
LANGUAGE sql
AS $$
    SELECT array_agg(s.id ORDER BY s.place)
    FROM (
        SELECT r.id, r.place, sum(o.parameters_size) OVER (ORDER BY r.place) AS bytes
        FROM unnest(requests) WITH ORDINALITY AS r (id, place)
        JOIN contego.request_open AS o ON o.id = ANY (ARRAY[r.id])
    ) AS s
    WHERE s.bytes <= most_bytes OR any_size AND s.place = 1
$$;

REVOKE ALL ON FUNCTION contego.within_bytes FROM PUBLIC;
COMMENT ON FUNCTION contego.within_bytes IS 'Part of a claim: returns the first of some requests whose parameters are not larger than a limit together.';
