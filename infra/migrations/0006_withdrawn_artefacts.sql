-- Up Migration

-- A catalog whose versions were all deleted has none that serves, and its next one gets a number of its own: what has
-- loaded one tells it from others by its number.
ALTER TABLE serving_artefacts ALTER COLUMN version DROP NOT NULL;
ALTER TABLE serving_artefacts ADD COLUMN withdrawn int NOT NULL DEFAULT 0;
COMMENT ON COLUMN serving_artefacts.withdrawn IS 'the last version that was withdrawn; 0 for none';
