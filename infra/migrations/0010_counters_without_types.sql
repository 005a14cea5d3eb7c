-- Up Migration

-- Nothing reads the number of an item's events by type.
ALTER TABLE item_counters
  DROP COLUMN impressions,
  DROP COLUMN clicks,
  DROP COLUMN saves,
  DROP COLUMN dwells,
  DROP COLUMN hides;
