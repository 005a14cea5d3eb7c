import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { testFolder } from '../dataset-folder/test-folder.ts';
import { startImport } from '../test-command.ts';
import { startTestServer } from '../test-server.ts';

const folder = testFolder();
const MIB = 1024 * 1024;

/** 250 MiB in one line, then 250 MiB in a quoted field that is never closed, then rows. */
function* hugeCsv(): Generator<string> {
  yield 'id,title\n';
  for (let part = 0; part < 250; part++) yield 'x'.repeat(MIB);
  yield '\nopen,"';
  for (let part = 0; part < 250; part++) yield `${'y'.repeat(MIB - 1)}\n`;
  for (let row = 0; row < 20_000; row++) yield `item-${row},"a title, quoted"\n`;
}

test('reads a file that is larger than memory may become', { timeout: 120_000 }, async () => {
  const path = join(folder, 'huge.csv.gz');
  await pipeline(Readable.from(hugeCsv()), createGzip({ level: 1 }), createWriteStream(path));
  const server = await startTestServer({
    answer: (_, sent) => {
      if (sent !== undefined) peakMib = Math.max(peakMib, peakMemoryMib(child.pid));
      return undefined;
    },
  });
  let peakMib = 0;
  const { child, end } = startImport([path], { url: server.url, dataFolder: join(folder, 'data') });
  const { code, stdout } = await end;
  await server.stop();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^20,000 items and 0 events accepted/m);
  if (process.platform === 'linux') expect(peakMib).toBeGreaterThan(30);
  expect(peakMib).toBeLessThan(450);
});

/** The most memory that a process has had, where Linux tells it. */
function peakMemoryMib(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
