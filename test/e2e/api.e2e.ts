import { describe, expect, test } from 'vitest';
import { type Client, clientOf, type ReplyItem } from '../client.ts';
import { patient } from './patient-client.ts';
import { ITEMS } from './themed-items.ts';

export interface Addresses {
  readonly catalogUrl: string;
  readonly rankingUrl: string;
}

const ids = (items: readonly ReplyItem[]): string[] => items.map(({ item }) => item);

/** What the API promises, over whatever processes stand behind the addresses. */
export function apiSuite(addresses: () => Addresses): void {
  const catalogClient = (): Client => clientOf(addresses().catalogUrl);
  const rankingClient = (): Client => patient(clientOf(addresses().rankingUrl));
  let catalogs = 0;

  /** A catalog of its own with thirty items, searchable. */
  async function filled(): Promise<{ base: string; catalog: Client; ranking: Client; after: string }> {
    const name = `e2e-${Date.now().toString(36)}-${catalogs++}`;
    const base = `/v1/catalogs/${name}`;
    expect((await catalogClient().put(base)).status).toBe(201);
    const written = await catalogClient().post(`${base}/items`, { items: ITEMS });
    expect(written.status).toBe(202);
    expect(written.body).toMatchObject({ accepted: 30, rejected: [] });
    const probe = await rankingClient().get(`${base}/items/bread-0/similar?limit=1&after=${written.body.token}`);
    expect(probe.status).toBe(200);
    return { base, catalog: catalogClient(), ranking: rankingClient(), after: written.body.token };
  }

  const save = (user: string, item: string, more: object = {}): object => ({
    id: `${user}-${item}-${JSON.stringify(more)}`,
    user,
    item,
    type: 'save',
    ...more,
  });
  async function send(ranking: Client, base: string, events: readonly object[]): Promise<string> {
    const reply = await ranking.post(`${base}/events`, { events });
    expect(reply.status).toBe(202);
    return reply.body.token;
  }

  describe('catalogs and items', () => {
    test('a catalog is created once, listed, and a write to an unknown one is refused', async () => {
      const catalog = catalogClient();
      const name = `e2e-${Date.now().toString(36)}-new`;
      expect((await catalog.put(`/v1/catalogs/${name}`)).status).toBe(201);
      expect((await catalog.put(`/v1/catalogs/${name}`)).status).toBe(200);
      expect((await catalog.get('/v1/catalogs')).body.catalogs.map((entry) => entry.catalog)).toEqual(
        expect.arrayContaining(['main', name]),
      );
      const refused = await catalog.put('/v1/catalogs/nowhere/items/x', { title: 'x' });
      expect(refused.status).toBe(404);
      expect(refused.body.code).toBe('catalog-not-found');
    });

    test('an item is written, read, replaced under If-Match, and deleted', async () => {
      const { base, catalog } = await filled();
      const path = `${base}/items/${encodeURIComponent('a/b ü')}`;
      const created = await catalog.put(path, { title: 'First', attributes: { year: 1999 } });
      expect(created.status).toBe(201);
      expect(created.body.item).toMatchObject({
        id: 'a/b ü',
        title: 'First',
        attributes: { year: 1999 },
        available: true,
      });
      const tag = created.headers.get('etag')!;
      expect((await catalog.get(path)).headers.get('etag')).toBe(tag);

      const replaced = await catalog.put(path, { id: 'a/b ü', title: 'Second' }, { 'If-Match': tag });
      expect(replaced.status).toBe(200);
      expect((await catalog.get(path)).body).toMatchObject({ id: 'a/b ü', title: 'Second' });
      expect(replaced.body.item).not.toHaveProperty('attributes');
      const stale = await catalog.put(path, { title: 'Third' }, { 'If-Match': tag });
      expect(stale.status).toBe(412);
      expect(stale.body.field).toBe('If-Match');
      expect((await catalog.delete(path, { 'If-Match': tag })).status).toBe(412);
      expect((await catalog.put(`${base}/items/none`, { title: 'x' }, { 'If-Match': '*' })).status).toBe(412);

      const deleted = await catalog.delete(path);
      expect(deleted.status).toBe(200);
      expect(deleted.body.token).toEqual(expect.any(String));
      expect((await catalog.get(path)).body.code).toBe('item-not-found');
      expect((await catalog.delete(path)).status).toBe(404);
      expect((await catalog.put(path, { title: 'Again' })).status).toBe(201);
    });

    test('a batch reports every bad row and stores the good ones', async () => {
      const { base, catalog } = await filled();
      const lines = [
        '{"id":"n1","title":"one"}',
        '{"id":""}',
        'not json',
        '{"id":"n2","colour":"red"}',
        '',
        '{"id":"n3"}',
        '{"id":"n4","ti',
      ];
      const reply = await catalog.raw('POST', `${base}/items`, lines.join('\n'), {
        'Content-Type': 'application/x-ndjson',
      });
      expect(reply.status).toBe(202);
      expect(reply.body.accepted).toBe(2);
      expect(reply.body.rejected.map(({ line, field }) => [line, field])).toEqual([
        [2, 'id'],
        [3, ''],
        [4, 'colour'],
        [7, ''],
      ]);
      expect((await catalog.get(`${base}/items/n1`)).status).toBe(200);
      expect((await catalog.get(`${base}/items/n2`)).status).toBe(404);
      const none = await catalog.post(`${base}/items`, { items: [{ id: 5 }] });
      expect(none.status).toBe(422);
      expect(none.body.rejected).toEqual([{ line: 1, field: 'id', reason: expect.any(String) }]);
    });
  });

  describe('neighbors and search', () => {
    test('the items nearest to an item are of its theme, by falling similarity', async () => {
      const { base, ranking } = await filled();
      const { body } = await ranking.get(`${base}/items/space-0/similar?limit=5&expand=true`);
      expect(body.items).toHaveLength(5);
      for (const { item, details } of body.items) {
        expect(item).toMatch(/^space-/);
        expect(details).toMatchObject({ id: item, tags: ['space'] });
      }
      const similarities = body.items.map(({ similarity }) => similarity);
      expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
      expect((await ranking.get(`${base}/items/none/similar`)).body.code).toBe('item-not-found');
    });

    test('search finds by meaning, under a filter', async () => {
      const { base, ranking } = await filled();
      const plain = await ranking.post(`${base}/search`, { text: 'planets seen through a telescope', limit: 5 });
      for (const { item } of plain.body.items) expect(item).toMatch(/^space-/);
      const filtered = await ranking.post(`${base}/search`, {
        text: 'planets seen through a telescope',
        filter: { tags: { none: ['space'] }, attributes: { year: { gte: 2005 } } },
        limit: 30,
      });
      expect(ids(filtered.body.items).sort()).toEqual(
        ITEMS.filter(({ id, attributes }) => !id.startsWith('space') && attributes.year >= 2005)
          .map(({ id }) => id)
          .sort(),
      );
    });

    test('an item is found as soon as its token is reflected, and gone once deleted', async () => {
      const { base, catalog, ranking } = await filled();
      const put = await catalog.put(`${base}/items/pizza`, {
        title: 'Pizza baked in a wood oven',
        description: 'Dough, tomato and cheese.',
      });
      const search = { text: 'pizza with cheese', limit: 1 };
      const found = await ranking.post(`${base}/search`, { ...search, after: put.body.token });
      expect(ids(found.body.items)).toEqual(['pizza']);
      await catalog.delete(`${base}/items/pizza`);
      expect(ids((await ranking.post(`${base}/search`, search)).body.items)).not.toContain('pizza');
      const without = await catalog.put(`${base}/items/textless`, {});
      const none = await ranking.get(`${base}/items/textless/similar?after=${without.body.token}`);
      expect(none.status).toBe(200);
      expect(none.body.items).toEqual([]);
    });

    test('an unavailable item is left out unless it is asked for', async () => {
      const { base, catalog, ranking } = await filled();
      const put = await catalog.put(`${base}/items/space-1`, { title: 'A comet near the sun', available: false });
      const search = { text: 'a comet near the sun', limit: 3, after: put.body.token };
      expect(ids((await ranking.post(`${base}/search`, search)).body.items)).not.toContain('space-1');
      const asked = await ranking.post(`${base}/search`, { ...search, filter: { available: 'any' } });
      expect(ids(asked.body.items)[0]).toBe('space-1');
      const only = await ranking.post(`${base}/search`, { ...search, filter: { available: false } });
      expect(ids(only.body.items)).toEqual(['space-1']);
    });
  });

  describe('recommendations', () => {
    test('follow what the user saved, explain themselves, and leave out what was seen', async () => {
      const { base, ranking } = await filled();
      const after = await send(ranking, base, [save('ana', 'bread-0'), save('ana', 'bread-1')]);
      const { status, body } = await ranking.post(`${base}/recommendations`, { user: 'ana', limit: 5, after });
      expect(status).toBe(200);
      expect(body.degraded).toEqual([]);
      expect(ids(body.items).filter((item) => item.startsWith('bread-')).length).toBeGreaterThanOrEqual(4);
      expect(ids(body.items)).not.toContain('bread-0');
      let previous = Number.POSITIVE_INFINITY;
      for (const { score, sources, explanation } of body.items) {
        expect(score).toBeLessThanOrEqual(previous);
        previous = score;
        const sum = Object.values(explanation.parts).reduce((total, part) => total + part, 0);
        expect(sum).toBeCloseTo(score, 9);
        expect(explanation.parts.diversity).toBeLessThanOrEqual(0);
        expect(explanation.sources.map(({ source }) => source)).toEqual(sources);
        for (const cause of explanation.because) expect(['bread-0', 'bread-1']).toContain(cause);
      }
      const seen = await ranking.post(`${base}/recommendations`, {
        user: 'ana',
        limit: 30,
        includeSeen: true,
        explain: false,
      });
      expect(ids(seen.body.items)).toContain('bread-0');
      expect(seen.body.items[0]).not.toHaveProperty('explanation');
    });

    test('the same request gives the same bytes with the same at and seed', async () => {
      const { base, ranking } = await filled();
      const after = await send(
        ranking,
        base,
        ['bread-0', 'space-3', 'boats-4', 'space-5'].map((item) => save('bo', item)),
      );
      const first = await ranking.post(`${base}/recommendations`, { user: 'bo', after });
      // State is refreshed behind requests: until its version holds still.
      for (let round = 0; round < 20; round++) {
        const { at, seed, versions } = (await ranking.post(`${base}/recommendations`, { user: 'bo' })).body;
        const [one, two] = [
          await ranking.post(`${base}/recommendations`, { user: 'bo', at, seed }),
          await ranking.post(`${base}/recommendations`, { user: 'bo', at, seed }),
        ];
        if (JSON.stringify(one.body.versions) !== JSON.stringify(two.body.versions)) continue;
        expect(one.text).toBe(two.text);
        expect(one.body.slate).toMatch(/^[\w-]{22}$/);
        expect(Object.keys(versions)).toEqual(Object.keys(first.body.versions));
        return;
      }
      throw new Error('versions never held still');
    });

    test('keep exclude, filter and limit, for known and unknown users, down to a filter that keeps one item', async () => {
      const { base, ranking } = await filled();
      const after = await send(ranking, base, [save('cy', 'boats-0')]);
      for (const user of ['cy', 'stranger']) {
        const all = await ranking.post(`${base}/recommendations`, { user, limit: 200, after });
        expect(ids(all.body.items)).toHaveLength(user === 'cy' ? 29 : 30);
        expect(new Set(ids(all.body.items)).size).toBe(all.body.items.length);
        const filtered = await ranking.post(`${base}/recommendations`, {
          user,
          limit: 50,
          exclude: ['bread-1'],
          filter: { categories: { any: ['bread'] }, creators: { none: ['maker-2'] } },
        });
        expect(ids(filtered.body.items).sort()).toEqual([
          'bread-0',
          'bread-3',
          'bread-4',
          'bread-6',
          'bread-7',
          'bread-9',
        ]);
        const one = await ranking.post(`${base}/recommendations`, {
          user,
          filter: { attributes: { year: { gte: 2009 }, rare: { in: [false] } }, tags: { all: ['space'] } },
        });
        expect(ids(one.body.items)).toEqual(['space-9']);
      }
    });

    test('a hidden item is gone at once and comes back when the hide is taken back, but stays seen', async () => {
      const { base, ranking } = await filled();
      const hide = { id: 'h1', user: 'di', item: 'space-2', type: 'hide' };
      const all = { user: 'di', limit: 200, includeSeen: true };
      let after = await send(ranking, base, [save('di', 'space-1'), hide]);
      expect(ids((await ranking.post(`${base}/recommendations`, { ...all, after })).body.items)).not.toContain(
        'space-2',
      );
      after = await send(ranking, base, [{ ...hide, id: 'h2', value: 0 }]);
      expect(ids((await ranking.post(`${base}/recommendations`, { ...all, after })).body.items)).toContain('space-2');
      expect(
        ids((await ranking.post(`${base}/recommendations`, { ...all, includeSeen: false })).body.items),
      ).not.toContain('space-2');
    });

    test('an event counts once however often it is sent, and may come before its item', async () => {
      const { base, catalog, ranking } = await filled();
      const early = save('ed', 'later', { at: '2020-01-01T00:00:00Z' });
      let after = await send(ranking, base, [early, early]);
      after = await send(ranking, base, [early]);
      const { body } = await ranking.get(`${base}/users/ed?after=${after}`);
      expect(body.events).toHaveLength(1);
      const put = await catalog.put(`${base}/items/later`, { title: 'A loaf of bread from a village bakery' });
      const slate = await ranking.post(`${base}/recommendations`, { user: 'ed', limit: 3, after: put.body.token });
      expect(slate.body.items[0]?.explanation.because).toEqual(['later']);
    });

    test('a deleted item is in no answer', async () => {
      const { base, catalog, ranking } = await filled();
      await send(ranking, base, [save('flo', 'bread-0')]);
      await catalog.delete(`${base}/items/bread-5`);
      const slate = await ranking.post(`${base}/recommendations`, { user: 'flo', limit: 200 });
      expect(ids(slate.body.items)).not.toContain('bread-5');
      expect(ids((await ranking.get(`${base}/items/bread-0/similar?limit=200`)).body.items)).not.toContain('bread-5');
      // Nor as a cause, nor among the user's events.
      await catalog.delete(`${base}/items/bread-0`);
      expect((await ranking.post(`${base}/recommendations`, { user: 'flo', limit: 200 })).text).not.toContain(
        'bread-0',
      );
      expect((await ranking.get(`${base}/users/flo`)).text).not.toContain('bread-0');
    });

    test('an item that was just written is fresh to a read after it', async () => {
      const { base, catalog, ranking } = await filled();
      await ranking.post(`${base}/recommendations`, { user: 'stranger' });
      const put = await catalog.put(`${base}/items/just-now`, { title: 'A thing that came just now' });
      const { body } = await ranking.post(`${base}/recommendations`, {
        user: 'stranger',
        limit: 200,
        after: put.body.token,
      });
      const found = body.items.find(({ item }) => item === 'just-now');
      expect(found?.explanation.sources).toContainEqual(expect.objectContaining({ source: 'fresh', rank: 1 }));
    });

    test('what others engaged with together is recommended, naming co-engagement', async () => {
      const { base, ranking } = await filled();
      const events = ['u1', 'u2', 'u3', 'u4'].flatMap((user) => [save(user, 'bread-2'), save(user, 'boats-7')]);
      const after = await send(ranking, base, [...events, save('gus', 'bread-2')]);
      for (let attempt = 0; attempt < 40; attempt++) {
        const { body } = await ranking.post(`${base}/recommendations`, { user: 'gus', limit: 10, after });
        const found = body.items.find(({ item }) => item === 'boats-7');
        if (found?.sources.includes('co-engagement')) {
          expect(found.explanation.because).toContain('bread-2');
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      throw new Error('co-engagement never appeared');
    });
  });

  describe('users', () => {
    test('show their interests and events, and are erased whole', async () => {
      const { base, ranking } = await filled();
      const after = await send(ranking, base, [
        ...['bread-0', 'bread-1', 'space-0', 'space-4'].map((item) => save('hal', item)),
        save('ivy', 'bread-0'),
      ]);
      const { body } = await ranking.get(`${base}/users/hal?after=${after}`);
      expect(body.events).toHaveLength(4);
      expect(body.interests.flatMap((interest) => interest.items).sort()).toEqual([
        'bread-0',
        'bread-1',
        'space-0',
        'space-4',
      ]);
      expect((await ranking.delete(`${base}/users/hal`)).status).toBe(200);
      expect((await ranking.get(`${base}/users/hal`)).body).toMatchObject({ interests: [], events: [] });
      expect((await ranking.get(`${base}/users/ivy`)).body.events).toHaveLength(1);
      // What followed from their events is gone soon after, though no event came since.
      for (const deadline = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
        const popular = await ranking.post(`${base}/recommendations`, { user: 'stranger', limit: 200 });
        const counted = popular.body.items.filter(({ sources }) => sources.includes('popular'));
        if (ids(counted).join() === 'bread-0') break;
        expect(Date.now(), `popular are ${ids(counted)}`).toBeLessThan(deadline);
      }
      // What is sent after the erasure is new.
      const again = await send(ranking, base, [save('hal', 'boats-1')]);
      expect((await ranking.get(`${base}/users/hal?after=${again}`)).body.events).toHaveLength(1);
    });
  });
}
