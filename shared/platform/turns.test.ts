import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { turns } from './turns.ts';

test('no more than so many run at once, in their order, whatever fails', async () => {
  const work = fc.array(fc.record({ ms: fc.nat(3), fails: fc.boolean() }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), work, async (count, given) => {
      const inTurn = turns(count);
      const begun: number[] = [];
      let running = 0;
      const ends = await Promise.allSettled(
        given.map(({ ms, fails }, index) =>
          inTurn(async () => {
            begun.push(index);
            expect(++running).toBeLessThanOrEqual(count);
            await sleep(ms);
            running--;
            if (fails) throw new Error('as planned');
            return index;
          }),
        ),
      );
      expect(begun).toEqual(given.map((_, index) => index));
      expect(ends.map(({ status }) => status === 'rejected')).toEqual(given.map(({ fails }) => fails));
    }),
    { numRuns: 50 },
  );
});
