import { runIndex } from './run-index.ts';

await runIndex('index');
