-- Returns whether a request of the provider is in the queue. The order is that of the index, so that no other index is read.
CREATE OR REPLACE FUNCTION contego.queued(of_provider text) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM FROM contego.request_open AS q
    WHERE q.provider = of_provider AND q.progress = 'QUEUED'
    ORDER BY q.priority <> 'EXPRESS', q.sequence_number
    LIMIT 1;
    RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION contego.queued FROM PUBLIC;
COMMENT ON FUNCTION contego.queued IS 'Part of polling: returns whether a request of the provider is in the queue.';
