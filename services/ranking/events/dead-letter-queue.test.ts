import { RecordingHandler, until } from '@kindred/shared/event-log/event-log.fixture';
import { MemoryEventLog } from '@kindred/shared/event-log/memory/memory-event-log';
import { expect, test } from 'vitest';
import { memoryDeadLetters } from '../adapters/memory-dead-letters.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DeadLetter } from './dead-letters.ts';
import { EVENT_BYTES_MAX } from './event-message.ts';
import { firstPlaceOf } from './first-place.ts';

function letter(offset: number, rest: Partial<DeadLetter> = {}): DeadLetter {
  return {
    partition: 0,
    offset,
    appendedAtMs: 1_000 + offset,
    reason: 'why',
    value: Buffer.from(`message ${offset}`),
    headers: {},
    catalog: 'main',
    user: 'ana',
    ...rest,
  };
}

test('retries every letter as it first came, in the order of the list, and leaves it in the queue', async () => {
  const eventLog = new MemoryEventLog();
  const deadLetters = memoryDeadLetters();
  const queue = new DeadLetterQueue({ eventLog, deadLetters });
  const letters = Array.from({ length: 1_203 }, (_, index) => letter(index));
  await deadLetters.send('memory', [...letters, letter(5, { headers: { ce_id: 'x', 'request-id': 'old' } })]);
  await deadLetters.send('another log', [letter(1)]);
  expect(await queue.retry('request-9')).toBe(1_203);
  const handler = new RecordingHandler();
  await eventLog.consume(handler, { batchSizeMax: 2_000, onError: () => {} });
  await until(() => handler.applied.length === 1_203);
  expect(handler.texts()).toEqual(letters.map(({ value }) => value.toString()));
  expect(handler.applied.map(({ headers }) => firstPlaceOf(headers)?.offset)).toEqual([...letters.keys()]);
  expect(handler.applied[5]?.headers).toMatchObject({ ce_id: 'x', 'request-id': 'request-9' });
  expect(await queue.list()).toHaveLength(1_203);
  await eventLog.close();
});

test('leaves out a letter that is longer than any event', async () => {
  const eventLog = new MemoryEventLog();
  const deadLetters = memoryDeadLetters();
  const queue = new DeadLetterQueue({ eventLog, deadLetters });
  await deadLetters.send('memory', [
    letter(1, { value: Buffer.alloc(EVENT_BYTES_MAX + 1) }),
    letter(2, { value: Buffer.alloc(EVENT_BYTES_MAX) }),
  ]);
  expect(await queue.retry('request')).toBe(1);
  expect((await queue.list()).map(({ offset }) => offset)).toEqual([1, 2]);
});

test('says that the log is unavailable, and then no letter has left the queue', async () => {
  const eventLog = new MemoryEventLog();
  const deadLetters = memoryDeadLetters();
  const queue = new DeadLetterQueue({ eventLog, deadLetters });
  await deadLetters.send('memory', [letter(1)]);
  await eventLog.close();
  await expect(queue.retry('request')).rejects.toMatchObject({ code: 'unavailable' });
  expect(await queue.list()).toHaveLength(1);
});
