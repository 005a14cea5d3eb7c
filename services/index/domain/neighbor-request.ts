import type { SpaceId } from '@kindred/shared/id';
import type { NeighborQuery } from '@kindred/shared/neighbor';
import { Problem } from '@kindred/shared/problem';
import type { Space } from './space.ts';
import { unitVector } from './unit-vector.ts';

/** Most neighbors that one query may ask for. */
export const K_MAX = 1_000;

/** True if the query's vector was made in another space than the serving one: the two cannot be compared. */
export function isForeign({ target }: NeighborQuery, serving: SpaceId): boolean {
  return 'vector' in target && target.space !== undefined && target.space !== serving;
}

/**
 * Checks all queries of a request, because one bad query must not reach the engine.
 * @param serving  Vectors are checked against this space, unless they are foreign to it or there is none.
 * @throws {Problem} `invalid-request`, which names the first field that is wrong.
 */
export function requireQueries(queries: readonly NeighborQuery[], serving: Space | undefined): void {
  queries.forEach((query, i) => {
    const isCompared = serving !== undefined && !isForeign(query, serving.space);
    requireQuery(query, { field: `queries.${i}`, dimensions: isCompared ? serving.dimensions : undefined });
  });
}

function requireQuery(
  { target, k }: NeighborQuery,
  { field, dimensions }: { readonly field: string; readonly dimensions: number | undefined },
): void {
  const refuse = (name: string, reason: string): never => {
    throw new Problem('invalid-request', `${field}.${name} ${reason}`, {
      fields: [{ field: `${field}.${name}`, reason }],
    });
  };
  if (!Number.isInteger(k) || k < 1 || k > K_MAX) refuse('k', `must be a whole number from 1 to ${K_MAX}`);
  if (dimensions === undefined || !('vector' in target)) return;
  try {
    unitVector(target.vector, dimensions);
  } catch (error) {
    const reason = error instanceof Error ? `must be a vector of the serving space: ${error.message}` : 'is wrong';
    refuse('target.vector', reason);
  }
}
