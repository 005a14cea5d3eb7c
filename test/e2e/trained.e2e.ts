import { RANKED_SOURCES } from '@kindred/shared/model/candidate-sources';
import { seededRandom } from '@kindred/shared/numeric/random';
import { beforeAll, expect, test } from 'vitest';
import { type Client, clientOf } from '../client.ts';
import { until } from '../until.ts';

/** Addresses of a mode's services. */
export interface TrainedAddresses {
  readonly catalogUrl: string;
  readonly rankingUrl: string;
  readonly trainerUrl: string;
}

const THEMES = ['bread', 'boats', 'comets', 'gardens', 'clocks', 'rivers'];
const ITEMS_PER_THEME = 20;
const USERS = 700;
const SEED = 41;
const BATCH = 500;
const BASE = '/v1/catalogs/trained';
/** Trainings give way to everything else that the machine does. */
const PATIENCE_MS = 200_000;

const themeOf = (item: string): string => item.split('-')[0]!;
const items = Array.from({ length: ITEMS_PER_THEME }, (_, n) =>
  THEMES.map((theme) => ({ id: `${theme}-${n}`, title: `${theme}, part ${n}`, tags: [theme] })),
).flat();

/** Every user saves half of one theme and meets a few items of others, which some of them only look at. */
function history(): readonly {
  readonly id: string;
  readonly user: string;
  readonly item: string;
  readonly type: string;
}[] {
  const random = seededRandom(SEED);
  return Array.from({ length: USERS }, (_, user) =>
    items.flatMap(({ id }) => {
      const isOwn = themeOf(id) === THEMES[user % THEMES.length];
      if (random() >= (isOwn ? 0.5 : 0.04)) return [];
      const type = random() < (isOwn ? 0.9 : 0.4) ? 'save' : 'impression';
      return [{ id: `${user}-${id}`, user: `user-${user}`, item: id, type }];
    }),
  ).flat();
}

/** Trains a catalog through the API and checks the slates that the trained weights rank. */
export function trainedSuite(addresses: () => TrainedAddresses): void {
  let ranking: Client;
  const saved = new Map<string, Set<string>>();

  beforeAll(async () => {
    const [catalog, trainer] = [clientOf(addresses().catalogUrl), clientOf(addresses().trainerUrl)];
    ranking = clientOf(addresses().rankingUrl);
    expect((await catalog.put(BASE)).status).toBe(201);
    expect((await catalog.post(`${BASE}/items`, { items })).status).toBe(202);
    const events = history();
    for (const { user, item } of events) saved.set(user, (saved.get(user) ?? new Set()).add(item));
    let token = '';
    for (let start = 0; start < events.length; start += BATCH) {
      token = (await ranking.post(`${BASE}/events`, { events: events.slice(start, start + BATCH) })).body.token;
    }
    await until('events are applied', async () => {
      return (await ranking.get(`${BASE}/users/user-1?after=${token}`)).status === 200;
    });
    await until('all items are embedded', async () => {
      const { catalogs } = (await catalog.get('/v1/catalogs')).body;
      return catalogs.some((each) => each.catalog === 'trained' && each.waiting === 0);
    });
    expect((await trainer.post(`${BASE}/trainings`, undefined)).status).toBe(202);
    const isServing = async (): Promise<boolean> =>
      /"serving":true/.test((await trainer.get(`${BASE}/trainings`)).text);
    await until('it is trained', isServing, PATIENCE_MS);
    await until('slates are ranked by trained weights', async () => (await slate('user-1')).weights === 'trained');
  }, 2 * PATIENCE_MS);

  const slate = async (user: string) => {
    const { body } = await ranking.post(`${BASE}/recommendations`, { user, limit: 10, seed: 1, diversity: 0 });
    return { body, weights: body.items[0]?.explanation.weights };
  };

  test('trained weights rank items of a user’s theme first, and leave out what the user has met', async () => {
    for (const user of [1, 2, 3, 4, 5, 6].map((n) => `user-${n}`)) {
      const { body } = await slate(user);
      const theme = THEMES[Number(user.slice(5)) % THEMES.length];
      const shown = body.items.map(({ item }) => item);
      const left = ITEMS_PER_THEME - [...saved.get(user)!].filter((item) => themeOf(item) === theme).length;
      const first = shown.slice(0, Math.min(5, left));
      expect(first.map(themeOf)).toEqual(first.map(() => theme));
      expect(shown.filter((item) => saved.get(user)!.has(item))).toEqual([]);
    }
  });

  test('every item’s parts are of trained weights and sum to its score, and only ranked sources found it', async () => {
    const { body } = await slate('user-7');
    expect(body.versions.ranking).toMatch(/^trained-/);
    expect(body.versions.state).toMatch(/artifact-1/);
    expect(body.items.length).toBe(10);
    for (const { score, sources, explanation } of body.items) {
      expect(explanation.weights).toBe('trained');
      const sum = Object.values(explanation.parts).reduce((total: number, part) => total + Number(part), 0);
      expect(sum).toBeCloseTo(score, 9);
      for (const source of sources) expect(RANKED_SOURCES).toContain(source);
      for (const cause of explanation.because) expect(saved.get('user-7')!.has(cause)).toBe(true);
    }
  });

  test('the same request gives the same slate, to the byte', async () => {
    const first = await ranking.post(`${BASE}/recommendations`, { user: 'user-8', seed: 5 });
    const again = await ranking.post(`${BASE}/recommendations`, { user: 'user-8', seed: 5, at: first.body.at });
    expect(again.text).toBe(first.text);
  });

  test('a user without a history gets fixed weights', async () => {
    expect((await slate('nobody')).weights).toBe('fixed');
  });
}
