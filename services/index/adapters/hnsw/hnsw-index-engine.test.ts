import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { engineSnapshotsContract } from '../../ports/engine-snapshots.contract.ts';
import type { EngineUnderTest } from '../../ports/engine-under-test.fixture.ts';
import { indexEngineContract } from '../../ports/index-engine.contract.ts';
import { HnswIndexEngine } from './hnsw-index-engine.ts';
import type { HnswOptions } from './hnsw-options.ts';

/** Never made, as these engines write no snapshot. */
const root = join(tmpdir(), 'kindred-no-snapshots');

/** @param index  With few tombstones a rebuild is due, so that histories lead through rebuilds. */
function driven(index: Partial<HnswOptions>): EngineUnderTest {
  const engine = new HnswIndexEngine({ root, index: { tombstonesMin: 3, ...index } });
  return {
    engine,
    work: () => void engine.work(1),
    async settle() {
      while (engine.work(50));
    },
  };
}

describe('as it is configured', () => indexEngineContract(() => driven({})));

describe('with the graph asked wherever it can be', () =>
  indexEngineContract(() => driven({ scannedPerCandidate: 0 })));

describe('snapshots', () => engineSnapshotsContract((root) => new HnswIndexEngine({ root })));
