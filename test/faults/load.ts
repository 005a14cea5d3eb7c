import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '@kindred/infra/postgres/test-database';
import { Kafka, logLevel } from 'kafkajs';
import { expect } from 'vitest';
import { clientOf, type Reply } from '../client.ts';
import type { DistributedEngine } from '../distributed-engine.ts';
import { until } from '../until.ts';
import { COUNTERS, type CountingEvent, expectCountersOf, type StoredCounter } from './item-counters.ts';

const CATALOG = 'load';
const BASE = `/v1/catalogs/${CATALOG}`;
const USERS = 20;
const EVENTS_PER_WRITE = 40;

/** Requests of one kind by how they were answered. */
export interface Answers {
  ok: number;
  /** 200, with something in `degraded`. */
  degraded: number;
  /** 503 with Retry-After. */
  unavailable: number;
  /** No answer: the connection was refused or broke. */
  broken: number;
  /** Anything else. */
  readonly wrong: string[];
}

/** Writers and readers at work, and what was acknowledged to them. */
export interface Load {
  readonly items: ReadonlyMap<string, number>;
  readonly events: ReadonlySet<string>;
  readonly reads: Answers;
  readonly writes: Answers;
  stop(): Promise<void>;
}

interface LoadOptions {
  readonly random: () => number;
  /** Items that the catalog has from the beginning: `i0` to `i<n − 1>`. */
  readonly itemCount: number;
  /** True if writers are at work too. */
  readonly hasWrites?: boolean;
}

export async function createLoadCatalog({ cluster }: DistributedEngine): Promise<void> {
  const { status } = await clientOf(cluster.catalogUrl).put(BASE);
  expect(status).toBe(201);
}

/** Items with embeddings of their own, past the model: ten thousand texts would take minutes. */
export async function fillItems({ database }: TestDatabase, count: number, random: () => number): Promise<void> {
  const { rows } = await database.query<{ dimensions: number }>('SELECT dimensions FROM spaces WHERE catalog = $1', [
    CATALOG,
  ]);
  const { dimensions } = rows[0]!;
  for (let start = 0; start < count; start += 1_000) {
    const ids = Array.from({ length: Math.min(1_000, count - start) }, (_, index) => `i${start + index}`);
    const client = await database.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT next_change()');
      await client.query(
        `INSERT INTO items SELECT $1, id, nextval('changes'), jsonb_build_object('title', id), 0, sha256(id::bytea) FROM unnest($2::text[]) AS id`,
        [CATALOG, ids],
      );
      await client.query(
        `INSERT INTO embeddings SELECT $1, (SELECT space FROM spaces WHERE catalog = $1), id, nextval('changes'), sha256(id::bytea), vector
         FROM unnest($2::text[], $3::bytea[]) AS given (id, vector)`,
        [CATALOG, ids, ids.map(() => unitVector(dimensions, random))],
      );
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  }
}

function unitVector(dimensions: number, random: () => number): Buffer {
  const vector = Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5);
  const norm = Math.hypot(...vector);
  return Buffer.from(vector.map((each) => each / norm).buffer);
}

