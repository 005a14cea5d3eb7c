import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType } from '@kindred/shared/event';
import { Kafka, logLevel } from 'kafkajs';
import { expect } from 'vitest';
import { clientOf } from '../client.ts';
import type { DistributedEngine } from '../distributed-engine.ts';
import { until } from '../until.ts';
import { COUNTERS, expectCountersOf, type StoredCounter } from './item-counters.ts';
import { consumed } from './load.ts';

const CATALOG = 'replay';
const USERS = 100;
const ITEMS = 300;
const DAY_MS = 86_400_000;
const CONSUMERS = ['ranking', 'ranking-2'];
const BATCHES = 100;
const TYPES: readonly EventType[] = ['impression', 'click', 'save', 'dwell', 'hide'];

interface SentEvent {
  readonly id: string;
  readonly user: string;
  readonly item: string;
  readonly type: EventType;
  readonly value: number;
  readonly atMs: number;
}

export interface ReplayOptions {
  readonly events: number;
  readonly disturbance: Disturbance;
}

/** Disturbance of the consumers while they read. */
export interface Disturbance {
  /** About how long it goes on: the events are sent over that time. */
  readonly lastsMs: number;
  readonly run: (engine: DistributedEngine) => Promise<void>;
}

/**
 * Sends events to Kafka with a fifth of them twice, a fifth out of order and a hundredth unreadable, disturbs the
 * consumers meanwhile, and compares what is stored with a plain replay.
 * @param engine  With two processes of ranking, and no dead letter yet.
 */
export async function replayUnderFaults(
  engine: DistributedEngine,
  { events: eventCount, disturbance }: ReplayOptions,
  random: () => number,
): Promise<void> {
  await clientOf(engine.cluster.catalogUrl).put(`/v1/catalogs/${CATALOG}`);
  const sent = eventsOf(eventCount, random);
  const { messages, poison } = messagesOf(sent, random);
  const [poisonAt] = await Promise.all([
    produce(engine, { messages, poison, lastsMs: disturbance.lastsMs }),
    disturbance.run(engine),
  ]);
  await consumed(engine, 120_000);
  await expectReplay(engine, sent);
  await engine.cluster.ready();
  const { body } = await clientOf(engine.cluster.rankingUrl).get('/v1/dead-letters');
  const letters: readonly { partition: number; offset: number }[] = Reflect.get(body, 'letters');
  expect(letters.map(placeOf).sort()).toEqual(poisonAt.map(placeOf).sort());
  console.log(
    `${sent.length} events in ${messages.length} messages, ${poison.size} of them poison: state equal to a plain replay, dead letters exactly the poison`,
  );
}

const placeOf = ({ partition, offset }: { partition: number; offset: number }): string => `${partition}/${offset}`;

function eventsOf(count: number, random: () => number): readonly SentEvent[] {
  const below = (n: number): number => Math.floor(random() * n);
  return Array.from({ length: count }, (_, index) => ({
    id: `e${index}`,
    user: `u${below(USERS)}`,
    item: `i${below(ITEMS)}`,
    type: TYPES[below(TYPES.length)]!,
    // Some take earlier ones back.
    value: random() < 0.1 ? 0 : 1 + below(30),
    atMs: 1_760_000_000_000 + below(20) * DAY_MS + below(DAY_MS),
  }));
}

/** In the order in which they are sent; poison by its place among them. */
function messagesOf(
  events: readonly SentEvent[],
  random: () => number,
): { readonly messages: readonly string[]; readonly poison: ReadonlySet<number> } {
  const lines = events.map(({ atMs, ...event }) =>
    JSON.stringify({ catalog: CATALOG, ...event, at: new Date(atMs).toISOString() }),
  );
  const sent: string[] = [];
  for (const [index, line] of lines.entries()) {
    sent.push(line);
    if (random() < 0.2) sent.push(lines[Math.floor(random() * (index + 1))]!);
  }
  for (let index = 0; index < sent.length; index++) {
    if (random() >= 0.2) continue;
    const other = Math.floor(random() * sent.length);
    [sent[index], sent[other]] = [sent[other]!, sent[index]!];
  }
  const poison = new Set<number>();
  const kinds = ['{"id":', '\0\0', '[]', '{"id":"x","user":"u","item":"i","type":"stare"}', unknownCatalog];
  for (let count = 0; count < events.length / 100; count++) {
    poison.add(sent.push(kinds[count % kinds.length]!) - 1);
  }
  return { messages: sent, poison };
}

