import { expect, test } from 'vitest';
import { ids, save, send, type ThemedCatalog } from './themed-catalog.ts';

/** Checks the promises of recommendations. @param filled  A catalog of its own for each test. */
export function recommendationsSuite(filled: () => Promise<ThemedCatalog>): void {
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
    expect(ids((await ranking.post(`${base}/recommendations`, { ...all, after })).body.items)).not.toContain('space-2');
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
    expect((await ranking.post(`${base}/recommendations`, { user: 'flo', limit: 200 })).text).not.toContain('bread-0');
    expect((await ranking.get(`${base}/users/flo`)).text).not.toContain('bread-0');
  });

  test('an item that was just written is among the latest for a read after it', async () => {
    const { base, catalog, ranking } = await filled();
    await ranking.post(`${base}/recommendations`, { user: 'stranger' });
    const put = await catalog.put(`${base}/items/just-now`, { title: 'A thing that came just now' });
    const { body } = await ranking.post(`${base}/recommendations`, {
      user: 'stranger',
      limit: 200,
      after: put.body.token,
    });
    const found = body.items.find(({ item }) => item === 'just-now');
    expect(found?.explanation.sources).toContainEqual(expect.objectContaining({ source: 'latest', rank: 1 }));
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
}
