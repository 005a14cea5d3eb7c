import { type ImportProgress, progressText, type Reporter } from './reporter.ts';

const EVERY_MS = 5_000;

/** For stdout that is no terminal: lines only, progress every few seconds. */
export function plainReporter(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Reporter {
  let saidMs = performance.now();
  return {
    say: (line) => void stdout.write(`${line}\n`),
    complain: (lines) => void stderr.write(lines.map((line) => `${line}\n`).join('')),
    progress: (progress) => {
      if (performance.now() - saidMs < EVERY_MS) return;
      saidMs = performance.now();
      stdout.write(`${percentOf(progress)} %: ${progressText(progress)}\n`);
    },
    close: () => {},
  };
}

function percentOf({ linesDone, linesTotal }: ImportProgress): number {
  return linesTotal === 0 ? 100 : Math.floor((100 * linesDone) / linesTotal);
}
