import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppendQueue, type AppendQueueOptions } from './append-queue.ts';
import { messageOf } from './event-log.fixture.ts';
import type { NewMessage, Position } from './event-log.ts';
import { messageBytes } from './message-bytes.ts';

const LIMITS = { messagesMax: 5, bytesMax: 100 * messageBytes(messageOf('0')), waitingBytesMax: 1_000_000 };

/** A log in memory that writes with a pause. */
function memoryLog(limits: Partial<AppendQueueOptions<NewMessage>> = {}) {
  const texts: string[] = [];
  const writes: number[] = [];
  const write = async (messages: readonly NewMessage[]): Promise<readonly Position[]> => {
    writes.push(messages.length);
    await sleep(1);
    return messages.map(({ value }) => ({ partition: 0, offset: texts.push(value.toString()) - 1 }));
  };
  return { texts, writes, queue: new AppendQueue<NewMessage>({ ...LIMITS, bytesOf: messageBytes, write, ...limits }) };
}

describe('an append queue', () => {
  test('answers each append with the places of its own messages, whatever shares its writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 12 }), { maxLength: 12 }), async (sizes) => {
        const { queue, texts, writes } = memoryLog();
        const appends = sizes.map((size, append) => Array.from({ length: size }, (_, index) => `${append}/${index}`));
        const positions = await Promise.all(
          appends.map((append) => queue.append(append.map((text) => messageOf(text)))),
        );
        expect(positions.map((of) => of.map(({ offset }) => texts[offset]))).toEqual(appends);
        expect(texts).toEqual(appends.flat());
        for (const size of writes) expect(size).toBeLessThanOrEqual(LIMITS.messagesMax);
      }),
    );
  });

  test('writes what arrives during a write in the next one', async () => {
    const { queue, writes } = memoryLog();
    await Promise.all(Array.from({ length: 6 }, (_, index) => queue.append([messageOf(`${index}`)])));
    expect(writes).toEqual([1, 5]);
  });

  test('keeps writes within the bytes, but for a message that alone is larger', async () => {
    const { queue, writes } = memoryLog({ bytesMax: 2 * messageBytes(messageOf('0')) });
    const large = { ...messageOf('large'), value: Buffer.alloc(5_000) };
    await queue.append([messageOf('0'), messageOf('1'), messageOf('2'), large, messageOf('4')]);
    expect(writes).toEqual([2, 1, 1, 1]);
  });

  test('fails those that wait with the write that failed, and takes the next', async () => {
    let isAway = true;
    const write = async (messages: readonly NewMessage[]): Promise<readonly Position[]> => {
      await sleep(1);
      if (isAway) throw new Error('away');
      return messages.map((_, offset) => ({ partition: 0, offset }));
    };
    const { queue } = memoryLog({ write });
    const appends = await Promise.allSettled([1, 2, 3].map((index) => queue.append([messageOf(`${index}`)])));
    expect(appends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    isAway = false;
    expect(await queue.append([messageOf('4')])).toEqual([{ partition: 0, offset: 0 }]);
  });

  test('refuses what would let more bytes wait than allowed', async () => {
    const { queue } = memoryLog({ waitingBytesMax: 3 * messageBytes(messageOf('0')) });
    const appends = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => queue.append([messageOf(`${index}`)])),
    );
    expect(appends.filter(({ status }) => status === 'fulfilled').length).toBe(4);
    await queue.append([messageOf('later')]);
  });

  test('finishes what waits when it is closed, and takes no more', async () => {
    const { queue, texts } = memoryLog();
    const append = queue.append([messageOf('one')]);
    await queue.close();
    expect(texts).toEqual(['one']);
    await append;
    await expect(queue.append([messageOf('two')])).rejects.toThrow('closed');
  });
});