const unknownCatalog = JSON.stringify({ id: 'lost', catalog: 'nowhere', user: 'u', item: 'i', type: 'save' });

/** @returns Where the poison went. */
async function produce(
  { brokers, topic }: DistributedEngine,
  {
    messages,
    poison,
    lastsMs,
  }: { readonly messages: readonly string[]; readonly poison: ReadonlySet<number>; readonly lastsMs: number },
): Promise<readonly { readonly partition: number; readonly offset: number }[]> {
  const producer = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const places: { partition: number; offset: number }[] = [];
  // Good messages with many keys; poison to one partition, one by one, so that its offsets are told.
  const good = messages.filter((_, index) => !poison.has(index));
  const bad = messages.filter((_, index) => poison.has(index));
  const batch = Math.ceil(good.length / BATCHES);
  for (let start = 0, next = 0; start < good.length; start += batch) {
    const some = good.slice(start, start + batch).map((value, index) => ({ key: `${(start + index) % 97}`, value }));
    await producer.send({ topic, messages: some });
    const due = Math.ceil((bad.length * (start + batch)) / good.length);
    for (; next < Math.min(due, bad.length); next++) {
      const [answer] = await producer.send({ topic, messages: [{ partition: next % 4, value: bad[next]! }] });
      places.push({ partition: answer!.partition, offset: Number(answer!.baseOffset) });
    }
    await sleep(lastsMs / BATCHES);
  }
  await producer.disconnect();
  return places;
}

async function expectReplay({ database: { database } }: DistributedEngine, sent: readonly SentEvent[]): Promise<void> {
  const { rows: stored } = await database.query(
    `SELECT event_id AS id, user_id AS user, item_id AS item, type, value, at_ms AS "atMs" FROM events WHERE catalog = $1`,
    [CATALOG],
  );
  expect(hashOf(stored as SentEvent[])).toBe(hashOf(sent));

  const { rows: counters } = await database.query<StoredCounter>(`${COUNTERS} WHERE catalog = $1`, [CATALOG]);
  expectCountersOf(replayed(sent), counters);
}

/** Events that count: each id once, without those that a later event of value 0 of the user, item and type takes back. */
function replayed(sent: readonly SentEvent[]): readonly SentEvent[] {
  const latestUndo = new Map<string, SentEvent>();
  const keyOf = ({ user, item, type }: SentEvent): string => `${user} ${item} ${type}`;
  const isLater = (a: SentEvent, b: SentEvent): boolean => a.atMs > b.atMs || (a.atMs === b.atMs && a.id > b.id);
  for (const event of sent) {
    const known = latestUndo.get(keyOf(event));
    if (event.value === 0 && (known === undefined || isLater(event, known))) latestUndo.set(keyOf(event), event);
  }
  return sent.filter((event) => {
    const undo = latestUndo.get(keyOf(event));
    return event.value > 0 && (undo === undefined || !isLater(undo, event));
  });
}

const hashOf = (events: readonly SentEvent[]): string =>
  hashOfLines(events.map(({ id, user, item, type, value, atMs }) => [id, user, item, type, value, atMs].join()));

const hashOfLines = (lines: readonly string[]): string =>
  createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex');

/** Kills one of the consumers again and again. */
export function killConsumers(kills: number, random: () => number): Disturbance {
  return {
    lastsMs: kills * 900,
    run: async ({ cluster }) => {
      for (let kill = 0; kill < kills; kill++) {
        await sleep(300 + random() * 1_200);
        // One that lies dead already cannot be killed.
        const alive = (): string[] => CONSUMERS.filter((name) => cluster.starts(name) > cluster.exits(name).length);
        await until('a consumer lives', () => alive().length > 0, 10_000, 10);
        cluster.signal(alive()[Math.floor(random() * alive().length)]!, 'SIGKILL');
      }
    },
  };
}

/** Lets one of the consumers leave in order every few seconds; it comes back by itself. */
export function comeAndGo(times: number): Disturbance {
  return {
    lastsMs: times * 3_000,
    run: async ({ cluster }) => {
      for (let time = 0; time < times; time++) {
        await sleep(3_000);
        cluster.signal('ranking-2', 'SIGTERM');
      }
    },
  };
}
