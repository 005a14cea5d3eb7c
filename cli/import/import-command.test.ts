import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { writeTestDataset } from '../dataset-folder/test-dataset.ts';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { startImport } from '../test-command.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../test-server.ts';

const folder = testFolder();
const servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serverWith(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer(options);
  servers.push(server);
  return server;
}

const dataFolder = join(folder, 'data');
const run = (words: readonly string[], url: string, further = {}) =>
  startImport(words, { url, dataFolder, further }).end;
const items = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => `{"id":"item-${from + index}"}\n`).join('');
const leftStates = (): string[] => readdirSync(join(dataFolder, 'imports'));

test('imports a file into the catalog main and tells what it did', async () => {
  const server = await serverWith({ waiting: 1_500 });
  const path = writeTestFile(folder, 'mixed.jsonl.gz', `${items(1_500)}{"user":"u","item":"item-0","type":"save"}\n`);
  const { code, stdout, stderr } = await run([path], server.url, { KINDRED_API_KEY: 'a-secret-key' });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect([...server.catalogs]).toEqual(['main']);
  expect(server.sent.map(({ path: to, rows }) => [to, rows.length])).toEqual([
    ['/v1/catalogs/main/items', 1000],
    ['/v1/catalogs/main/items', 500],
    ['/v1/catalogs/main/events', 1],
  ]);
  expect(server.sent[0]).toMatchObject({ authorization: 'Bearer a-secret-key', contentType: 'application/x-ndjson' });
  expect(stdout).toMatch(/^1,500 items and 1 events accepted .*, 0 rows rejected; \d+\.\d s, [\d,]+ rows\/s$/m);
  expect(stdout).toMatch(/^1,500 items of main wait for their embedding$/m);
  expect(leftStates()).toEqual([]);
});

test('gives scripts one JSON value on stdout, and says all else on stderr', async () => {
  const server = await serverWith({ waiting: 2 });
  const path = writeTestFile(folder, 'scripted.jsonl', `${items(2)}not JSON\n`);
  const { code, stdout, stderr } = await run([path, '--json'], server.url);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    catalog: 'main',
    items: 2,
    events: 0,
    rejected: 1,
    waiting: 2,
    seconds: expect.any(Number),
    rowsPerSecond: expect.any(Number),
  });
  expect(stderr).toMatch(/^reading .*\nimporting into the catalog main .*\nscripted\.jsonl:3: is not JSON\n$/);
});

test('tells every rejected row by its line in the file and ends with 1', async () => {
  const server = await serverWith({
    answer: (_, sent) => {
      const rejected = (sent?.rows ?? []).flatMap(({ id, title }, index) =>
        title === 'bad' ? [{ line: index + 1, field: 'title', reason: `of ${id} is bad` }] : [],
      );
      if (rejected.length === 0 || sent === undefined) return undefined;
      if (rejected.length < sent.rows.length)
        return { status: 202, body: { accepted: sent.rows.length - rejected.length, rejected, token: 't' } };
      const problem = { code: 'nothing-accepted', detail: 'line 1, title: is bad', accepted: 0, rejected };
      return { status: 422, body: problem };
    },
  });
  const content = [
    'id,title',
    'a,fine',
    '',
    'b,bad',
    'c,"two',
    'lines"',
    'd,"x" y',
    'e',
    'f,bad',
    'g,fine\r',
    'h,"open',
  ];
  const path = writeTestFile(folder, 'books.csv', content.join('\n'));
  const { code, stdout, stderr } = await run([path, '--catalog', 'books'], server.url);
  expect(code).toBe(1);
  expect(stderr.trimEnd().split('\n')).toEqual([
    'books.csv:4: title: of b is bad',
    'books.csv:7: has text between the end of a quoted field and the next separator',
    'books.csv:8: has 1 cells, the header 2',
    'books.csv:9: title: of f is bad',
    'books.csv:11: opens a quote that is not closed',
  ]);
  expect(stdout).toMatch(/^3 items and 0 events accepted .*, 5 rows rejected/m);
  const allBad = writeTestFile(folder, 'bad.tsv', 'id\ttitle\na\tbad\nb\tbad\n');
  const second = await run([allBad], server.url);
  expect(second.code).toBe(1);
  expect(second.stderr).toBe('bad.tsv:2: title: of a is bad\nbad.tsv:3: title: of b is bad\n');
});

