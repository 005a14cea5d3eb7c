import { once } from 'node:events';
import { createServer } from 'node:http';
import { PassThrough } from 'node:stream';
import { MAIN_CATALOG } from '@kindred/shared/id';
import { afterEach, expect, test } from 'vitest';
import { ConsoleReporter } from '../console/console-reporter.ts';
import { KindredClient } from '../kindred-client.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { train } from './train-command.ts';

const servers: TestServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

function clientAt(url: string): KindredClient {
  return new KindredClient({ url, rankingUrl: url, trainerUrl: url, apiKey: undefined });
}

function versionOf(version: number, serving: boolean): unknown {
  const counts = { items: 2, users: 3, pairs: 4 };
  const summary = {
    counts,
    judged: { kindred: 0.25 },
    rankedBy: 'plain',
    hasRanker: true,
    repeatShare: 0.314,
    tookMs: 1_500,
  };
  return { version, trainedAt: '2026-01-31T12:00:00Z', serving, summary };
}

/** Runs the command against a server that gives these answers about trainings, the last again and again. */
async function outcome(verb: 'train' | 'status' | 'rollback', answers: readonly unknown[], isJson = false) {
  const left = [...answers];
  const server = await startTestServer({
    answer: ({ method, url }) => {
      if (url?.endsWith('/rollback')) return { status: 200, body: { version: 1 } };
      if (method === 'POST') return { status: 202, body: { state: 'waiting', progress: [] } };
      return { status: 200, body: left.length > 1 ? left.shift() : left[0] };
    },
  });
  servers.push(server);
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const reporter = new ConsoleReporter({ stdout, stderr, isJson });
  const isDone = await train({ catalog: MAIN_CATALOG, verb }, { client: clientAt(server.url), reporter, lookMs: 1 });
  return { isDone, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

const VERSION_2 =
  'version 2 (serves) of 2026-01-31T12:00:00Z, in 1.5 s, from 4 pairs of 3 users and 2 items: ' +
  'nDCG@20 on what was held out: kindred 0.2500 (served: plain) (users come back to 31.4 % of their items)\n';

test('says where no server answers', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  server.close();
  await once(server, 'close');
  const reporter = new ConsoleReporter({ stdout: new PassThrough(), stderr: new PassThrough() });
  await expect(train({ catalog: MAIN_CATALOG, verb: 'train' }, { client: clientAt(url), reporter })).rejects.toThrow(
    `no Kindred answers at ${url} (ECONNREFUSED)`,
  );
});

test('says each line of a training once, then the version that it made', async () => {
  const running = { state: 'running', progress: [{ number: 1, text: 'read 4 rows' }] };
  const trained = {
    ...running,
    state: 'trained',
    version: 2,
    progress: [...running.progress, { number: 2, text: 'fitted' }],
  };
  const versions = [versionOf(2, true), versionOf(1, false)];
  const answers = [
    { training: running, versions: [] },
    { training: running, versions: [] },
    { training: trained, versions },
  ];
  expect(await outcome('train', answers)).toEqual({
    isDone: true,
    stdout: `read 4 rows\nfitted\n${VERSION_2}`,
    stderr: '',
  });
});

test('a training that failed is not done, nor one that a restart ended', async () => {
  const failed = { state: 'failed', progress: [], reason: 'there is nothing to learn from' };
  expect(await outcome('train', [{ training: failed, versions: [] }])).toMatchObject({
    isDone: false,
    stdout: 'not trained: there is nothing to learn from\n',
  });
  expect(await outcome('train', [{ training: null, versions: [] }])).toMatchObject({
    isDone: false,
    stdout: expect.stringMatching(/started again meanwhile/),
  });
});

test('shows what is kept and what runs, and goes back by one version', async () => {
  const running = { state: 'running', progress: [{ number: 1, text: 'read 4 rows' }] };
  const status = await outcome('status', [{ training: running, versions: [versionOf(2, true)] }]);
  expect(status.stdout).toBe(`${VERSION_2}a training is running: read 4 rows\n`);
  expect((await outcome('status', [{ training: null, versions: [] }])).stdout).toMatch(/^main has no trained version/);
  const back = await outcome('rollback', [{ training: null, versions: [versionOf(2, true)] }]);
  expect(back.stdout).toBe(`version 1 of main serves now\n${VERSION_2}`);
});

test('gives scripts one JSON value on stdout, whatever the verb', async () => {
  const training = { state: 'trained', version: 2, progress: [{ number: 1, text: 'read 4 rows' }] };
  const answer = { training, versions: [versionOf(2, true)] };
  for (const verb of ['train', 'status', 'rollback'] as const) {
    const { stdout } = await outcome(verb, [answer], true);
    expect(JSON.parse(stdout)).toEqual({ catalog: 'main', ...answer });
  }
  expect((await outcome('train', [answer], true)).stderr).toBe('read 4 rows\n');
});
