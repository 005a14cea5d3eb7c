-- Up Migration

-- Trained versions of a catalog. One is complete once its row is there, because its parts are written in the same
-- transaction. Versions of a catalog rise.
CREATE TABLE artefacts (
  catalog text COLLATE "C" NOT NULL REFERENCES catalogs,
  version int NOT NULL,
  trained_at_ms bigint NOT NULL,
  -- The last change of an event that it was trained on.
  events_change bigint NOT NULL,
  -- Counts, the parameters that were chosen, and the metrics on held-out events.
  summary jsonb NOT NULL,
  sha256 bytea NOT NULL,
  PRIMARY KEY (catalog, version)
);
CREATE TABLE artefact_parts (
  catalog text COLLATE "C" NOT NULL,
  version int NOT NULL,
  part int NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (catalog, version, part),
  FOREIGN KEY (catalog, version) REFERENCES artefacts ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE artefact_parts ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Version that ranks; no row for a catalog without one.
CREATE TABLE serving_artefacts (
  catalog text COLLATE "C" PRIMARY KEY REFERENCES catalogs,
  version int NOT NULL,
  FOREIGN KEY (catalog, version) REFERENCES artefacts
);
