import { runIndex } from '@kindred/index/run-index';
import { exactEngine } from './exact-engine.ts';

await runIndex('exact-index', { startEngine: exactEngine });
