import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { keepAliveClient } from '../engine/keep-alive-client.ts';
import { type ActEvent, actStream } from './act-stream.ts';
import { type AnsweringServer, startAnsweringServer } from './answering-server.fixture.ts';
import { EventLoad } from './event-load.ts';

const CATALOG_PATH = '/v1/catalogs/books';
const PER_SECOND = 200;
const draw = (): (() => ActEvent) => actStream({ name: 'run', seed: 3, users: ['ann', 'bob'], items: ['x', 'y', 'z'] });
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function startedLoad(
  eventsMax: number,
  answer: Parameters<typeof startAnsweringServer>[0] = () => ({ status: 202, body: { token: 'a-token' } }),
): Promise<{ readonly server: AnsweringServer; readonly load: EventLoad }> {
  const server = await startAnsweringServer(answer);
  const client = keepAliveClient(server.url, 2);
  open.push(() => client.close(), server.close);
  const options = { client, catalogPath: CATALOG_PATH, perSecond: PER_SECOND, eventsMax, draw: draw() };
  return { server, load: new EventLoad(options) };
}

function eventsOf({ received }: AnsweringServer): ActEvent[] {
  return received.flatMap(({ path, body }) => {
    if (path !== `${CATALOG_PATH}/events` || typeof body !== 'object' || body === null) return [];
    return 'events' in body && Array.isArray(body.events) ? body.events : [];
  });
}

test('events come one per request in the order drawn, never ahead of the stated rate', async () => {
  const startMs = performance.now();
  const { server, load } = await startedLoad(1_000);
  await expect.poll(() => eventsOf(server).length).toBeGreaterThan(20);
  const report = await load.stop();
  const seconds = (performance.now() - startMs) / 1_000;
  const events = eventsOf(server);
  expect(server.received).toHaveLength(report.count);
  expect(report).toMatchObject({ count: events.length, perSecond: PER_SECOND, eventsMax: 1_000 });
  expect(events.toSorted(byNumber)).toEqual(Array.from({ length: events.length }, draw()));
  expect(report.count).toBeLessThanOrEqual(seconds * PER_SECOND);
  expect(report.acknowledged.count).toBe(report.count);
});

test('no more events are sent than the bound, however long the load runs', async () => {
  const { server, load } = await startedLoad(7);
  await expect.poll(() => eventsOf(server).length).toBe(7);
  await sleep(100);
  const { count, acknowledged } = await load.stop();
  expect([count, acknowledged.count, eventsOf(server).length]).toEqual([7, 7, 7]);
});

test('each act is taken back once, under an id of its own, and waited for until it is applied', async () => {
  let waits = 2;
  const { server, load } = await startedLoad(40, ({ path }) =>
    path.endsWith('/recommendations') && waits-- > 0
      ? { status: 503, body: {} }
      : { status: 200, body: { token: 'a-token' } },
  );
  await expect.poll(() => eventsOf(server).length).toBe(40);
  await load.takeBack();
  const all = eventsOf(server);
  const [sent, back] = [all.slice(0, 40), all.slice(40)];
  const keyOf = ({ user, item, type }: ActEvent): string => `${user} ${item} ${type}`;
  expect(back.every(({ value }) => value === 0)).toBe(true);
  expect(back.map(keyOf).toSorted()).toEqual([...new Set(sent.map(keyOf))].toSorted());
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const asked = server.received.filter(({ path }) => path.endsWith('/recommendations'));
  expect(asked.map(({ body }) => body)).toEqual(
    Array.from({ length: 3 }, () => ({ user: back.at(-1)!.user, limit: 1, after: 'a-token' })),
  );
});

test('a refused event is reported when the load is stopped, and taken back like the others', async () => {
  let refusals = 1;
  const { server, load } = await startedLoad(10, () =>
    refusals-- > 0 ? { status: 400, body: {} } : { status: 200, body: { token: 'a-token' } },
  );
  await expect.poll(() => eventsOf(server).length).toBe(10);
  await expect(load.stop()).rejects.toThrow(/answered 400/);
  await load.takeBack();
  const back = eventsOf(server).slice(10);
  expect(back.map(({ item, user }) => `${user} ${item}`)).toEqual(
    expect.arrayContaining(
      eventsOf(server)
        .slice(0, 10)
        .map(({ item, user }) => `${user} ${item}`),
    ),
  );
});

function byNumber(a: ActEvent, b: ActEvent): number {
  return Number(a.id.split('-').at(-1)) - Number(b.id.split('-').at(-1));
}
