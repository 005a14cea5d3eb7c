import { exactEngine } from './exact-engine.ts';
import { runIndex } from './run-index.ts';

await runIndex('exact-index', { startEngine: exactEngine });
