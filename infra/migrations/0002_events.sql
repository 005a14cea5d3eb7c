-- Up Migration

-- The event log of the standalone mode. Appends hold one lock, so the order of offsets is the order of commits.
CREATE TABLE event_log (
  log_offset bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Owner of the event, for erasure; consumers read the value alone.
  catalog text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  value bytea NOT NULL,
  appended_at_ms bigint NOT NULL
);
CREATE INDEX event_log_by_user ON event_log (catalog, user_id);

-- Messages that could not be read, each known by its first position.
CREATE TABLE dead_letters (
  log text NOT NULL,
  partition int NOT NULL,
  log_offset bigint NOT NULL,
  catalog text COLLATE "C",
  user_id text COLLATE "C",
  reason text NOT NULL,
  value bytea NOT NULL,
  at_ms bigint NOT NULL,
  PRIMARY KEY (log, partition, log_offset)
);
CREATE INDEX dead_letters_by_user ON dead_letters (catalog, user_id);

-- Progress of the consumer on each partition, written in the transaction of the effect.
CREATE TABLE progress (
  log text NOT NULL,
  partition int NOT NULL,
  next_offset bigint NOT NULL,
  PRIMARY KEY (log, partition)
);

CREATE SEQUENCE event_changes;
CREATE TABLE events (
  catalog text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  type text NOT NULL,
  value double precision NOT NULL,
  at_ms bigint NOT NULL,
  slate text,
  position int,
  -- In commit order within a catalog.
  change bigint NOT NULL,
  -- Taken back by a later event of value 0.
  retracted boolean NOT NULL DEFAULT false,
  PRIMARY KEY (catalog, event_id)
);
CREATE INDEX events_by_user ON events (catalog, user_id, at_ms DESC, event_id DESC);
CREATE INDEX events_by_pair ON events (catalog, user_id, item_id, type);
CREATE INDEX events_by_change ON events (catalog, change);

-- Counters over all users per item: events that count, and positive engagement decayed over two half-lives. A rank is
-- log2(value) + time / half-life: it orders items the same at every moment, so it can be indexed.
CREATE TABLE item_counters (
  catalog text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  saves bigint NOT NULL,
  dwells bigint NOT NULL,
  hides bigint NOT NULL,
  short_value double precision NOT NULL,
  long_value double precision NOT NULL,
  decayed_to_ms bigint NOT NULL,
  short_rank double precision,
  long_rank double precision,
  PRIMARY KEY (catalog, item_id)
);
CREATE INDEX item_counters_trending ON item_counters (catalog, short_rank DESC, item_id) WHERE short_rank IS NOT NULL;
CREATE INDEX item_counters_popular ON item_counters (catalog, long_rank DESC, item_id) WHERE long_rank IS NOT NULL;

-- Positions before which a user's messages are dropped, wherever they are read again. The user is known by a hash only.
CREATE TABLE erasures (
  catalog text COLLATE "C" NOT NULL,
  user_hash bytea NOT NULL,
  log text NOT NULL,
  partition int NOT NULL,
  before_offset bigint NOT NULL,
  PRIMARY KEY (catalog, user_hash, log, partition)
);
