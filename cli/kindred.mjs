#!/usr/bin/env node
// The command `kindred`: installs what is missing, then runs main.ts on the pinned Node. Plain JavaScript, because the
// Node that a shell finds may be older than that.
import { fileURLToPath } from 'node:url';

process.argv.splice(2, 0, '--no-models', fileURLToPath(new URL('main.ts', import.meta.url)));
await import('../infra/setup/launch.mjs');
