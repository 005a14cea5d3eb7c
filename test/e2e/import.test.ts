import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@kindred/shared/hash';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf } from '../client.ts';
import { queryDatabase, removeData, type StandaloneServer, startStandaloneServer } from '../standalone-server.ts';

let server: StandaloneServer;
beforeAll(async () => {
  server = await startStandaloneServer();
});
afterAll(async () => {
  await server.stop();
  await removeData(server.folder);
});

function runImport(...words: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['cli/main.ts', 'import', ...words], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, KINDRED_URL: server.url, KINDRED_DATA_DIR: server.folder },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  return new Promise((done) => child.on('close', (code) => done({ code, output })));
}

test('a CSV of items and a JSONL of events go in, and bad rows are told by line and field', async () => {
  const items = join(server.folder, 'items.csv');
  const rows = Array.from({ length: 1_200 }, (_, i) => `i${i},"Title, number ${i}",red|blue,${1900 + (i % 100)}`);
  rows[700] = ',no id,red,1900';
  await writeFile(items, `id,title,tags,attributes.year\n${rows.join('\n')}\n`);
  const first = await runImport(items, '--catalog', 'shop');
  expect(first.code).toBe(1);
  expect(first.output).toMatch(/items\.csv:702: id: /);
  const { body } = await clientOf(server.url).get('/v1/catalogs/shop/items/i5');
  expect(body).toMatchObject({ id: 'i5', title: 'Title, number 5', tags: ['red', 'blue'], attributes: { year: 1905 } });
  expect(
    (await clientOf(server.url).get('/v1/catalogs')).body.catalogs.find(({ catalog }) => catalog === 'shop')?.items,
  ).toBe(1_199);

  const events = join(server.folder, 'events.jsonl.gz');
  const lines = Array.from({ length: 2_500 }, (_, i) =>
    JSON.stringify({ id: `e${i}`, user: `u${i % 50}`, item: `i${i % 300}`, type: 'click' }),
  );
  await writeFile(events, gzipSync(lines.join('\n')));
  for (const attempt of [1, 2]) {
    const { code, output } = await runImport(events, '--catalog', 'shop');
    expect(code, `${attempt}: ${output}`).toBe(0);
  }
  await expect
    .poll(
      async () => (await queryDatabase(server.folder, `SELECT event_id FROM events WHERE catalog = 'shop'`)).length,
      { timeout: 20_000 },
    )
    .toBe(2_500);
});

test('a data-set folder goes into the catalog of its name: positives as saves, others as impressions, never the test file', async () => {
  const folder = join(server.folder, 'tiny');
  await mkdir(folder);
  const files = {
    'items.jsonl.gz': [1, 2, 3].map((id) => JSON.stringify({ id: String(id), title: `Book ${id}` })).join('\n'),
    'train.tsv.gz': 'user\titem\tvalue\nana\t1\t5\nana\t2\t2\nbo\t3\t4\n',
    'test.tsv.gz': 'user\titem\tvalue\nana\t3\t5\n',
  };
  const hashes: Record<string, string> = {};
  for (const [name, text] of Object.entries(files)) {
    hashes[name] = sha256(text);
    await writeFile(join(folder, name), gzipSync(text));
  }
  const dataset = {
    name: 'tiny',
    title: 'Tiny',
    source: 'made here',
    licence: 'CC0',
    time: false,
    positive: { valueAtLeast: 4 },
    counts: { items: 3, train: 3, test: 1, users: 2 },
    files: hashes,
  };
  await writeFile(join(folder, 'dataset.json'), JSON.stringify(dataset));
  const { code, output } = await runImport(folder);
  expect(code, output).toBe(0);
  const stored = () =>
    queryDatabase(
      server.folder,
      `SELECT user_id, item_id, type, value FROM events WHERE catalog = 'tiny' ORDER BY user_id, item_id`,
    );
  await expect.poll(async () => (await stored()).length, { timeout: 20_000 }).toBe(3);
  expect(await stored()).toEqual([
    { user_id: 'ana', item_id: '1', type: 'save', value: 5 },
    { user_id: 'ana', item_id: '2', type: 'impression', value: 2 },
    { user_id: 'bo', item_id: '3', type: 'save', value: 4 },
  ]);
});