export function startLoad({ cluster }: DistributedEngine, { random, itemCount, hasWrites = true }: LoadOptions): Load {
  const items = new Map<string, number>();
  const events = new Set<string>();
  const reads = answers();
  const writes = answers();
  const catalog = clientOf(cluster.catalogUrl);
  const ranking = clientOf(cluster.rankingUrl);
  let isStopping = false;
  let version = 0;
  const userOf = (): string => `u${Math.floor(random() * USERS)}`;
  const itemOf = (): string => `i${Math.floor(random() * itemCount)}`;

  const loop = async (counted: Answers, pauseMs: number, once: () => Promise<Reply>): Promise<void> => {
    while (!isStopping) {
      try {
        count(counted, await once());
      } catch {
        counted.broken++;
        await sleep(20);
      }
      await sleep(pauseMs);
    }
  };

  const writeItems = async (): Promise<Reply> => {
    // One of them has a text that is new, so that the index has something to do; embedding all would take all the time.
    const rows = Array.from({ length: 5 }, (_, index) => ({
      id: `w${index}-${version % 9}`,
      ...(index === 0 && { title: `Version ${version}` }),
      attributes: { version },
    }));
    version++;
    const reply = await catalog.post(`${BASE}/items`, { items: rows });
    if (reply.status === 202) for (const { id, attributes } of rows) items.set(id, attributes.version);
    return reply;
  };
  const writeEvents = async (): Promise<Reply> => {
    const rows = Array.from({ length: EVENTS_PER_WRITE }, () => ({
      id: randomUUID(),
      user: userOf(),
      item: itemOf(),
      type: random() < 0.7 ? 'save' : 'click',
    }));
    const reply = await ranking.post(`${BASE}/events`, { events: rows });
    if (reply.status === 202) for (const { id } of rows) events.add(id);
    return reply;
  };
  const recommend = (): Promise<Reply> => ranking.post(`${BASE}/recommendations`, { user: userOf(), limit: 10 });
  const similar = (): Promise<Reply> => ranking.get(`${BASE}/items/${itemOf()}/similar?limit=10`);

  const loops = [
    loop(reads, 30, recommend),
    loop(reads, 30, similar),
    ...(hasWrites ? [loop(writes, 200, writeItems), loop(writes, 20, writeEvents)] : []),
  ];
  return {
    items,
    events,
    reads,
    writes,
    stop: async () => {
      isStopping = true;
      await Promise.all(loops);
    },
  };
}

const answers = (): Answers => ({ ok: 0, degraded: 0, unavailable: 0, broken: 0, wrong: [] });

function count(counted: Answers, { status, body, headers, text }: Reply): void {
  if (status < 300 && (body.degraded ?? []).length > 0) counted.degraded++;
  else if (status < 300) counted.ok++;
  else if (status === 503 && headers.get('retry-after') !== null) counted.unavailable++;
  else counted.wrong.push(`${status} ${text.slice(0, 200)}`);
}

/** Until every message of the topic is applied. */
export async function consumed({ brokers, topic, database }: DistributedEngine, timeoutMs = 60_000): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await until(
      'all messages are applied',
      async () => {
        const ends = await admin.fetchTopicOffsets(topic);
        const { rows } = await database.database.query('SELECT partition, next_offset FROM progress WHERE log = $1', [
          topic,
        ]);
        const progress = new Map(rows.map((row) => [row.partition, row.next_offset]));
        return ends.every(({ partition, high }) => Number(high) <= (progress.get(partition) ?? 0));
      },
      timeoutMs,
    );
  } finally {
    await admin.disconnect();
  }
}

/** Nothing acknowledged is lost, and nothing is counted twice. */
export async function expectNothingLost(
  engine: DistributedEngine,
  { items, events }: Pick<Load, 'items' | 'events'>,
): Promise<void> {
  const { database } = engine.database;
  await consumed(engine);
  const stored = await database.query<{ event_id: string }>('SELECT event_id FROM events WHERE catalog = $1', [
    CATALOG,
  ]);
  const there = new Set(stored.rows.map((row) => row.event_id));
  expect([...events].filter((id) => !there.has(id))).toEqual([]);
  const { rows: counting } = await database.query<CountingEvent>(
    `SELECT item_id AS item, type, value, at_ms AS "atMs" FROM events WHERE catalog = $1 AND value > 0 AND NOT retracted`,
    [CATALOG],
  );
  const { rows: counters } = await database.query<StoredCounter>(`${COUNTERS} WHERE catalog = $1`, [CATALOG]);
  expectCountersOf(counting, counters);
  const rows = await database.query<{ item_id: string; version: number }>(
    `SELECT item_id, (fields->'attributes'->>'version')::int AS version FROM items WHERE catalog = $1 AND item_id LIKE 'w%'`,
    [CATALOG],
  );
  const versions = new Map(rows.rows.map((row) => [row.item_id, row.version]));
  // A write that was never acknowledged may stand in place of an acknowledged one, but never an older one.
  for (const [id, version] of items) expect(versions.get(id), id).toBeGreaterThanOrEqual(version);
}
