import { test } from 'vitest';
import { killDuringImports } from './kill-import.ts';

test('kill −9 at 25 random moments of an import loses nothing acknowledged', async () => {
  const seed = Number(process.env.KINDRED_SEED ?? Date.now() % 2 ** 31);
  console.log(`KINDRED_SEED=${seed}`);
  await killDuringImports(25, seed);
}, 1_200_000);
