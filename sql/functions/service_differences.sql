-- Compares the services that a card should have with the services at the CAS. Each argument is a list of objects with service_ca_id,
-- start_date and end_date. A service is left alone if its window begins or ends within five minutes, because clocks differ.
--
-- Dates are equal if they differ by less than a minute. An end more than ten years away counts as no end. A start counts only while it
-- is to come: the CAS may return the time at which it began to show a service. If the CAS returns no date of a service that should have an
-- end, `has` is {}. The caller decides whether this CAS returns dates at all.
CREATE OR REPLACE FUNCTION contego.service_differences(should jsonb, has jsonb, as_of timestamptz)
RETURNS TABLE (kind text, name text, should_have jsonb, cas_has jsonb)
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH sides AS (
        SELECT coalesce(s.name, h.name) AS name, s.name IS NOT NULL AS is_due, h.name IS NOT NULL AS is_there, s.dates AS due_dates,
               h.dates AS there_dates, s.start_at AS due_start, h.start_at AS there_start, s.end_at AS due_end, h.end_at AS there_end
        FROM (SELECT DISTINCT ON (o.one ->> 'service_ca_id') o.one ->> 'service_ca_id' AS name, jsonb_strip_nulls(o.one - 'service_ca_id') AS dates,
                     contego.date_of(o.one ->> 'start_date') AS start_at, coalesce(contego.date_of(o.one ->> 'end_date'), 'infinity') AS end_at
              FROM jsonb_array_elements(should) AS o (one)) AS s
        FULL JOIN (SELECT DISTINCT ON (o.one ->> 'service_ca_id') o.one ->> 'service_ca_id' AS name, jsonb_strip_nulls(o.one - 'service_ca_id') AS dates,
                          contego.date_of(o.one ->> 'start_date') AS start_at, coalesce(contego.date_of(o.one ->> 'end_date'), 'infinity') AS end_at
                   FROM jsonb_array_elements(has) AS o (one)
                   WHERE o.one ->> 'service_ca_id' IS NOT NULL) AS h ON h.name = s.name
    )
    SELECT CASE WHEN NOT c.is_there THEN 'missing' WHEN NOT c.is_due THEN 'extra' ELSE 'wrong_window' END, c.name, c.due_dates, c.there_dates
    FROM sides AS c
    WHERE CASE
        WHEN c.due_end BETWEEN as_of - interval '5 minutes' AND as_of + interval '5 minutes'
          OR c.due_start BETWEEN as_of - interval '5 minutes' AND as_of + interval '5 minutes'
          OR c.is_there AND c.there_end <= as_of + interval '5 minutes' AND coalesce(c.due_end <= as_of, true) THEN false
        WHEN NOT c.is_there THEN c.due_end > as_of AND coalesce(c.due_start <= as_of, true)
        WHEN NOT c.is_due THEN true
        ELSE abs(extract(epoch FROM least(c.due_end, as_of + interval '10 years') - least(c.there_end, as_of + interval '10 years'))) >= 60
          OR c.there_start > as_of + interval '5 minutes' AND coalesce(abs(extract(epoch FROM c.due_start - c.there_start)) >= 60, true)
          OR c.due_start > as_of AND abs(extract(epoch FROM c.due_start - c.there_start)) >= 60
    END
$$;

REVOKE ALL ON FUNCTION contego.service_differences FROM PUBLIC;
COMMENT ON FUNCTION contego.service_differences IS 'Part of reconciliation: compares the services that a card should have with the services at the CAS.';
