import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ConsoleReporter } from '../console/console-reporter.ts';
import { writeTestDataset } from '../dataset-folder/test-dataset.ts';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { startImport } from '../test-command.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { importInto } from './import-command.ts';

const folder = testFolder();
const ROWS = 20_000;
const REQUEST_ROWS = 1_000;

const ids = (server: TestServer): string[] => server.sent.flatMap(({ rows }) => rows.map(({ id = 'none' }) => id));
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** The line in the one state file of a data folder; 0 if there is none. */
function acknowledgedLine(dataFolder: string): number {
  const folder = join(dataFolder, 'imports');
  const [name] = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  return name === undefined ? 0 : JSON.parse(readFileSync(join(folder, name), 'utf8')).line;
}

const forms = {
  'rows.jsonl.gz': () => Array.from({ length: ROWS }, (_, row) => `{"id":"item-${row}"}\n`).join(''),
  'rows.csv': () => `id,title\n${Array.from({ length: ROWS }, (_, row) => `item-${row},"a\nb"\n`).join('')}`,
  dataset: () =>
    `user\titem\tvalue\n${Array.from({ length: ROWS }, (_, row) => `user-${row}\titem-${row % 3_000}\t5\n`).join('')}`,
};

test.each(['rows.jsonl.gz', 'rows.csv', 'dataset'] as const)(
  'after kills at random moments, every row of %s arrives and only the last request is repeated',
  async (form) => {
    const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
    console.log(`seed of the kills: ${seed} (SEED=… repeats them)`);
    const content = forms[form]();
    const path =
      form === 'dataset' ? writeTestDataset(folder, { train: content }) : writeTestFile(folder, form, content);
    const server = await startTestServer({ delayMs: 15 });
    const dataFolder = join(folder, `data-${form}`);
    let kills = 0;
    for (let attempt = 0; ; attempt++) {
      const lineToGoOnFrom = acknowledgedLine(dataFolder) + 1;
      const { child, end } = startImport([path], { url: server.url, dataFolder });
      if (attempt < 4) {
        const sentBefore = server.sent.length;
        while (server.sent.length === sentBefore && child.exitCode === null) await sleep(1);
        await sleep(((seed >> (attempt * 5)) & 31) * 3);
        child.kill('SIGKILL');
      }
      const { code, stdout } = await end;
      // A request that an earlier run had sent can arrive late, and get this one killed before it said anything.
      const hasSpoken = code === 0 || stdout !== '';
      if (lineToGoOnFrom > 1 && hasSpoken) expect(stdout).toContain(`\ngoing on from line ${lineToGoOnFrom} of `);
      if (code === 0) break;
      expect(code).toBeNull();
      kills++;
    }
    await server.stop();
    expect(kills).toBeGreaterThan(0);
    const arrived = ids(server);
    const itemCount = form === 'dataset' ? 3_000 : ROWS;
    const wanted = form === 'dataset' ? ROWS + itemCount : ROWS;
    expect(new Set(arrived).size).toBe(wanted);
    expect(arrived.length).toBeLessThanOrEqual(wanted + kills * REQUEST_ROWS);
    const times = new Set(server.sent.flatMap(({ rows }) => rows.flatMap(({ at }) => at ?? [])));
    expect(times.size).toBe(form === 'dataset' ? 1 : 0);
    expect(readdirSync(join(dataFolder, 'imports'))).toEqual([]);
  },
);

test('stops when the server stays unavailable, says how to go on, and goes on from there', async () => {
  const path = writeTestFile(folder, 'outage.jsonl', forms['rows.jsonl.gz']());
  const first = await startTestServer({ answer: (_, sent) => (sent && first.sent.length === 5 ? 'break' : undefined) });
  const port = Number(new URL(first.url).port);
  const command = (giveUpAfterMs: number) =>
    importInto(
      { path, catalog: undefined },
      {
        config: {
          url: first.url,
          rankingUrl: first.url,
          trainerUrl: first.url,
          apiKey: undefined,
          stateFolder: join(folder, 'outage'),
          workingFolder: folder,
        },
        reporter: new ConsoleReporter({ stdout: new PassThrough(), stderr: new PassThrough() }),
        giveUpAfterMs,
      },
    );
  await expect(command(600)).rejects.toThrow(
    /^the server stays unavailable: \w+.*\nGive the same command again to go on from line 5001 of outage\.jsonl\.$/,
  );
  await first.stop();
  const second = await startTestServer({ port });
  expect(await command(5_000)).toBe(true);
  await second.stop();
  expect(ids(first)).toHaveLength(5_000);
  expect(sum([ids(first).length, ids(second).length])).toBe(ROWS);
  expect(second.sent[0]?.rows[0]).toEqual({ id: 'item-5000' });
});

test('goes on when the server itself was killed and came back', async () => {
  const path = writeTestFile(folder, 'restart.jsonl', forms['rows.jsonl.gz']());
  const first = await startTestServer({ delayMs: 20 });
  const { end } = startImport([path], { url: first.url, dataFolder: join(folder, 'restart') });
  while (first.sent.length < 4) await sleep(5);
  await first.stop();
  await sleep(700);
  const second = await startTestServer({ port: Number(new URL(first.url).port) });
  const { code } = await end;
  await second.stop();
  expect(code).toBe(0);
  expect(new Set([...ids(first), ...ids(second)]).size).toBe(ROWS);
});

test('counts rows that were rejected before a kill: the exit code is that of the whole import', async () => {
  const path = writeTestFile(folder, 'rejected.jsonl', `not JSON\n${forms['rows.jsonl.gz']()}`);
  const server = await startTestServer({ delayMs: 20 });
  const environment = { url: server.url, dataFolder: join(folder, 'rejected') };
  const killed = startImport([path], environment);
  while (server.sent.length < 5) await sleep(5);
  killed.child.kill('SIGKILL');
  expect((await killed.end).stderr).toBe('rejected.jsonl:1: is not JSON\n');
  const { code, stdout, stderr } = await startImport([path], environment).end;
  await server.stop();
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^20,000 items and 0 events accepted .*, 1 rows rejected/m);
  expect(code).toBe(1);
});

test('stops at once at Ctrl-C and goes on when it is started again', async () => {
  const path = writeTestFile(folder, 'stopped.jsonl', forms['rows.jsonl.gz']());
  const server = await startTestServer({ delayMs: 20 });
  const environment = { url: server.url, dataFolder: join(folder, 'stopped') };
  const stopped = startImport([path], environment);
  while (server.sent.length < 3) await sleep(5);
  stopped.child.kill('SIGINT');
  const { code, stdout } = await stopped.end;
  expect(code).toBe(130);
  expect(stdout).toMatch(/^stopped; the same command goes on/m);
  const second = await startImport([path], environment).end;
  await server.stop();
  expect(second.code).toBe(0);
  expect(second.stdout).toMatch(/^going on from line \d+ of stopped\.jsonl$/m);
  expect(new Set(ids(server)).size).toBe(ROWS);
});
