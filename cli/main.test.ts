import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from './package.json' with { type: 'json' };
import { startCommand } from './test-command.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const LETTER = {
  partition: 2,
  offset: 7,
  at: '2026-01-31T12:00:00Z',
  reason: 'is not JSON',
  catalog: 'main',
  user: '',
  value: 'a\u001b[2J',
};

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    answer: ({ method, url }) => {
      if (url === '/v1/dead-letters') return { status: 200, body: { letters: [LETTER] } };
      return method === 'POST' ? { status: 200, body: { retried: 3 } } : undefined;
    },
  });
});
afterAll(() => server.stop());

const run = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  startCommand(words, { environment: { KINDRED_URL: server.url, ...environment } }).end;

test('prints its version, and its commands, each with a help of its own', async () => {
  expect(await run(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  const names = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name);
  expect(names).toEqual(
    expect.arrayContaining(['start', 'dev', 'stores', 'import', 'datasets', 'train', 'dead-letters', 'bench']),
  );
  for (const name of names.filter((each) => each !== 'help' && each !== '-h')) {
    const help = await run([name ?? '', '--help']);
    expect(help, name).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`kindred ${name} `) });
  }
});

test('lists every option of datasets, since it has one verb', async () => {
  const { stdout } = await run(['datasets', '--help']);
  for (const option of ['--out', '--interactions', '--cold-items', '--created-at', '--json']) {
    expect(stdout).toContain(`  ${option} `);
  }
});

test.each([
  [['improt', 'a.csv'], /unknown command 'improt'[\s\S]*Did you mean import\?[\s\S]*Usage: kindred \[options\]/],
  [
    ['import', '--catlog', 'a', 'a.csv'],
    /unknown option '--catlog'[\s\S]*Did you mean --catalog\?[\s\S]*Usage: kindred import/,
  ],
  [['dead-letters', 'lst'], /unknown command 'lst'[\s\S]*Did you mean list\?[\s\S]*Usage: kindred dead-letters/],
  [['start', 'now'], /too many arguments[\s\S]*Usage: kindred start/],
  [['bench', 'speed'], /'speed' is invalid[\s\S]*Usage: kindred bench/],
  [['dead-letters'], /Usage: kindred dead-letters/],
  [[], /Usage: kindred \[options\]/],
])('refuses %j with 2, a suggestion and the usage', async (words, message) => {
  const { code, stdout, stderr } = await run(words);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
});

test.each([['import', 'a.csv'], ['train'], ['dead-letters', 'list']])(
  'ends %s with 78 and every mistake where settings are wrong',
  async (...words) => {
    const { code, stdout, stderr } = await run(words, { KINDRED_URL: 'localhost', KINDRED_API_KEY: 'a key' });
    expect(code).toBe(78);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      new RegExp(`^${words[0]}: the configuration cannot be used:\n {2}KINDRED_URL: .*\n {2}KINDRED_API_KEY: .*\n$`),
    );
  },
);

test.each([['start'], ['dev'], ['bench', 'ranking']])(
  '%s prepares the model first, and ends as that ends',
  async (...words) => {
    const { code, stderr } = await run(words, { KINDRED_MODEL: 'none-of-ours' });
    expect(code).toBe(78);
    expect(stderr).toMatch(/KINDRED_MODEL/);
  },
);

test('runs the programs of the distributed mode, whose settings end with 78 too', async () => {
  const { code, stderr } = await run(['stores']);
  expect(code).toBe(78);
  expect(stderr).toMatch(/DATABASE_URL: must be set/);
});

test('lists dead letters so that a terminal does not obey them, and for scripts as one JSON value', async () => {
  expect(await run(['dead-letters', 'list'])).toEqual({
    code: 0,
    stderr: '',
    stdout: '2/7  2026-01-31T12:00:00Z  is not JSON\n    "a\\u001b[2J"\n1 dead letters\n',
  });
  const { stdout } = await run(['dead-letters', 'list', '--json']);
  expect(JSON.parse(stdout)).toEqual({ letters: [LETTER] });
});

test('retries dead letters', async () => {
  expect((await run(['dead-letters', 'retry'])).stdout).toMatch(/^3 messages are in the event log again/);
  expect(JSON.parse((await run(['dead-letters', 'retry', '--json'])).stdout)).toEqual({ retried: 3 });
});
