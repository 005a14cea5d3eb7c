import { createHash } from 'node:crypto';
import type { CatalogId } from '@kindred/shared/id';
import { ADVISORY_LOCKS } from '@kindred/shared/platform/advisory-locks';
import { type Database, type Transaction, transaction } from '@kindred/shared/platform/database';
import type { ArtifactStore, ArtifactVersion } from '../artifact-store.ts';

/** Bytes per row: PostgreSQL holds no more than 1 GiB in one, and a part passes through memory several times. */
const PART_BYTES = 4 * 1024 * 1024;
/** Versions per catalog, the one that serves among them. */
const VERSIONS_KEPT = 3;

/** Artifacts in PostgreSQL, in parts; a save and a withdrawal of one catalog wait for each other. */
export function postgresArtifactStore(database: Database): ArtifactStore {
  return {
    save: (catalog, { bytes, trainedAtMs, eventsChange, summary }) =>
      transaction(database, async (client) => {
        await lockArtifacts(client, catalog);
        const { rows } = await client.query<{ version: number }>(
          `INSERT INTO artifacts
           SELECT $1, greatest(max(version), (SELECT withdrawn FROM serving_artifacts WHERE catalog = $1), 0) + 1,
             $2, $3, $4, $5 FROM artifacts WHERE catalog = $1
           RETURNING version`,
          [catalog, trainedAtMs, eventsChange, JSON.stringify(summary), createHash('sha256').update(bytes).digest()],
        );
        const { version } = rows[0]!;
        for (let part = 0; part * PART_BYTES < bytes.length; part++) {
          const some = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
          await client.query('INSERT INTO artifact_parts VALUES ($1, $2, $3, $4)', [catalog, version, part, some]);
        }
        await client.query(
          'INSERT INTO serving_artifacts (catalog, version) VALUES ($1, $2) ON CONFLICT (catalog) DO UPDATE SET version = excluded.version',
          [catalog, version],
        );
        await client.query(
          `DELETE FROM artifacts WHERE catalog = $1 AND version NOT IN
             (SELECT version FROM artifacts WHERE catalog = $1 ORDER BY version DESC LIMIT $2)`,
          [catalog, VERSIONS_KEPT],
        );
        return version;
      }),

    versions: async (catalog) => {
      const { rows } = await database.query<ArtifactVersion>(
        `SELECT version, trained_at_ms AS "trainedAtMs", events_change AS "eventsChange", summary,
           EXISTS (SELECT FROM serving_artifacts s WHERE s.catalog = a.catalog AND s.version = a.version) AS "isServing"
         FROM artifacts a WHERE catalog = $1 ORDER BY version DESC`,
        [catalog],
      );
      return rows;
    },

    serve: async (catalog, version) => {
      const { rowCount } = await database.query(
        `UPDATE serving_artifacts SET version = $2
         WHERE catalog = $1 AND EXISTS (SELECT FROM artifacts WHERE catalog = $1 AND version = $2)`,
        [catalog, version],
      );
      return rowCount === 1;
    },

    dropErased: async (catalog, beforeMs) => {
      await database.query(
        `DELETE FROM artifacts a WHERE catalog = $1 AND trained_at_ms < $2
           AND events_change < (SELECT max(change) FROM erasures WHERE catalog = $1)
           AND NOT EXISTS (SELECT FROM serving_artifacts s WHERE s.catalog = a.catalog AND s.version = a.version)`,
        [catalog, beforeMs],
      );
    },

    withdraw: (catalog) =>
      transaction(database, async (client) => {
        await lockArtifacts(client, catalog);
        await client.query(
          `UPDATE serving_artifacts SET version = NULL,
             withdrawn = coalesce((SELECT max(version) FROM artifacts WHERE catalog = $1), withdrawn) WHERE catalog = $1`,
          [catalog],
        );
        await client.query('DELETE FROM artifacts WHERE catalog = $1', [catalog]);
      }),
  };
}

async function lockArtifacts(client: Transaction, catalog: CatalogId): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [ADVISORY_LOCKS.catalogArtifacts, catalog]);
}
