import { expect, test } from 'vitest';
import { type Batch, batchesOf, readAhead } from './batch.ts';
import { badRow, type Row } from './row.ts';

async function* inOne<Value>(...values: Value[]): AsyncGenerator<Value> {
  yield* values;
}

async function batches(rows: readonly Row[]): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batchesOf(inOne(rows))) found.push(batch);
  return found;
}

const row = (line: number, kind: 'item' | 'event' = 'item', json = '{}'): Row => ({ kind, line, lastLine: line, json });

test('cuts at a thousand rows, whatever they are, and remembers the last line', async () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => {
    const line = 2 * index + 1;
    if (index % 5 === 0) return badRow({ line, lastLine: line + 1 }, 'is bad');
    return row(line, index % 2 === 0 ? 'item' : 'event');
  });
  const found = await batches(rows);
  expect(found.map(({ bad, good }) => bad.length + good.item.length + good.event.length)).toEqual([1000, 1000, 500]);
  expect(found.map(({ lastLine }) => lastLine)).toEqual([1999, 3999, 4999]);
});

test('cuts before a body of the longest rows reaches 8 MiB', async () => {
  const longest = 'x'.repeat(1024 * 1024);
  const found = await batches(Array.from({ length: 20 }, (_, index) => row(index + 1, 'item', longest)));
  const sizes = found.map(({ good }) => good.item.reduce((sum, { json }) => sum + json.length + 1, 0));
  expect(Math.max(...sizes)).toBeLessThan(8 * 1024 * 1024);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(20 * (longest.length + 1));
});

test('gives no batch of no rows', async () => {
  expect(await batches([])).toEqual([]);
});

test('reads one value ahead and no further, and ends the source with the reader', async () => {
  const events: string[] = [];
  async function* source(): AsyncGenerator<number> {
    try {
      for (let value = 1; ; value++) {
        events.push(`read ${value}`);
        yield value;
      }
    } finally {
      events.push('closed');
    }
  }
  for await (const value of readAhead(source())) {
    events.push(`had ${value}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (value === 2) break;
  }
  expect(events).toEqual(['read 1', 'read 2', 'had 1', 'read 3', 'had 2', 'closed']);
});

test('passes a failure of the source on after the values before it', async () => {
  async function* source(): AsyncGenerator<number> {
    yield 1;
    throw new Error('broken');
  }
  const had: number[] = [];
  const reading = (async () => {
    for await (const value of readAhead(source())) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      had.push(value);
    }
  })();
  await expect(reading).rejects.toThrow('broken');
  expect(had).toEqual([1]);
});
