import { runIndex } from '@kindred/index/run-index';

// Writes a snapshot after every change, where the service's own program waits for thousands of them.
await runIndex('eager-index', { snapshots: { changesMin: 1, intervalMs: 100 } });
