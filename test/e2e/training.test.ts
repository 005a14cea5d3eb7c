import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { type Client, clientOf, type Reply } from '../client.ts';
import { removeData, startStandaloneServer } from '../standalone-server.ts';
import { until } from '../until.ts';

interface Trainings {
  readonly training: {
    readonly state: string;
    readonly cost?: { readonly items: number; readonly users: number; readonly events: number };
    readonly progress: readonly { readonly number: number; readonly text: string }[];
    readonly version?: number;
    readonly reason?: string;
  } | null;
  readonly versions: readonly {
    readonly version: number;
    readonly serving: boolean;
    readonly summary: { readonly counts: object; readonly judged: Readonly<Record<string, number>> };
  }[];
}

// Trainings give way to whatever else the machine does.
const PATIENCE_MS = 200_000;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS });

const THEMES = ['bread', 'boats', 'comets', 'gardens', 'clocks', 'rivers'];
const ITEMS_PER_THEME = 10;
const USERS = 500;
const LIKED_PER_USER = 5;
const BATCH = 500;

const items = THEMES.flatMap((theme) =>
  Array.from({ length: ITEMS_PER_THEME }, (_, n) => ({
    id: `${theme}-${n}`,
    title: `${theme}, part ${n}`,
    tags: [theme],
  })),
);
/** Every user likes some of one theme, and one thing of another. */
const events = Array.from({ length: USERS }, (_, user) => {
  const theme = THEMES[user % THEMES.length]!;
  const other = THEMES[(user + 1 + (user % 4)) % THEMES.length]!;
  const own = Array.from({ length: LIKED_PER_USER }, (_, n) => `${theme}-${(user + 3 * n) % ITEMS_PER_THEME}`);
  return [...new Set([...own, `${other}-${user % ITEMS_PER_THEME}`])].map((item) => ({
    id: `${user}-${item}`,
    user: `user-${user}`,
    item,
    type: 'save',
  }));
}).flat();

