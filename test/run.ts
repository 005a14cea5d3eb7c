import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Runs every check and every suite. The last line is the sum: `N passed, N failed`.
//
// usage: node test/run.ts [--faults]
const CHECKS = ['lint', 'types', 'structure', 'unused', 'house:check'];
const hasFaults = process.argv.includes('--faults');
let passed = 0;
let failed = 0;

if (!hasFaults) {
  const environment = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  };
  for (const check of CHECKS) {
    const words = ['run', `//#${check}`, '--ui=stream', '--output-logs=errors-only'];
    const run = spawnSync('turbo', words, { stdio: 'inherit', env: environment });
    console.log(`${check}: ${run.status === 0 ? 'passed' : 'failed'}`);
    if (run.status === 0) passed++;
    else failed++;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kindred-report-'));
const report = join(folder, 'report.json');
const config = hasFaults ? ['--config', 'test/faults/vitest.config.ts'] : [];
const words = ['run', ...config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const suites = spawnSync('vitest', words, { stdio: 'inherit' });
let skipped = 0;
try {
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  passed += counts.numPassedTests;
  skipped = counts.numPendingTests + counts.numTodoTests;
  // A file that cannot be loaded has no tests to count, and is a failure all the same.
  failed += Math.max(counts.numFailedTests, suites.status === 0 ? 0 : 1);
} catch {
  failed++;
}
rmSync(folder, { recursive: true, force: true });
if (skipped > 0) console.log(`${skipped} tests did not run here; their names say why`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
