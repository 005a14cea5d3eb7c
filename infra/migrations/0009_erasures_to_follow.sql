-- Up Migration

-- Transaction of the erasure: a follower that read everything below the oldest transaction then running misses none
-- that commits later, without a lock over all catalogs.
ALTER TABLE erasures ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX erasures_by_xact ON erasures (xact);
