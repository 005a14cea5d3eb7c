import { createHash } from 'node:crypto';
import type { ItemId, SpaceId } from '@kindred/shared/id';
import type { NeighborAnswer, NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { Counter, type Registry } from '@kindred/shared/platform/metrics';
import { Problem } from '@kindred/shared/problem';
import { Pool } from 'undici';

export interface HttpNeighborSourceOptions {
  /** Of all replicas of the index service. */
  readonly urls: readonly string[];
  /** The bearer key that the services share; `undefined` on loopback. */
  readonly apiKey: string | undefined;
  readonly registry: Registry;
}

interface Replica {
  readonly url: string;
  readonly pool: Pool;
  failedAtMs: number;
}

const ATTEMPT_MS = 400;
const DEADLINE_MS = 1_000;
/** A replica that failed is asked last for so long. */
const AVOID_MS = 1_000;
const CONNECTIONS_MAX = 16;

/** What one replica could not answer, and another may. */
class Retryable extends Error {}

/**
 * Asks the replicas of the index over connections that are kept: where one has not answered after 400 ms, or is not
 * ready, the next is asked too. The first answer counts, until 1 s has gone.
 */
export function httpNeighborSource({ urls, apiKey, registry }: HttpNeighborSourceOptions): NeighborSource & {
  close(): Promise<void>;
} {
  const replicas: readonly Replica[] = urls.map((url) => ({
    url,
    pool: new Pool(new URL(url).origin, { connections: CONNECTIONS_MAX, keepAliveTimeout: 30_000 }),
    failedAtMs: Number.NEGATIVE_INFINITY,
  }));
  const failures = new Counter({
    name: 'kindred_index_request_failures_total',
    help: 'Requests that a replica of the index did not answer',
    labelNames: ['replica'] as const,
    registers: [registry],
  });

  /** The same question goes to the same replica while that answers: two of them may know different neighbors as near. */
  const inTurn = (question: string): readonly Replica[] => {
    const first = createHash('sha1').update(question).digest().readUInt32BE() % replicas.length;
    const rotated = [...replicas.slice(first), ...replicas.slice(0, first)];
    const since = performance.now() - AVOID_MS;
    return [
      ...rotated.filter((each) => each.failedAtMs < since),
      ...rotated.filter((each) => each.failedAtMs >= since),
    ];
  };

  const post = async (replica: Replica, path: string, body: string, timeoutMs: number): Promise<unknown> => {
    try {
      const { statusCode, body: answer } = await replica.pool.request({
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(apiKey && { authorization: `Bearer ${apiKey}` }) },
        body,
        // Whole milliseconds only.
        signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
      });
      const read: unknown = await answer.json();
      if (statusCode === 200) return read;
      if (statusCode >= 500) throw new Retryable(`${replica.url} answered ${statusCode}: ${detailOf(read)}`);
      throw new Error(`${replica.url} refused: ${statusCode} ${detailOf(read)}`);
    } catch (error) {
      replica.failedAtMs = performance.now();
      failures.inc({ replica: replica.url });
      throw error;
    }
  };

  return {
    async neighbors(catalog, queries, position = 0) {
      const question = JSON.stringify(queries.map(written));
      const body = `{"catalog":${JSON.stringify(catalog)},"position":${position},"queries":${question}}`;
      const deadlineMs = performance.now() + DEADLINE_MS;
      const attempts: Promise<unknown>[] = [];
      for (const replica of inTurn(question)) {
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0) break;
        const attempt = post(replica, '/neighbors', body, leftMs);
        attempts.push(attempt);
        const outcome = await soon([Promise.any(attempts), attempt]);
        if (outcome === 'slow') replica.failedAtMs = performance.now();
        if (outcome === 'answered') break;
      }
      try {
        return readAnswer(await Promise.any(attempts));
      } catch (error) {
        const cause: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
        throw new Problem('unavailable', 'no replica of the index answers', { cause });
      }
    },

    /** Of whichever replica is there first: later queries name the position, so that they are answered by such a one. */
    async reached(catalog, change, timeoutMs) {
      const body = JSON.stringify({ catalog, change, timeoutMs });
      const waits = replicas.map(async (replica) => {
        const position = positionOf(await post(replica, '/reached', body, timeoutMs + ATTEMPT_MS));
        if (position === undefined) throw new Retryable('not reached');
        return position;
      });
      return Promise.any(waits).catch(() => undefined);
    },

    close: async () => {
      await Promise.all(replicas.map(({ pool }) => pool.destroy()));
    },
  };
}

/** What becomes of the first attempt that ends, if one does in time for another not to be made. */
async function soon(attempts: readonly Promise<unknown>[]): Promise<'answered' | 'failed' | 'slow'> {
  const { promise: slow, resolve } = Promise.withResolvers<'slow'>();
  const timer = setTimeout(() => resolve('slow'), ATTEMPT_MS);
  const ended = attempts.map((attempt) =>
    attempt.then(
      () => 'answered' as const,
      () => 'failed' as const,
    ),
  );
  return Promise.race([...ended, slow]).finally(() => clearTimeout(timer));
}

function written({ target, k, filter }: NeighborQuery): object {
  if ('item' in target) return { item: target.item, k, filter };
  return { vector: [...target.vector], space: target.space, k, filter };
}

/** The index is ours: its answers are read without a schema, which costs a millisecond a request. */
function readAnswer(read: unknown): NeighborAnswer {
  const { space, version, neighbors } = read as {
    readonly space?: SpaceId;
    readonly version: string;
    readonly neighbors: readonly { readonly items: readonly ItemId[]; readonly similarities: readonly number[] }[];
  };
  return {
    space,
    version,
    neighbors: neighbors.map(({ items, similarities }) =>
      items.map((item, index) => ({ item, similarity: similarities[index]! })),
    ),
  };
}

function positionOf(read: unknown): number | undefined {
  return (read as { readonly position?: number }).position;
}

function detailOf(read: unknown): string {
  return String((read as { readonly detail?: unknown } | null)?.detail ?? '');
}
