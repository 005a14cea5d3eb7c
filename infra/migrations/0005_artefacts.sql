-- Up Migration

-- What the trainer made of a catalog's history: complete once its row is there, because parts are written before it in
-- one transaction. Versions of a catalog rise.
CREATE TABLE artefacts (
  catalog text COLLATE "C" NOT NULL REFERENCES catalogs,
  version int NOT NULL,
  trained_at_ms bigint NOT NULL,
  -- The last change of an event that it was trained on.
  events_change bigint NOT NULL,
  -- Counts, what was chosen and how it did on what was held out.
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

-- The version that ranks, where one does.
CREATE TABLE serving_artefacts (
  catalog text COLLATE "C" PRIMARY KEY REFERENCES catalogs,
  version int NOT NULL,
  FOREIGN KEY (catalog, version) REFERENCES artefacts
);
