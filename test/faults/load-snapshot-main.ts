import { WorkerIndexEngine } from '@kindred/index/adapters/hnsw/worker/worker-index-engine';
import { LOADED_ITEMS, type LoadAsked, type LoadTold, loadedChanges, loadedQueries, WANTED } from './loaded-space.ts';

// Opens the snapshots that it is asked to, one after another: a crash ends this process and no other. A space whose
// snapshot cannot be loaded is built from all changes, as a service would from the database.
process.on('message', async ({ root }: LoadAsked) => {
  const engine = new WorkerIndexEngine({
    root,
    // The graph is asked wherever it can be, and the tombstones stay.
    index: { scannedPerCandidate: 0, efSearch: LOADED_ITEMS, tombstonesMin: 2 * LOADED_ITEMS },
    onDeath: (error) => {
      throw error;
    },
  });
  const { change, refusals } = await engine.open(WANTED);
  await engine.apply(loadedChanges().filter(({ kind }) => change === 0 || kind === 'item'));
  const { neighbors } = await engine.search(WANTED, loadedQueries());
  await engine.close();
  process.send?.({ change, refusals, answers: JSON.stringify(neighbors) } satisfies LoadTold);
});
