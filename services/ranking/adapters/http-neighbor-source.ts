import { createHash } from 'node:crypto';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import type { NeighborAnswer, NeighborQuery, NeighborSource } from '@kindred/shared/neighbor';
import { Counter, type Registry } from '@kindred/shared/platform/metrics';
import { Problem } from '@kindred/shared/problem';
import { Pool } from 'undici';

export interface HttpNeighborSourceOptions {
  /** Addresses of all replicas of the index service. */
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

interface IndexRequest {
  readonly path: string;
  readonly body: string;
  readonly timeoutMs: number;
}

const ATTEMPT_MS = 400;
const DEADLINE_MS = 1_000;
/** A replica that failed is asked last for this long. */
const AVOID_MS = 1_000;
const CONNECTIONS_MAX = 16;

/**
 * Asks the replicas of the index over connections that are kept. If one has not answered after 400 ms, or is not ready,
 * the next is asked too. The first answer counts, for at most one second.
 */
export class HttpNeighborSource implements NeighborSource {
  readonly #replicas: readonly Replica[];
  readonly #apiKey: string | undefined;
  readonly #failures: Counter<'replica'>;

  constructor({ urls, apiKey, registry }: HttpNeighborSourceOptions) {
    this.#apiKey = apiKey;
    this.#replicas = urls.map((url) => ({
      url,
      pool: new Pool(new URL(url).origin, { connections: CONNECTIONS_MAX, keepAliveTimeout: 30_000 }),
      failedAtMs: Number.NEGATIVE_INFINITY,
    }));
    this.#failures = new Counter({
      name: 'kindred_index_request_failures_total',
      help: 'Requests that a replica of the index did not answer',
      labelNames: ['replica'] as const,
      registers: [registry],
    });
  }

  async neighbors(catalog: CatalogId, queries: readonly NeighborQuery[], position = 0): Promise<NeighborAnswer> {
    const question = JSON.stringify(queries.map(written));
    const body = `{"catalog":${JSON.stringify(catalog)},"position":${position},"queries":${question}}`;
    const deadlineMs = performance.now() + DEADLINE_MS;
    const attempts: Promise<NeighborAnswer>[] = [];
    for (const replica of this.#inTurn(question)) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) break;
      const request = { path: '/neighbors', body, timeoutMs: leftMs };
      const attempt = this.#ask(replica, request, (read) => answerOf(read, queries.length));
      attempts.push(attempt);
      const outcome = await soon([Promise.any(attempts), attempt]);
      if (outcome === 'slow') replica.failedAtMs = performance.now();
      if (outcome === 'answered') break;
    }
    try {
      return await Promise.any(attempts);
    } catch (error) {
      const cause: unknown = error instanceof AggregateError ? error.errors.at(-1) : error;
      throw new Problem('unavailable', 'no replica of the index answers', { cause });
    }
  }

  /** Asks all replicas. Later queries name the position of the first that is there, so only such a one answers them. */
  async reached(catalog: CatalogId, change: number, timeoutMs: number): Promise<number | undefined> {
    const body = JSON.stringify({ catalog, change, timeoutMs });
    const waits = this.#replicas.map(async (replica) => {
      const request = { path: '/reached', body, timeoutMs: timeoutMs + ATTEMPT_MS };
      const position = await this.#ask(replica, request, positionOf);
      if (position === undefined) throw new Error(`${replica.url} did not reach the change in time`);
      return position;
    });
    return Promise.any(waits).catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map(({ pool }) => pool.destroy()));
  }

  /** The same question goes to the same replica while that one answers: two can differ in what is near. */
  #inTurn(question: string): readonly Replica[] {
    const first = createHash('sha1').update(question).digest().readUInt32BE() % this.#replicas.length;
    const rotated = [...this.#replicas.slice(first), ...this.#replicas.slice(0, first)];
    const since = performance.now() - AVOID_MS;
    return [
      ...rotated.filter((each) => each.failedAtMs < since),
      ...rotated.filter((each) => each.failedAtMs >= since),
    ];
  }

  /** @param understand  Throws for an answer that is not one of an index. */
  async #ask<T>(
    replica: Replica,
    { path, body, timeoutMs }: IndexRequest,
    understand: (read: unknown) => T,
  ): Promise<T> {
    const authorization = this.#apiKey && { authorization: `Bearer ${this.#apiKey}` };
    try {
      const { statusCode, body: answer } = await replica.pool.request({
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body,
        // Whole milliseconds only.
        signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
      });
      const read: unknown = await answer.json();
      if (statusCode !== 200) throw new Error(`${replica.url} answered ${statusCode}: ${detailOf(read)}`);
      return understand(read);
    } catch (error) {
      replica.failedAtMs = performance.now();
      this.#failures.inc({ replica: replica.url });
      throw error;
    }
  }
}

/** Outcome of the first attempt that ends; `slow` if none does before another should be made. */
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

interface WrittenList {
  readonly items: readonly ItemId[];
  readonly similarities: readonly number[];
}

interface WrittenAnswer {
  readonly space?: SpaceId;
  readonly version: string;
  readonly neighbors: readonly WrittenList[];
}

/** @throws for anything but an answer of an index, such as a proxy's own page. */
function answerOf(read: unknown, queryCount: number): NeighborAnswer {
  if (!isAnswer(read) || read.neighbors.length !== queryCount) throw new Error('the answer is not one of an index');
  return {
    space: read.space,
    version: read.version,
    neighbors: read.neighbors.map(({ items, similarities }) =>
      items.map((item, index) => ({ item, similarity: similarities[index]! })),
    ),
  };
}

/** Looks at the outline only: a schema for every id and number costs a millisecond per request, and the index is ours. */
function isAnswer(read: unknown): read is WrittenAnswer {
  if (!isObject(read) || typeof read.version !== 'string' || !Array.isArray(read.neighbors)) return false;
  return read.neighbors.every(
    (list: unknown) => isObject(list) && Array.isArray(list.items) && Array.isArray(list.similarities),
  );
}

function positionOf(read: unknown): number | undefined {
  return isObject(read) && typeof read.position === 'number' ? read.position : undefined;
}

function detailOf(read: unknown): string {
  return isObject(read) ? String(read.detail ?? '') : '';
}

function isObject(read: unknown): read is Readonly<Record<string, unknown>> {
  return typeof read === 'object' && read !== null;
}