test('imports a data set: items, then its training rows as events, into the catalog of its name', async () => {
  const server = await serverWith();
  const train = 'user\titem\tvalue\nu\ta\t5\nu\tb\t3\nu\tb\n';
  const dataset = writeTestDataset(folder, {
    name: 'films',
    train,
    test: 'user\titem\tvalue\nu\tc\t5\n',
    items: '{"id":"a"}\n{"id":"b"}\n',
  });
  const before = Date.now();
  const { code, stderr } = await run([dataset], server.url);
  expect(code).toBe(1);
  expect(stderr).toBe('train.tsv.gz:4: has 2 cells, the header 3\n');
  expect(server.sent.map(({ path }) => path)).toEqual(['/v1/catalogs/films/items', '/v1/catalogs/films/events']);
  expect(server.sent[0]?.rows).toEqual([{ id: 'a' }, { id: 'b' }]);
  const idOf = (line: number): string => hash('sha256', `${hash('sha256', train)}:${line}`, 'base64url').slice(0, 16);
  const [first, second] = server.sent[1]?.rows ?? [];
  expect(first).toEqual({ id: idOf(2), user: 'u', item: 'a', type: 'save', value: 5, at: first.at });
  expect(second).toEqual({ id: idOf(3), user: 'u', item: 'b', type: 'impression', value: 3, at: first.at });
  expect(Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(before);
});

test('a row that the data set counts as positive is a save, even one of value 0', async () => {
  const server = await serverWith();
  const train = 'user\titem\tvalue\nu\ta\t0\nu\tb\t7\n';
  const items = '{"id":"a"}\n{"id":"b"}\n';
  const { code } = await run([writeTestDataset(folder, { train, items, positiveFrom: 0 })], server.url);
  expect(code).toBe(0);
  expect(server.sent[1]?.rows).toMatchObject([
    { item: 'a', type: 'save', value: 1 },
    { item: 'b', type: 'save', value: 7 },
  ]);
});

test('takes the items of a data set without an items file from its training rows', async () => {
  const server = await serverWith();
  const train =
    'user\titem\tvalue\tat\nu\tb\t5\t2026-01-31T12:00:00Z\nu\ta\t3\t2026-01-31T13:00:00Z\nv\tb\t1\t2026-01-31T14:00:00Z\n';
  const { code } = await run([writeTestDataset(folder, { train, time: true }), '--catalog', 'pins'], server.url);
  expect(code).toBe(0);
  expect(server.sent[0]).toMatchObject({ path: '/v1/catalogs/pins/items', rows: [{ id: 'b' }, { id: 'a' }] });
  expect(server.sent[1]?.rows.map(({ at }) => at)).toEqual([
    '2026-01-31T12:00:00Z',
    '2026-01-31T13:00:00Z',
    '2026-01-31T14:00:00Z',
  ]);
});

test('refuses a data set whose content is not what its checksums say, before anything is made', async () => {
  const server = await serverWith();
  const dataset = writeTestDataset(folder, { train: 'user\titem\tvalue\nu\ta\t5\n', test: 'user\titem\tvalue\n' });
  writeTestFile(dataset, 'test.tsv.gz', 'user\titem\tvalue\nu\ta\t5\n');
  const { code, stderr } = await run([dataset], server.url);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^import: .*test\.tsv\.gz is not the file that dataset\.json describes/);
  expect([...server.catalogs]).toEqual([]);
});

test('says that no server answers', async () => {
  const server = await startTestServer();
  await server.stop();
  const { code, stderr } = await run([writeTestFile(folder, 'a.jsonl', items(1))], server.url);
  expect(code).toBe(2);
  expect(stderr).toBe(`import: no Kindred answers at ${server.url} (ECONNREFUSED): start one with \`npm start\`\n`);
});

test('tells why the server refuses whole requests', async () => {
  const refusal = { code: 'unauthorized', detail: 'the Authorization header must be "Bearer" and the API key' };
  const server = await serverWith({ answer: () => ({ status: 401, body: refusal }) });
  const { code, stderr } = await run([writeTestFile(folder, 'a.jsonl', items(1))], server.url);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /refused GET \/v1\/catalogs with 401: the Authorization header must be .*\(unauthorized\); set KINDRED_API_KEY/,
  );
});

test('says that something else answers', async () => {
  const server = await serverWith({ answer: () => ({ status: 200, body: 'welcome' }) });
  const { code, stderr } = await run([writeTestFile(folder, 'a.jsonl', items(1))], server.url);
  expect(code).toBe(2);
  expect(stderr).toMatch(/the server at .* is not Kindred/);
});

test.each([
  [['nowhere.csv'], /nowhere\.csv is not there/],
  [[import.meta.filename], /must end in \.jsonl, \.ndjson, \.csv or \.tsv/],
  [[import.meta.dirname], /has no dataset\.json/],
  [[], /Usage: kindred import/],
])('ends with 2 for %j', async (words, message) => {
  const server = await serverWith();
  const { code, stderr } = await run(words, server.url);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(server.sent).toEqual([]);
});

test('tries again when the connection breaks or the server is unavailable for a moment', async () => {
  let failures = 0;
  const server = await serverWith({
    answer: (_, sent) => {
      if (sent === undefined || sent.rows[0]?.id === 'item-0' || failures >= 3) return undefined;
      failures++;
      if (failures === 1) return 'break';
      return {
        status: 503,
        body: { code: 'unavailable', detail: 'the database is unavailable' },
        headers: { 'Retry-After': '1' },
      };
    },
  });
  const { code, stdout } = await run([writeTestFile(folder, 'retry.jsonl', items(3_000))], server.url);
  expect(code).toBe(0);
  expect(failures).toBe(3);
  expect(stdout).toMatch(/^the server is unavailable \(\w+.*\); trying again for 30 s …$/m);
  expect(server.sent.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual(
    Array.from({ length: 3_000 }, (_, index) => `item-${index}`),
  );
});

test('waits for a server that is not ready yet', async () => {
  let asked = 0;
  const answer = () => (asked++ < 2 ? { status: 503, body: { code: 'unavailable', detail: 'not yet' } } : undefined);
  const server = await serverWith({ answer });
  const { code } = await run([writeTestFile(folder, 'a.jsonl', items(1))], server.url);
  expect(code).toBe(0);
});

test('imports nothing from an empty file', async () => {
  const server = await serverWith();
  const { code, stdout } = await run([writeTestFile(folder, 'empty.jsonl', '')], server.url);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^0 items and 0 events accepted/m);
});
