import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDotKernel, LANE_BYTES } from './dot-kernel.ts';

test('the kernel agrees with plain arithmetic at any length and address', () => {
  const kernel = createDotKernel();
  const floats = new Float32Array(kernel.memory.buffer);
  const value = fc.float({ min: -1, max: 1, noNaN: true });
  const shape = fc
    .integer({ min: 1, max: 40 })
    .chain((lanes) =>
      fc.tuple(
        fc.constant(lanes),
        fc.array(value, { minLength: lanes * 32, maxLength: lanes * 32 }),
        fc.integer({ min: 0, max: 100 }),
      ),
    );
  fc.assert(
    fc.property(shape, ([lanes, values, start]) => {
      const length = lanes * 16;
      floats.set(values, start);
      let expected = 0;
      for (let i = 0; i < length; i++) expected += floats[start + i]! * floats[start + length + i]!;
      const seen = kernel.dot(start * 4, (start + length) * 4, lanes * LANE_BYTES);
      expect(Math.abs(seen - expected)).toBeLessThan(1e-4);
    }),
    { numRuns: 50 },
  );
});
