import type { Database } from '@kindred/shared/platform/database';
import type { ErasedUser, ErasureSource } from '../users/erasure-source.ts';

/**
 * Follows the erasures of `postgresEventStore` by their transactions. The place is the oldest transaction that was still
 * running at the last call: each that had not committed by then has the same number or a higher one. The upper bound leaves
 * out numbers of another server, from which the database was copied.
 */
export function postgresErasureSource(database: Database): ErasureSource {
  return {
    async since(place) {
      const { rows } = await database.query<{ place: string; users: readonly ErasedRow[] | null }>({
        name: 'erasures-since',
        text: `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS place,
                 (SELECT json_agg(DISTINCT jsonb_build_object(
                    'catalog', catalog, 'hash', encode(user_hash, 'hex'), 'erasure', xact::text))
                  FROM erasures WHERE xact >= $1::xid8 AND xact < pg_snapshot_xmax(pg_current_snapshot())) AS users`,
        values: [place ?? null],
      });
      const row = rows[0]!;
      return { place: row.place, users: (row.users ?? []).map(erasedUser) };
    },
  };
}

interface ErasedRow {
  readonly catalog: ErasedUser['catalog'];
  readonly hash: string;
  readonly erasure: string;
}

function erasedUser({ hash, ...row }: ErasedRow): ErasedUser {
  return { ...row, hash: Buffer.from(hash, 'hex') };
}
