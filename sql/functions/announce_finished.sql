CREATE OR REPLACE FUNCTION contego.announce_finished() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO contego.feed_inbox (request_id, life_cycle_state, finished_date, owned_by)
    SELECT f.id, f.life_cycle_state, f.finished_date, f.owned_by FROM finished AS f;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION contego.announce_finished FROM PUBLIC;
COMMENT ON FUNCTION contego.announce_finished() IS 'This trigger function runs while the feed is open. It enters each request that finishes into contego.feed_inbox.';
