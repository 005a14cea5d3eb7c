import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { clientOf, type Reply } from '../client.ts';
import { expectRefused } from '../refusal.ts';
import { mutationsOf } from '../requests/mutation.ts';
import { type Operation, operationsOf } from '../requests/operation.ts';
import { type KnownFields, type RequestValues, validRequests } from '../requests/valid-request.ts';
import type { Addresses } from './themed-catalog.ts';

const RUNS = 500;
const TIME_MS_MAX = 50_000;
const SEED = Number(process.env.KINDRED_SEED ?? Date.now() % 2 ** 31);
const USER = 'mutant';
/** Biased to extremes, as values are by default, ids would repeat; so they would where two runs share a seed. */
const distinctId = fc.noBias(fc.uuid());

/** Valid requests but for one value anywhere in them, at every address: each is refused for it, and stores nothing. */
export function mutationSuite(addresses: () => Addresses): void {
  const name = `mutations-${Date.now().toString(36)}`;
  const known: KnownFields = {
    catalog: fc.constant(name),
    user: fc.constant(USER),
    id: distinctId,
    item: distinctId,
    // Tokens are opaque: one that is made up is refused.
    after: undefined,
  };

  beforeAll(async () => {
    expect((await clientOf(addresses().catalogUrl).put(`/v1/catalogs/${name}`)).status).toBe(201);
  });

  test('what the documents allow is taken', async () => {
    // The index is asked by ranking alone, and binds fields to one another. A training is work for a process of its own.
    const asked = (await operationsAt(addresses())).filter(
      ({ path, method }) => /^\/v1/.test(path) && `${method}${path}` !== TRAIN,
    );
    for (const operation of asked) {
      for (const values of fc.sample(validRequests(operation, known), { numRuns: 5, seed: SEED + 1 })) {
        const { status, text } = await send(operation, withPathId(values));
        expect(isTaken(status), `${operation.method} ${operation.path} ${JSON.stringify(values)}: ${text}`).toBe(true);
      }
    }
  });

  wrongAddresses(addresses);

  test('one mutation makes a problem, and nothing of it is stored', async () => {
    console.log(`mutations: KINDRED_SEED=${SEED}`);
    const before = await storedIn(name, addresses());
    let acceptedItems = 0;
    const acceptedEvents: string[] = [];
    const mutable = (await operationsAt(addresses())).filter(
      ({ path, body }) => path.includes('{') || body !== undefined,
    );
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(mutatedRequests(mutable, known), async ({ operation, values }) => {
        sent++;
        const reply = await send(operation, values);
        if (reply.status !== 202) expectRefused(reply);
        else {
          // A batch of which the other rows are good.
          const good = goodRows(values, reply);
          if (operation.path.endsWith('/items')) acceptedItems += good.length;
          else acceptedEvents.push(...good);
        }
      }),
      { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: TIME_MS_MAX, endOnFailure: true },
    );
    console.log(`mutations: ${sent} requests`);
    const { names, items, events } = before;
    expect(await storedIn(name, addresses())).toEqual({
      names,
      items: items + acceptedItems,
      events: [...events, ...acceptedEvents].sort(),
    });
  }, 240_000);
}

function wrongAddresses(addresses: () => Addresses): void {
  test('other methods, other paths and broken escapes are problems everywhere', async () => {
    for (const { url, path } of await operationsAt(addresses())) {
      const address = path.replaceAll(/\{\w+\}/g, 'x');
      for (const [method, wrong] of [
        ['PATCH', address],
        ['GET', `${address}/`],
        ['GET', `${address}/%zz`],
      ] as const) {
        expectRefused(await clientOf(url).raw(method, wrong, undefined));
      }
    }
  });
}

/** Every process has a document of its own operations. */
async function operationsAt({ catalogUrl, rankingUrl, urls = new Map() }: Addresses): Promise<readonly Operation[]> {
  const documents = await Promise.all([...new Set([catalogUrl, rankingUrl, ...urls.values()])].map(operationsOf));
  return documents.flat();
}

interface Stored {
  /** Of all catalogs. */
  readonly names: readonly string[];
  readonly items: number;
  /** Ids, in order. */
  readonly events: readonly string[];
}

/** Everything that requests could have stored, once all events that were accepted are applied. */
async function storedIn(name: string, { catalogUrl, rankingUrl }: Addresses): Promise<Stored> {
  const base = `/v1/catalogs/${name}`;
  const ranking = clientOf(rankingUrl);
  // Events of one user are applied in their order.
  const mark = { id: crypto.randomUUID(), user: USER, item: 'mark', type: 'click' };
  const { token } = (await ranking.post(`${base}/events`, { events: [mark] })).body;
  await expect.poll(async () => (await ranking.get(`${base}/users/${USER}?after=${token}`)).status).toBe(200);
  const { catalogs } = (await clientOf(catalogUrl).get('/v1/catalogs')).body;
  const { events } = (await ranking.get(`${base}/users/${USER}`)).body;
  return {
    names: catalogs.map((entry) => entry.catalog),
    items: catalogs.find((entry) => entry.catalog === name)?.items ?? -1,
    events: events.flatMap(({ id, item }) => (item === mark.item ? [] : [id])).sort(),
  };
}

const TRAIN = 'POST/v1/catalogs/{catalog}/trainings';

interface MutatedRequest {
  readonly operation: Operation;
  readonly where: string;
  readonly values: RequestValues;
}

/** Every place of a request is mutated as often as any other, however many values are wrong there. */
function mutatedRequests(operations: readonly Operation[], known: KnownFields): fc.Arbitrary<MutatedRequest> {
  return fc.constantFrom(...operations).chain((operation) =>
    validRequests(operation, known).chain((values) => {
      const places = Map.groupBy(mutationsOf(operation, values), ({ where }) => where);
      return fc
        .constantFrom(...places.values())
        .chain((mutations) => fc.constantFrom(...mutations))
        .map((mutation) => ({ operation, where: mutation.where, values: mutation.values }));
    }),
  );
}

/** The body of an item may repeat the id of the path. */
function withPathId(values: RequestValues): RequestValues {
  const { path, body } = values;
  if (typeof body !== 'object' || body === null || !('id' in body) || path.item === undefined) return values;
  return { ...values, body: { ...body, id: path.item } };
}

function send({ url, method, path }: Operation, { path: named, query, header, body }: RequestValues): Promise<Reply> {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(named[name])));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const headers = Object.fromEntries(Object.entries(header).map(([name, value]) => [name, String(value)]));
  if (body === undefined) return clientOf(url).raw(method, `${address}?${search}`, undefined, headers);
  const json = { ...headers, 'Content-Type': 'application/json' };
  return clientOf(url).raw(method, `${address}?${search}`, JSON.stringify(body), json);
}

/** True for success, and for rules about what is stored: nothing is there to read, to match or to go back to. */
const isTaken = (status: number): boolean => status < 300 || [404, 409, 412].includes(status);

/** The ids of the rows that a batch stored; at least one row was rejected. */
function goodRows({ body }: RequestValues, reply: Reply): string[] {
  const [rows = []] = typeof body === 'object' && body !== null ? Object.values(body) : [];
  const bad = new Set(reply.body.rejected.map(({ line }) => line - 1));
  expect(bad.size).toBeGreaterThan(0);
  expect(reply.body.accepted + bad.size).toBe(rows.length);
  return rows.filter((_: unknown, place: number) => !bad.has(place)).map(({ id }: { id: string }) => id);
}
