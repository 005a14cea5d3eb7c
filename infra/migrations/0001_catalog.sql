-- Up Migration
-- Ids are compared by their bytes, hence collation "C". Times are milliseconds since 1970, as JavaScript counts them.

CREATE TABLE catalogs (
  catalog text COLLATE "C" PRIMARY KEY,
  created_at_ms bigint NOT NULL
);
INSERT INTO catalogs VALUES ('main', (extract(epoch FROM now()) * 1000)::bigint);

-- Numbers items, embeddings and spaces in the order in which they commit: next_change() holds a lock until the
-- transaction ends, so a reader at "change > last" never passes a row that commits later.
CREATE SEQUENCE changes;
CREATE FUNCTION next_change() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7001, 1);
  RETURN nextval('changes');
END $$;

CREATE TABLE items (
  catalog text COLLATE "C" NOT NULL REFERENCES catalogs,
  item_id text COLLATE "C" NOT NULL,
  change bigint NOT NULL,
  -- The item as it was given, without its id; NULL once deleted. The row stays, so that followers see the deletion.
  fields jsonb,
  created_at_ms bigint NOT NULL,
  -- sha256 of the text to embed; NULL where there is none.
  text_hash bytea,
  PRIMARY KEY (catalog, item_id)
);
CREATE INDEX items_by_change ON items (change);
CREATE INDEX items_by_catalog_change ON items (catalog, change);
CREATE INDEX items_by_age ON items (catalog, created_at_ms DESC, item_id) WHERE fields IS NOT NULL;

-- One row per catalog and embedding model. At most one per catalog serves; the others are being filled or are retired.
CREATE TABLE spaces (
  catalog text COLLATE "C" NOT NULL REFERENCES catalogs,
  space text COLLATE "C" NOT NULL,
  model text NOT NULL,
  dimensions int NOT NULL,
  state text NOT NULL CHECK (state IN ('filling', 'serving', 'retired')),
  change bigint NOT NULL,
  PRIMARY KEY (catalog, space)
);
CREATE UNIQUE INDEX spaces_one_serving ON spaces (catalog) WHERE state = 'serving';

CREATE TABLE embeddings (
  catalog text COLLATE "C" NOT NULL,
  space text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  change bigint NOT NULL,
  text_hash bytea NOT NULL,
  -- Unit length, little-endian 32-bit floats.
  vector bytea NOT NULL,
  PRIMARY KEY (catalog, space, item_id)
);
CREATE INDEX embeddings_by_change ON embeddings (change);
CREATE INDEX embeddings_by_catalog_change ON embeddings (catalog, change);
ALTER TABLE embeddings ALTER COLUMN vector SET STORAGE EXTERNAL;

-- Items to embed. A worker holds a row by its lock, so a dead worker's rows are free again at once.
CREATE TABLE embedding_queue (
  catalog text COLLATE "C" NOT NULL,
  space text COLLATE "C" NOT NULL,
  item_id text COLLATE "C" NOT NULL,
  -- The change of the item row that asked for it.
  change bigint NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  not_before_ms bigint NOT NULL DEFAULT 0,
  -- Reason of the last failure. After the last attempt the row stays, as the record of the failure.
  error text,
  failed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (catalog, space, item_id)
);
CREATE INDEX embedding_queue_pending ON embedding_queue (change) WHERE NOT failed;
