-- Runs the query of a run with the caller's rights, and returns its cards and the parameters of each. The query returns a column `card`.
-- `columns` maps names of parameters to other columns of the query: {"message": "text"}.
--
-- The query runs as a cursor, so that it is one statement that returns rows. It runs in a subtransaction that is read only and is rolled
-- back: the query can neither write nor leave anything behind.
-- It reads one card more than a run may have, so that no query fills the memory.
CREATE OR REPLACE FUNCTION contego.read_cards(query text, columns jsonb DEFAULT NULL, OUT cards text[], OUT own jsonb[])
LANGUAGE plpgsql
AS $$
DECLARE
    rows refcursor;
    members text;
BEGIN
    IF columns IS NOT NULL THEN
        IF jsonb_typeof(columns) <> 'object' OR EXISTS (SELECT FROM jsonb_each(columns) AS c WHERE jsonb_typeof(c.value) <> 'string') THEN
            RAISE EXCEPTION 'columns must map names of parameters to columns of the query, such as {"message": "text"}'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        -- The number of a communication queue is often an integer there, and a text here.
        SELECT string_agg(format(CASE c.key WHEN 'communication_queue_number' THEN '%L, q.%I::text' ELSE '%L, q.%I' END, c.key, c.value), ', ')
        INTO members
        FROM jsonb_each_text(columns) AS c;
    END IF;
    BEGIN
        PERFORM set_config('transaction_read_only', 'on', true);
        OPEN rows FOR EXECUTE format(E'SELECT array_agg(q.card::text), array_agg(%s) FROM (SELECT * FROM (%s\n) AS given LIMIT 5000001) AS q',
            coalesce('jsonb_strip_nulls(jsonb_build_object(' || members || '))', 'NULL::jsonb'), rtrim(query, E'; \n\t\r'));
        FETCH rows INTO cards, own;
        RAISE EXCEPTION USING ERRCODE = 'CG005';
    EXCEPTION
        WHEN SQLSTATE 'CG005' THEN NULL;
        WHEN undefined_column OR undefined_function THEN -- q is the name of the query in the statement above
            RAISE EXCEPTION 'run: %', CASE
                    WHEN SQLERRM LIKE '%q.card %' THEN 'query: must return a column "card" (it returns none)'
                    WHEN SQLERRM ~ '\mq\.' THEN format('columns: the query must return each column that columns names (%s)', SQLERRM)
                    ELSE 'query: ' || SQLERRM
                END
                USING ERRCODE = SQLSTATE;
    END;
END
$$;

REVOKE ALL ON FUNCTION contego.read_cards FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contego.read_cards TO contego_crm, contego_operator;
COMMENT ON FUNCTION contego.read_cards IS 'Runs the query of a run with the caller''s rights, read only, and returns its cards and the parameters of each.';
