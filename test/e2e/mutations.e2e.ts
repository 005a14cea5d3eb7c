import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Client, clientOf, type Reply } from '../client.ts';
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
  const base = `/v1/catalogs/${name}`;
  const catalog = (): Client => clientOf(addresses().catalogUrl);
  const ranking = (): Client => clientOf(addresses().rankingUrl);
  const known: KnownFields = {
    catalog: fc.constant(name),
    user: fc.constant(USER),
    id: distinctId,
    item: distinctId,
    // Tokens are opaque: one that is made up is refused.
    after: undefined,
  };

  const operations = async (): Promise<readonly Operation[]> => {
    const { catalogUrl, rankingUrl, urls = new Map() } = addresses();
    const documents = await Promise.all([...new Set([catalogUrl, rankingUrl, ...urls.values()])].map(operationsOf));
    return documents.flat();
  };

  /** Everything that requests could have stored, once all events that were accepted are applied. */
  const stored = async (): Promise<{ names: readonly string[]; items: number; events: readonly string[] }> => {
    const mark = { id: crypto.randomUUID(), user: 'mark', item: 'mark', type: 'click' };
    const { body: marked } = await ranking().post(`${base}/events`, { events: [mark] });
    await expect.poll(async () => (await ranking().get(`${base}/users/mark?after=${marked.token}`)).status).toBe(200);
    const { catalogs } = (await catalog().get('/v1/catalogs')).body;
    const { events } = (await ranking().get(`${base}/users/${USER}`)).body;
    const items = catalogs.find((entry) => entry.catalog === name)?.items ?? -1;
    return { names: catalogs.map((entry) => entry.catalog), items, events: events.map((event) => event.id).sort() };
  };

  test('what the documents allow is taken', async () => {
    expect((await catalog().put(base)).status).toBe(201);
    // The index is asked by ranking alone, and binds fields to one another. A training is work for a process of its own.
    const asked = (await operations()).filter(({ path, method }) => /^\/v1/.test(path) && `${method}${path}` !== TRAIN);
    for (const operation of asked) {
      for (const values of fc.sample(validRequests(operation, known), { numRuns: 5, seed: SEED + 1 })) {
        const { status, text } = await send(operation, withPathId(values));
        expect(isTaken(status), `${operation.method} ${operation.path} ${JSON.stringify(values)}: ${text}`).toBe(true);
      }
    }
  });

  test('other methods, other paths and broken escapes are problems everywhere', async () => {
    for (const { url, path } of await operations()) {
      const address = path.replaceAll(/\{\w+\}/g, 'x');
      for (const [method, wrong] of [
        ['PATCH', address],
        ['GET', `${address}/`],
        ['GET', `${address}/%zz`],
      ] as const) {
        expectRefused(await clientOf(url).raw(method, wrong, undefined), `${method} ${wrong}`);
      }
    }
  });

  test('one mutation makes a problem, and nothing of it is stored', async () => {
    console.log(`mutations: KINDRED_SEED=${SEED}`);
    const before = await stored();
    const accepted = { items: 0, events: [] as string[] };
    const mutable = (await operations()).filter(({ path, body }) => path.includes('{') || body !== undefined);
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(mutatedRequests(mutable, known), async ({ operation, where, values }) => {
        sent++;
        const reply = await send(operation, values);
        if (reply.status !== 202) expectRefused(reply, `${operation.method} ${operation.path}: ${where}`);
        else {
          // A batch of which the other rows are good.
          const good = goodRows(values, reply);
          if (operation.path.endsWith('/items')) accepted.items += good.length;
          else accepted.events.push(...good);
        }
      }),
      { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: TIME_MS_MAX, endOnFailure: true },
    );
    console.log(`mutations: ${sent} requests`);
    const { names, items, events } = before;
    expect(await stored()).toEqual({
      names,
      items: items + accepted.items,
      events: [...events, ...accepted.events].sort(),
    });
  }, 240_000);
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

function expectRefused(reply: Reply, what: string): void {
  expect([reply.status, reply.text.slice(0, 500), what]).toEqual([
    expect.toSatisfy((status: number) => status >= 400 && status < 500),
    expect.any(String),
    what,
  ]);
  expect(reply.headers.get('content-type'), what).toMatch(/^application\/problem\+json/);
  expect(reply.body.code, what).toEqual(expect.any(String));
  expect(reply.text, what).not.toMatch(/node_modules|\.ts:\d+|at async/);
}

/** The ids of the rows that a batch stored; at least one row was rejected. */
function goodRows({ body }: RequestValues, reply: Reply): string[] {
  const [rows = []] = typeof body === 'object' && body !== null ? Object.values(body) : [];
  const bad = new Set(reply.body.rejected.map(({ line }) => line - 1));
  expect(bad.size).toBeGreaterThan(0);
  expect(reply.body.accepted + bad.size).toBe(rows.length);
  return rows.filter((_: unknown, place: number) => !bad.has(place)).map(({ id }: { id: string }) => id);
}
