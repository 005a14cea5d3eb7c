import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DeadLetter, type DeadLetters, REASON_MAX } from './dead-letters.ts';

const LETTER: DeadLetter = {
  partition: 0,
  offset: 0,
  appendedAtMs: 1_760_000_000_000,
  reason: 'is not JSON in UTF-8',
  value: Buffer.from('{'),
  headers: {},
  catalog: 'main',
  user: '',
};

function letter(offset: number, rest: Partial<DeadLetter> = {}): DeadLetter {
  return { ...LETTER, offset, ...rest };
}

const byPlace = (a: DeadLetter, b: DeadLetter): number => a.partition - b.partition || a.offset - b.offset;

/** Promises of every dead-letter queue. @param open  The queue, empty for logs that were not written to yet. */
export function deadLettersContract(open: () => DeadLetters): void {
  let logs = 0;
  const newLog = (): string => `log-${logs++}`;

  test('lists letters by first place, with all their bytes, headers and names', async () => {
    const log = newLog();
    const letters = [
      letter(7, { partition: 2, value: Buffer.from([0, 0xff, 0x7b, 0]), user: 'ana', catalog: 'filme' }),
      letter(10, { value: Buffer.alloc(0), headers: { ce_specversion: '1.0', ce_id: 'grün', empty: '' } }),
      letter(9, { value: Buffer.alloc(524_289, 'x'), reason: 'catalog: there is no such catalog' }),
      letter(11, { headers: { 'content-type': 'application/cloudevents+json', nul: 'a\0b' }, user: 'ü/"\\' }),
    ];
    await open().send(log, letters);
    await open().send(log, []);
    expect(await open().list(log)).toEqual(letters.toSorted(byPlace));
  });

  test('of two letters with one first place the later stays, sent together or one after the other', async () => {
    const log = newLog();
    await open().send(log, [letter(1, { reason: 'first', headers: { a: '1' } }), letter(2, { reason: 'first' })]);
    const later = letter(1, { reason: 'second', value: Buffer.from('later'), headers: { b: '2' }, user: 'bo' });
    await open().send(log, [later]);
    const last = letter(2, { reason: 'third' });
    await open().send(log, [letter(2, { reason: 'second' }), last]);
    expect(await open().list(log)).toEqual([later, last]);
  });

  test('cuts a reason that is too long', async () => {
    const log = newLog();
    await open().send(log, [letter(1, { reason: 'x'.repeat(2 * REASON_MAX) })]);
    expect((await open().list(log)).map(({ reason }) => reason)).toEqual(['x'.repeat(REASON_MAX)]);
  });

  test('removes letters by their places, keeps the others, and takes a removed one again', async () => {
    const log = newLog();
    await open().send(log, [letter(1), letter(2), letter(1, { partition: 1 })]);
    await open().remove(log, [letter(1), letter(99)]);
    await open().remove(log, []);
    expect(await open().list(log)).toEqual([letter(2), letter(1, { partition: 1 })]);
    await open().send(log, [letter(1, { reason: 'again' })]);
    expect((await open().list(log)).map(({ reason }) => reason)).toEqual(['again', LETTER.reason, LETTER.reason]);
  });

  test('erases the letters of a user of a catalog, and none of others', async () => {
    const log = newLog();
    const others = [
      letter(1, { user: 'bo' }),
      letter(2, { user: 'ana', catalog: 'filme' }),
      letter(3, { user: '' }),
      letter(4, { user: 'anab' }),
    ];
    await open().send(log, [...others, letter(5, { user: 'ana' }), letter(6, { user: 'ana', partition: 3 })]);
    await open().erase(log, 'main', 'ana');
    await open().erase(log, 'main', 'ana');
    expect(await open().list(log)).toEqual(others);
    const back = letter(7, { user: 'ana' });
    await open().send(log, [back]);
    expect(await open().list(log)).toEqual([...others, back]);
  });

  test('letters of one log say nothing of another, whatever the logs are called', async () => {
    const log = newLog();
    const longer = `${log}/0`;
    await open().send(log, [letter(1)]);
    await open().send(longer, [letter(1, { reason: 'another' })]);
    await open().remove(log, [letter(1)]);
    expect(await open().list(log)).toEqual([]);
    expect(await open().list(longer)).toEqual([letter(1, { reason: 'another' })]);
    expect(await open().list(newLog())).toEqual([]);
  });

  test('keeps thousands of letters', async () => {
    const log = newLog();
    const letters = Array.from({ length: 3_000 }, (_, index) =>
      letter(index, {
        partition: index % 12,
        value: createHash('sha512').update(String(index)).digest(),
        user: `u${index % 7}`,
      }),
    );
    await open().send(log, letters);
    await open().erase(log, 'main', 'u3');
    const left = letters.filter(({ user }) => user !== 'u3').sort(byPlace);
    expect(await open().list(log)).toEqual(left);
  });

  test('whatever is sent, removed and erased, the list is that of a plain map', async () => {
    const places = { partition: fc.nat(1), offset: fc.nat(4) };
    const step = fc.oneof(
      fc.record({ ...places, verb: fc.constant('send'), user: fc.constantFrom('ana', 'bo'), value: fc.uint8Array() }),
      fc.record({
        ...places,
        verb: fc.constant('remove'),
        user: fc.constant(''),
        value: fc.constant(new Uint8Array()),
      }),
      fc.record({
        ...places,
        verb: fc.constant('erase'),
        user: fc.constantFrom('ana', 'bo'),
        value: fc.constant(new Uint8Array()),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const log = newLog();
        const wanted = new Map<string, DeadLetter>();
        for (const { verb, partition, offset, user, value } of steps) {
          const own = letter(offset, { partition, user, value: Buffer.from(value) });
          const key = `${partition}/${offset}`;
          if (verb === 'send') {
            await open().send(log, [own]);
            wanted.set(key, own);
          } else if (verb === 'remove') {
            await open().remove(log, [own]);
            wanted.delete(key);
          } else {
            await open().erase(log, 'main', user);
            for (const [place, known] of wanted) if (known.user === user) wanted.delete(place);
          }
        }
        expect(await open().list(log)).toEqual([...wanted.values()].sort(byPlace));
      }),
      { numRuns: 8 },
    );
  });
}
