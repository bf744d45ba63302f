-- Writes the commands of the claims that still hold. A command whose request ended is written once, among the finished commands. If its
-- request goes on, or has a row for this command already, it is written among the open commands. contego.record moves the rows of
-- ended requests.
CREATE OR REPLACE FUNCTION contego.write_commands(
    moment timestamptz, ended bigint[], ended_fences bigint[], kept bigint[], kept_fences bigint[],
    command_request_id bigint[], command_fence bigint[], command_sequence integer[], command_type text[], command_parameters jsonb[],
    command_request text[], command_response text[], command_reference text[], command_status text[], command_exchange text[],
    command_outcome text[], command_code text[], command_description text[], command_result jsonb[],
    command_sent_age double precision[], command_duration double precision[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    WITH sent_commands AS MATERIALIZED (
        SELECT s.n, o.id AS request_id, CASE WHEN command_sent_age[s.n] IS NULL THEN 0 ELSE 1 END AS attempts,
               moment - command_sent_age[s.n] * interval '1 millisecond' AS sent_date,
               o.ends AND NOT EXISTS (SELECT FROM contego.command_open AS c
                                      WHERE c.request_id = ANY (ARRAY[o.id]) AND c.sequence = command_sequence[s.n]) AS at_once
        FROM generate_series(1, cardinality(command_request_id)) AS s (n)
        JOIN (SELECT e.id, e.fence, true AS ends FROM unnest(ended, ended_fences) AS e (id, fence)
              UNION ALL
              SELECT k.id, k.fence, false FROM unnest(kept, kept_fences) AS k (id, fence)) AS o
             ON o.id = command_request_id[s.n] AND o.fence = command_fence[s.n]
    ), finished_commands AS (
        INSERT INTO contego.command_finished (
            request_id, sequence, type, parameters, request, response, reference_number, status_code, exchange, outcome,
            error_code, error_description, result, attempts, first_sent_date, sent_date, duration_ms, fence, finished_date)
        SELECT s.request_id, command_sequence[s.n], command_type[s.n], command_parameters[s.n], command_request[s.n],
               command_response[s.n], command_reference[s.n], command_status[s.n], command_exchange[s.n], command_outcome[s.n],
               command_code[s.n], command_description[s.n], command_result[s.n], s.attempts, s.sent_date, s.sent_date,
               command_duration[s.n], command_fence[s.n], moment
        FROM sent_commands AS s
        WHERE s.at_once
    )
    INSERT INTO contego.command_open AS c (
        request_id, sequence, type, parameters, request, response, reference_number, status_code, exchange, outcome,
        error_code, error_description, result, attempts, first_sent_date, sent_date, duration_ms, fence)
    SELECT s.request_id, command_sequence[s.n], command_type[s.n], command_parameters[s.n], command_request[s.n],
           command_response[s.n], command_reference[s.n], command_status[s.n], command_exchange[s.n], command_outcome[s.n],
           command_code[s.n], command_description[s.n], command_result[s.n], s.attempts, s.sent_date, s.sent_date,
           command_duration[s.n], command_fence[s.n]
    FROM sent_commands AS s
    WHERE NOT s.at_once
    ON CONFLICT (request_id, sequence) DO UPDATE
    SET type = excluded.type, parameters = excluded.parameters, request = excluded.request,
        response = excluded.response, reference_number = excluded.reference_number,
        status_code = excluded.status_code, exchange = excluded.exchange, outcome = excluded.outcome, error_code = excluded.error_code,
        error_description = excluded.error_description, result = excluded.result,
        attempts = c.attempts + CASE WHEN c.fence = excluded.fence THEN 0 ELSE excluded.attempts END,
        first_sent_date = coalesce(c.first_sent_date, excluded.first_sent_date),
        sent_date = excluded.sent_date, duration_ms = excluded.duration_ms, fence = excluded.fence,
        recorded_date = now();
END
$$;

REVOKE ALL ON FUNCTION contego.write_commands FROM PUBLIC;
COMMENT ON FUNCTION contego.write_commands IS 'Part of recording: writes the commands, among the finished ones if their request ended.';
