-- Up Migration

ALTER TABLE artefacts RENAME TO artifacts;
ALTER TABLE artefact_parts RENAME TO artifact_parts;
ALTER TABLE serving_artefacts RENAME TO serving_artifacts;
