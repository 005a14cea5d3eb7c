import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { readDatasetInfo } from '../dataset-folder/dataset-info.ts';
import { testFolder, writeTestFile } from '../dataset-folder/test-folder.ts';
import { type RunningCommand, startCommand } from '../test-command.ts';

const folder = testFolder();
const CSV = ['prepare', 'csv', folder, '--user', 'u', '--item', 'i'];

function start(words: readonly string[], node: readonly string[] = []): RunningCommand {
  return startCommand(['datasets', ...words], { environment: { KINDRED_DATA_DIR: join(folder, 'data') }, node });
}

const made = (): string[] => readdirSync(folder).filter((name) => name.startsWith('made'));

test('tells what it has made, and what next', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => `u${index % 4},i${index}\n`).join('');
  writeTestFile(folder, 'good.csv', `u,i\n${rows}`);
  const { code, stdout, stderr } = await start([...CSV, '--interactions', 'good.csv', '--name', 'plays']).end;
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const out = join(folder, 'data', 'datasets', 'plays');
  expect(stdout).toContain(`${out} is made: 40 items, 4 users, `);
  expect(stdout).toContain(`npm run import -- ${out} --catalog plays`);
  expect((await readDatasetInfo(out)).counts).toMatchObject({ items: 40, users: 4 });
  const again = await start([...CSV, '--interactions', 'good.csv', '--name', 'plays', '--json']).end;
  expect(again.code).toBe(2);
  expect(again.stdout).toBe('');
  expect(again.stderr).toBe(`datasets: ${out} is there already: delete it, or name another with --out\n`);
});

test('gives scripts one JSON value on stdout', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => `u${index % 4},i${index}\n`).join('');
  writeTestFile(folder, 'json.csv', `u,i\n${rows}u1\nu0,i0\n`);
  const { code, stdout, stderr } = await start([...CSV, '--interactions', 'json.csv', '--name', 'json', '--json']).end;
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    folder: join(folder, 'data', 'datasets', 'json'),
    name: 'json',
    items: 40,
    users: 4,
    train: expect.any(Number),
    test: expect.any(Number),
    testFrom: null,
    bad: 1,
    repeated: 1,
  });
  expect(stderr).toContain('json.csv:42: has 1 cells, the header 2\n');
});

test('ends with 1 where rows are bad, with 2 where nothing is made', async () => {
  const rows = Array.from({ length: 40 }, (_, index) => `u${index % 4},i${index}\n`).join('');
  writeTestFile(folder, 'some.csv', `u,i\n${rows}u1\n`);
  const some = await start([...CSV, '--interactions', 'some.csv', '--out', join(folder, 'made-some')]).end;
  expect(some.code).toBe(1);
  expect(some.stderr).toBe('some.csv:42: has 1 cells, the header 2\n');
  writeTestFile(folder, 'all.csv', 'u,i\nu1\nu2\n');
  const none = await start([...CSV, '--interactions', 'all.csv', '--out', join(folder, 'made-none')]).end;
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(
    /^all\.csv:2: .*\nall\.csv:3: .*\ndatasets: most rows of all\.csv are bad, 2 of the first 2/,
  );
  expect(made()).toEqual(['made-some']);
});

test('leaves nothing when it is stopped, and keeps no rows in memory', { timeout: 240_000 }, async () => {
  const path = join(folder, 'many.csv');
  const rowCount = 400_000;
  const rows = function* (): Generator<string> {
    yield 'u,i,t\n';
    for (let row = 0; row < rowCount; row += 1000) {
      let lines = '';
      for (let each = row; each < row + 1000; each++)
        lines += `user-${each % 90_001},item-${each % 40_009},${1e9 + each}\n`;
      yield lines;
    }
  };
  await pipeline(Readable.from(rows()), createWriteStream(path));
  const words = [...CSV, '--interactions', path, '--at', 't', '--out', join(folder, 'made-many')];
  const stopped = start(words);
  while (made().every((name) => !name.startsWith('made-many.preparing-'))) await pause(20);
  await pause(100);
  stopped.child.kill('SIGTERM');
  expect(await stopped.end).toMatchObject({ code: 130, stderr: '' });
  expect(made().filter((name) => name.startsWith('made-many'))).toEqual([]);
  // As objects the rows would need several times that.
  const { child, end } = start(words, ['--max-old-space-size=40']);
  let peakMib = 0;
  const watch = setInterval(() => (peakMib = Math.max(peakMib, peakMemoryMib(child.pid))), 50);
  const { code, stderr } = await end;
  clearInterval(watch);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect((await readDatasetInfo(join(folder, 'made-many'))).counts).toEqual({
    items: 40_009,
    users: 90_001,
    train: 360_000,
    test: 40_000,
  });
  console.log(`peak ${Math.round(peakMib)} MiB for ${rowCount} rows`);
  if (process.platform === 'linux') expect(peakMib).toBeGreaterThan(30);
  expect(peakMib).toBeLessThan(450);
});

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** The most memory that a process has had, where Linux tells it. */
function peakMemoryMib(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0;
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    // It has ended.
    return 0;
  }
}