describe('training', async () => {
  const server = await startStandaloneServer();
  afterAll(async () => {
    expect(await server.stop()).toBe(0);
    await removeData(server.folder);
  });
  const client: Client = clientOf(server.url);
  const base = '/v1/catalogs/shop';
  const trainings = async (): Promise<Trainings> => trainingsOf(await client.get(`${base}/trainings`));
  const trained = async (): Promise<Trainings> => {
    expect((await client.post(`${base}/trainings`, undefined)).status).toBe(202);
    const hasEnded = async (): Promise<boolean> => /trained|failed/.test((await trainings()).training?.state ?? '');
    await until('the training has ended', hasEnded, PATIENCE_MS);
    return trainings();
  };
  const artifactOfSlates = async (): Promise<string> => {
    const slate = await client.post(`${base}/recommendations`, { user: 'user-1', limit: 5 });
    return /artifact-\w+/.exec(slate.body.versions.state ?? '')?.[0] ?? '';
  };

  /** Runs the command in a process of its own, as `npm run train` does. */
  const command = (...words: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> =>
    new Promise((done) => {
      const program = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
      const child = spawn(process.execPath, [program, 'train', ...words], {
        env: { ...process.env, KINDRED_URL: server.url },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
      child.on('close', (code) => done({ code, output }));
    });

  test('a catalog without events says why it is not trained; an unknown one is refused', async () => {
    expect((await client.put(base)).status).toBe(201);
    expect(await trainings()).toEqual({ training: null, versions: [] });
    const { training, versions } = await trained();
    expect(training).toMatchObject({ state: 'failed', reason: expect.stringMatching(/nothing to learn from/) });
    expect(versions).toEqual([]);
    const refused = { get: await client.get('/v1/catalogs/nowhere/trainings') };
    for (const reply of [
      refused.get,
      await client.post('/v1/catalogs/nowhere/trainings', undefined),
      await client.post('/v1/catalogs/nowhere/rollback', undefined),
    ]) {
      expect([reply.status, reply.body.code]).toEqual([404, 'catalog-not-found']);
    }
  });

  test('a training says what it costs and how it goes, and its version serves; one goes back to the one before', async () => {
    expect((await client.post(`${base}/items`, { items })).status).toBe(202);
    let token = '';
    for (let start = 0; start < events.length; start += BATCH) {
      const reply = await client.post(`${base}/events`, { events: events.slice(start, start + BATCH) });
      expect(reply.body).toMatchObject({ rejected: [] });
      token = reply.body.token;
    }
    await until('events are applied', async () => {
      return (await client.get(`${base}/users/user-1?after=${token}`)).status === 200;
    });
    await until('all items are embedded', async () => {
      const { catalogs } = (await client.get('/v1/catalogs')).body;
      return catalogs.some(({ catalog, waiting }) => catalog === 'shop' && waiting === 0);
    });

    const first = await trained();
    expect(first.training).toMatchObject({ state: 'trained', version: 1 });
    expect(first.training?.cost).toMatchObject({ items: items.length, users: USERS, events: events.length });
    const said = first.training?.progress.map(({ text }) => text) ?? [];
    expect(said[0]).toMatch(/^60 items, 500 users, [\d,]+ events: less than a minute/);
    expect(said.at(-2)).toBe('fitting all: 100 %');
    expect(said.at(-1)).toMatch(/^the training's process took at most [\d,]+ MiB$/);
    const numbers = first.training?.progress.map(({ number }) => number) ?? [];
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(first.versions).toMatchObject([
      { version: 1, serving: true, summary: { counts: { items: items.length, users: USERS, pairs: events.length } } },
    ]);
    // Tastes have structure, so ranking what was held out does better than chance: a fifth of a list of 60 at best.
    console.log(`judged: ${JSON.stringify(first.versions[0]?.summary.judged)}`);
    expect(first.versions[0]?.summary.judged.collaborative).toBeGreaterThan(0.3);
    await until('slates are ranked by it', async () => (await artifactOfSlates()) === 'artifact-1');

    const refused = await client.post(`${base}/rollback`, undefined);
    expect([refused.status, refused.body.code]).toEqual([409, 'no-earlier-version']);

    expect((await trained()).versions).toMatchObject([
      { version: 2, serving: true },
      { version: 1, serving: false },
    ]);
    await until('slates are ranked by the second', async () => (await artifactOfSlates()) === 'artifact-2');
    const back = await client.post(`${base}/rollback`, undefined);
    expect([back.status, JSON.parse(back.text)]).toEqual([200, { version: 1 }]);
    expect((await trainings()).versions).toMatchObject([
      { version: 2, serving: false },
      { version: 1, serving: true },
    ]);
    await until('slates are ranked by the first again', async () => (await artifactOfSlates()) === 'artifact-1');
    expect((await client.post(`${base}/rollback`, undefined)).status).toBe(409);
    expect((await client.get('/metrics')).text).toMatch(/^kindred_trainings_total\{outcome="trained"\} 2$/m);
    expect((await client.get('/metrics')).text).toMatch(/^kindred_artifact_age_seconds\{catalog="shop"\} \d/m);
  });

  test('the command trains and says how it goes, shows the versions, goes back, and fails where the training does', async () => {
    const train = await command('--catalog', 'shop');
    expect(train.code).toBe(0);
    expect(train.output).toMatch(/^60 items, 500 users, 3,000 events: less than a minute, \d+ MiB of matrices$/m);
    expect(train.output).toMatch(/^fitting all: 100 %$/m);
    expect(train.output).toMatch(
      /^version 3 \(serves\) of .*: nDCG@20 on what was held out: .*collaborative 0\.\d{4}/m,
    );
    const status = await command('--catalog', 'shop', '--status');
    expect(status.code).toBe(0);
    expect(status.output.match(/^version \d( \(serves\))?/gm)).toEqual([
      'version 3 (serves)',
      'version 2',
      'version 1',
    ]);
    const back = await command('--catalog', 'shop', '--rollback');
    expect(back.output).toMatch(/^version 2 of shop serves now\nversion 3 of .*\nversion 2 \(serves\)/);
    expect(back.code).toBe(0);
    const untrained = await command();
    expect(untrained).toEqual({
      code: 1,
      output: expect.stringMatching(/^not trained: there is nothing to learn from/m),
    });
    const unknown = await command('--catalog', 'nowhere');
    expect(unknown).toEqual({ code: 2, output: expect.stringMatching(/catalog-not-found/) });
    const refused = await command('--rollback');
    expect(refused).toEqual({ code: 2, output: expect.stringMatching(/no-earlier-version/) });
  });

  test('once users are seen to come back to items, auto recommends seen ones, by trained weights', async () => {
    const liked = events.filter(({ user }) => user === 'user-1').map(({ item }) => item);
    const seenIn = async (includeSeen: boolean | 'auto'): Promise<readonly string[]> => {
      const { body } = await client.post(`${base}/recommendations`, {
        user: 'user-1',
        limit: 10,
        seed: 1,
        includeSeen,
      });
      return body.items.map(({ item }) => item).filter((item) => liked.includes(item));
    };
    expect(await seenIn('auto')).toEqual([]);
    const at = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const earlier = events.filter((_, n) => n % 4 > 0).map((event) => ({ ...event, id: `earlier-${event.id}`, at }));
    for (let start = 0; start < earlier.length; start += BATCH) {
      const reply = await client.post(`${base}/events`, { events: earlier.slice(start, start + BATCH) });
      const { token } = reply.body;
      expect((await client.get(`${base}/users/user-1?after=${token}`)).status).toBe(200);
    }
    const { versions } = await trained();
    // Pairs of today had no time to come back.
    expect(versions[0]).toMatchObject({ serving: true, summary: { repeatShare: 1 } });
    expect((await command('--catalog', 'shop', '--status')).output).toMatch(/^version 4 .* come back to 100\.0 %/m);
    await until('slates are ranked by it', async () => (await artifactOfSlates()) === 'artifact-4');
    expect(await seenIn('auto')).toEqual(await seenIn(true));
    expect((await seenIn('auto')).length).toBeGreaterThan(0);
    expect(await seenIn(false)).toEqual([]);
    const refused = await client.post(`${base}/recommendations`, { user: 'user-1', includeSeen: 'maybe' });
    expect([refused.status, refused.body.field]).toEqual([400, 'includeSeen']);
  });

  test('asked twice, a catalog is trained once; the server stops at once in the middle of it', async () => {
    const before = (await trainings()).versions[0]?.version ?? 0;
    await Promise.all([1, 2, 3].map(() => client.post(`${base}/trainings`, undefined)));
    const isTrained = async (): Promise<boolean> => (await trainings()).training?.state === 'trained';
    await until('the training has ended', isTrained, PATIENCE_MS);
    expect((await trainings()).versions[0]?.version).toBe(before + 1);
    await client.post(`${base}/trainings`, undefined);
    await until('it runs', async () => (await trainings()).training?.state === 'running', 10_000, 5);
  });
});

function trainingsOf(reply: Reply): Trainings {
  expect(reply.status).toBe(200);
  return JSON.parse(reply.text);
}
