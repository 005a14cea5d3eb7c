import { expect, test } from 'vitest';
import { CATALOG, messageOf, RecordingHandler, until, userOf } from './event-log.fixture.ts';
import type { MessageBatch, Position } from './event-log.ts';
import { eventLogDelivery } from './event-log-delivery.contract.ts';
import { byPlace, consume, type LogContract, logTests, placeOf } from './log-under-test.fixture.ts';

/** Promises of every event log. */
export function eventLogContract(contract: LogContract): void {
  const { deletes } = contract;
  const withLog = logTests(contract);

  test('an append answers where each message stands, in the order of the input', () =>
    withLog(async (log) => {
      const texts = Array.from({ length: 250 }, (_, index) => `message ${index}`);
      const startedMs = Date.now();
      const positions = await log.append(texts.map((text) => messageOf(text)));
      expect(await log.append([])).toEqual([]);
      const handler = new RecordingHandler();
      await consume(log, handler, 7);
      await until(() => handler.applied.length >= texts.length);
      expect(byPlace(handler.applied.map(placeOf))).toEqual(
        byPlace(texts.map((text, i) => ({ ...positions[i]!, text }))),
      );
      for (const message of handler.applied) expect(Math.abs(message.appendedAtMs - startedMs)).toBeLessThan(60_000);
    }));

  test('a partition is delivered in order, in batches of at most the size asked for', () =>
    withLog(async (log) => {
      const handler = new RecordingHandler();
      const batches: MessageBatch[] = [];
      handler.beforeApply = async (batch) => void batches.push(batch);
      await consume(log, handler, 10);
      const users = [userOf('a'), userOf('b'), userOf('c')];
      for (let round = 0; round < 20; round++) {
        await log.append(users.map((user) => messageOf(`${user} ${round}`, user)));
      }
      await until(() => handler.applied.length === 60);
      for (const user of users) {
        const own = handler.texts().filter((text) => text.startsWith(user));
        expect(own).toEqual(Array.from({ length: 20 }, (_, round) => `${user} ${round}`));
      }
      for (const { messages, nextOffset, partition } of batches) {
        expect(messages.length).toBeGreaterThan(0);
        expect(messages.length).toBeLessThanOrEqual(10);
        expect(nextOffset).toBe(messages.at(-1)!.offset + 1);
        expect(messages.every((message) => message.partition === partition)).toBe(true);
        const offsets = messages.map((message) => message.offset);
        expect(offsets).toEqual([...new Set(offsets)].sort((left, right) => left - right));
      }
    }));

  test('what another producer wrote is delivered as it is', () =>
    withLog(async (log, under) => {
      const garbage = Buffer.from([0x7b, 0xff, 0x00, 0x22]);
      await under.appendForeign(garbage);
      await log.append([messageOf('ours')]);
      const handler = new RecordingHandler();
      await consume(log, handler);
      await until(() => handler.applied.length === 2);
      expect(handler.applied.map((message) => message.value)).toEqual(
        expect.arrayContaining([garbage, Buffer.from('ours')]),
      );
    }));

  test('the ends lie one past the last messages', () =>
    withLog(async (log) => {
      const positions = await log.append(Array.from({ length: 50 }, (_, index) => messageOf(`message ${index}`)));
      const ends = await log.ends();
      for (const { partition, offset } of positions) expect(ends.get(partition)).toBeGreaterThan(offset);
      const last = Math.max(...positions.map(({ offset }) => offset));
      expect(Math.max(...ends.values())).toBe(last + 1);
    }));

  test(deletes ? 'an erased user has no messages any more' : 'an erasure changes nothing', () =>
    withLog(async (log) => {
      await log.append([messageOf('gone', userOf('gone')), messageOf('kept', userOf('kept'))]);
      await log.erase(CATALOG, userOf('gone'));
      await log.append([messageOf('later', userOf('gone'))]);
      const handler = new RecordingHandler();
      await consume(log, handler);
      const expected = deletes ? ['kept', 'later'] : ['gone', 'kept', 'later'];
      await until(() => handler.applied.length >= expected.length);
      expect(handler.texts().sort()).toEqual(expected);
    }),
  );

  test('progress passes an erased message at the end', () =>
    withLog(async (log) => {
      await log.append([messageOf('kept', userOf('kept'))]);
      const [last] = await log.append([messageOf('gone', userOf('gone'))]);
      await log.erase(CATALOG, userOf('gone'));
      const handler = new RecordingHandler();
      await consume(log, handler);
      const { partition, offset } = last!;
      await until(async () => ((await handler.progress([partition])).get(partition) ?? 0) > offset);
    }));

  test(deletes ? 'a trim deletes what is below the offsets and old enough' : 'a trim changes nothing', () =>
    withLog(async (log) => {
      const positions: Position[] = [];
      for (const text of ['first', 'second', 'third']) positions.push(...(await log.append([messageOf(text)])));
      const { partition, offset } = positions[1]!;
      await log.trim(new Map([[partition, offset]]), Date.now() - 600_000);
      await log.trim(new Map([[partition, offset]]), Date.now() + 600_000);
      const handler = new RecordingHandler();
      await consume(log, handler);
      const expected = deletes ? ['second', 'third'] : ['first', 'second', 'third'];
      await until(() => handler.applied.length >= expected.length);
      expect(handler.texts().sort()).toEqual([...expected].sort());
    }),
  );

  test('a closed log refuses appends', () =>
    withLog(async (log) => {
      await log.append([messageOf('one')]);
      await log.close();
      await expect(log.append([messageOf('two')])).rejects.toThrow('closed');
    }));

  test('headers travel with their message, whatever they hold', () =>
    withLog(async (log) => {
      const headers = { ce_id: 'grün', empty: '', nul: 'a\0b', __proto__x: '"}' };
      await log.append([{ ...messageOf('with'), headers }, messageOf('without')]);
      const handler = new RecordingHandler();
      await consume(log, handler);
      await until(() => handler.applied.length === 2);
      const headersOf = (text: string) => handler.applied.find(({ value }) => value?.toString() === text)?.headers;
      expect(headersOf('with')).toEqual(headers);
      expect(headersOf('without')).toEqual({});
    }));

  eventLogDelivery(withLog);
}
