-- Copies the rows of these commands to contego.former_attempt: they describe the attempt before. `held` and `held_fences` are the claims
-- that still hold.
CREATE OR REPLACE FUNCTION contego.keep_former_attempts(
    held bigint[], held_fences bigint[], command_request_id bigint[], command_fence bigint[], command_sequence integer[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    WITH sent_commands AS MATERIALIZED (
        SELECT s.n
        FROM generate_series(1, cardinality(command_request_id)) AS s (n)
        WHERE (command_request_id[s.n], command_fence[s.n]) IN (SELECT * FROM unnest(held, held_fences))
    )
    INSERT INTO contego.former_attempt (
        request_id, sequence, attempt, type, request, response, reference_number, status_code, exchange, outcome,
        error_code, error_description, sent_date, duration_ms, fence, recorded_date)
    SELECT c.request_id, c.sequence, c.attempts, c.type, c.request, c.response, c.reference_number, c.status_code,
           c.exchange, c.outcome, c.error_code, c.error_description, c.sent_date, c.duration_ms, c.fence, c.recorded_date
    FROM sent_commands AS s
    JOIN contego.command_open AS c ON c.request_id = ANY (ARRAY[command_request_id[s.n]]) AND c.sequence = command_sequence[s.n]
    -- A row with the fence of this claim is this very attempt: a transaction wrote it, and the daemon did not learn of the commit.
    WHERE c.exchange IS NOT NULL AND c.fence <> command_fence[s.n];
END
$$;

REVOKE ALL ON FUNCTION contego.keep_former_attempts FROM PUBLIC;
COMMENT ON FUNCTION contego.keep_former_attempts IS 'Part of recording: keeps the rows of earlier attempts.';
