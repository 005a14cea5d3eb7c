import { test } from 'vitest';
import { churn } from '../faults/churn.ts';
import { loadDamaged, rebuildDamaged } from '../faults/damaged-snapshots.ts';
import { fillVolume, refuseLongFiles, whyNoVolume } from '../faults/full-disk.ts';
import { seededRandom } from '../faults/random.ts';

// A few of each fault that `npm run test:faults` has many of.
const TIMEOUT_MS = 180_000;

test(
  'upserts and deletes leave recall as a fresh build has it',
  async () => {
    await churn({ items: 4_000, dimensions: 64, rounds: 1, lossMax: 0.01 }, seededRandom('churn'));
  },
  TIMEOUT_MS,
);

test(
  'a snapshot that the system refuses to write is done without',
  async () => {
    await refuseLongFiles(2, seededRandom('long files'));
  },
  TIMEOUT_MS,
);

const why = whyNoVolume();
test.skipIf(why !== undefined)(
  `a disk that is full while a snapshot is written is survived${why === undefined ? '' : ` (skipped: ${why})`}`,
  async () => {
    await fillVolume(2, seededRandom('a full disk'));
  },
  TIMEOUT_MS,
);

test(
  '32 damaged snapshots are noticed or equal, and crash nothing',
  async () => {
    await loadDamaged(32, seededRandom('damaged snapshots'));
  },
  TIMEOUT_MS,
);

test(
  'damaged snapshots of the whole service are built anew from PostgreSQL',
  async () => {
    await rebuildDamaged(3, seededRandom('damaged snapshots of the service'));
  },
  TIMEOUT_MS,
);
