import { test } from 'vitest';
import { churn } from './churn.ts';
import { loadDamaged, rebuildDamaged } from './damaged-snapshots.ts';
import { fillVolume, refuseLongFiles, whyNoVolume } from './full-disk.ts';
import { seededRandom } from './random.ts';

test('10 rounds of 20 % upserts and 10 % deletes leave recall as a fresh build has it', async () => {
  const rounds = Number(process.env.ROUNDS ?? 10);
  await churn({ items: 10_000, dimensions: 384, rounds, lossMax: 0.01 }, seededRandom('churn'));
}, 1_800_000);

test('a snapshot that the system refuses to write is done without, in 20 lives', async () => {
  await refuseLongFiles(20, seededRandom('long files'));
}, 600_000);

const why = whyNoVolume();
test.skipIf(why !== undefined)(
  `a disk that is full while a snapshot is written is survived 20 times${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    await fillVolume(20, seededRandom('a full disk'));
  },
  600_000,
);

test('500 damaged snapshots are noticed or equal, and crash nothing', async () => {
  await loadDamaged(Number(process.env.DAMAGES ?? 500), seededRandom('damaged snapshots'));
}, 600_000);

test('damaged snapshots of the whole service are built anew from PostgreSQL, 32 times', async () => {
  await rebuildDamaged(32, seededRandom('damaged snapshots of the service'));
}, 600_000);
