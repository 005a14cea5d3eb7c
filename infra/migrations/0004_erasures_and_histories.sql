-- Up Migration

-- An erasure changes the state that follows from a catalog's events, so it is numbered as they are.
ALTER TABLE erasures ADD COLUMN change bigint NOT NULL DEFAULT 0;
CREATE INDEX erasures_by_change ON erasures (catalog, change);

-- An erased message leaves its place in the log, without content and owner, so that readers pass it.
ALTER TABLE event_log ALTER COLUMN value DROP NOT NULL;

-- A user's history, found without the impressions around it.
CREATE INDEX events_history ON events (catalog, user_id, at_ms DESC, event_id DESC)
  WHERE NOT retracted AND value > 0 AND type <> 'impression';
