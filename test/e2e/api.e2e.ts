import { describe, expect, test } from 'vitest';
import { clientOf } from '../client.ts';
import { recommendationsSuite } from './recommendations.e2e.ts';
import { type Addresses, ITEMS, ids, save, send, type ThemedCatalog, themedCatalogs } from './themed-catalog.ts';

/** The promises of the API, over any processes behind the addresses. */
export function apiSuite(addresses: () => Addresses): void {
  const filled = themedCatalogs(addresses);
  describe('catalogs', () => catalogsSuite(addresses));
  describe('items', () => itemsSuite(filled));
  describe('batches', () => batchesSuite(filled));
  describe('neighbors and search', () => neighborsSuite(filled));
  describe('recommendations', () => recommendationsSuite(filled));
  describe('users', () => usersSuite(filled));
}

function catalogsSuite(addresses: () => Addresses): void {
  test('a catalog is created once, listed, and a write to an unknown one is refused', async () => {
    const catalog = clientOf(addresses().catalogUrl);
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
}

function itemsSuite(filled: () => Promise<ThemedCatalog>): void {
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

  test('an optional text that is empty counts as absent, in an item of its own and in a batch', async () => {
    const { base, catalog } = await filled();
    const empty = { title: '', description: '', creator: '', imageUrl: '', createdAt: '' };
    const put = await catalog.put(`${base}/items/empty`, { ...empty, tags: ['kept'] });
    expect(put.body.item).toEqual({ id: 'empty', tags: ['kept'], available: true, createdAt: expect.any(String) });
    const batch = await catalog.post(`${base}/items`, { items: [{ id: 'batched', ...empty, title: 'Kept' }] });
    expect(batch.body).toMatchObject({ accepted: 1, rejected: [] });
    const { body } = await catalog.get(`${base}/items/batched`);
    expect(body).toEqual({ id: 'batched', title: 'Kept', available: true, createdAt: expect.any(String) });
  });

  test('an id in the body that is not the path’s is a conflict', async () => {
    const { base, catalog } = await filled();
    const refused = await catalog.put(`${base}/items/one`, { id: 'another' });
    expect([refused.status, refused.body.code, refused.body.field]).toEqual([409, 'id-mismatch', 'id']);
  });
}

function batchesSuite(filled: () => Promise<ThemedCatalog>): void {
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
}

function neighborsSuite(filled: () => Promise<ThemedCatalog>): void {
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
}

function usersSuite(filled: () => Promise<ThemedCatalog>): void {
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
    // Counts derived from their events are gone soon after, though no event came since.
    for (const deadline = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
      const popular = await ranking.post(`${base}/recommendations`, { user: 'stranger', limit: 200 });
      const counted = popular.body.items.filter(({ sources }) => sources.includes('popular'));
      if (ids(counted).join() === 'bread-0') break;
      expect(Date.now(), `popular are ${ids(counted)}`).toBeLessThan(deadline);
    }
    // Events sent after the erasure are new.
    const again = await send(ranking, base, [save('hal', 'boats-1')]);
    expect((await ranking.get(`${base}/users/hal?after=${again}`)).body.events).toHaveLength(1);
  });
}
