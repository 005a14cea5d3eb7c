-- Up Migration

-- Headers of a message, as JSON in UTF-8: bytes, because text of PostgreSQL cannot hold every character. NULL for none.
ALTER TABLE event_log ADD COLUMN headers bytea;
DROP FUNCTION append_to_event_log(text[], text[], bytea[]);
-- Appends messages to event_log and returns their offsets, rising, in the order of the arrays. Offsets are drawn under
-- a lock that is held until the transaction ends, so a reader at "log_offset >= next" never passes a row that commits
-- later. Listeners on the channel event_log hear of it once.
CREATE FUNCTION append_to_event_log(catalogs text[], users text[], contents bytea[], all_headers bytea[] DEFAULT NULL)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  offsets bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock(7002, 1);
  WITH appended AS (
    INSERT INTO event_log (catalog, user_id, value, headers, appended_at_ms)
    SELECT message.catalog, message.user_id, message.content, message.headers,
      (extract(epoch FROM clock_timestamp()) * 1000)::bigint
    FROM unnest(catalogs, users, contents, all_headers) WITH ORDINALITY
      AS message (catalog, user_id, content, headers, place)
    ORDER BY message.place
    RETURNING log_offset
  )
  SELECT array_agg(log_offset ORDER BY log_offset) INTO offsets FROM appended;
  PERFORM pg_notify('event_log', '');
  RETURN offsets;
END $$;

ALTER TABLE dead_letters ADD COLUMN headers bytea;
