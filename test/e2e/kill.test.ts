import { test } from 'vitest';
import { killDuringImports } from '../faults/kill-import.ts';

test('kill −9 at 3 random moments of an import loses nothing acknowledged', async () => {
  const seed = Number(process.env.KINDRED_SEED ?? Date.now() % 2 ** 31);
  console.log(`KINDRED_SEED=${seed}`);
  await killDuringImports(3, seed);
}, 180_000);
