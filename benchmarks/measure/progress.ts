import { ProgressBar } from '@kindred/cli/console/progress-bar';

/** Says how far a part of a benchmark has come. */
export interface Progress {
  at(done: number): void;
  /** Ends the line; call it once. */
  done(): void;
}

/** @param total  0 if nobody knows. */
export function startProgress(name: string, total: number): Progress {
  const startMs = performance.now();
  const bar = new ProgressBar(process.stdout);
  let latest = 0;
  const textOf = (done: number): string => {
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    return `${name}: ${total > 0 ? `${done} of ${total}` : done}, ${seconds} s`;
  };
  return {
    at(done) {
      latest = done;
      bar.show({ done, total, text: textOf(done) });
    },
    done() {
      const done = total > 0 ? total : latest;
      bar.finish({ done, total, text: textOf(done) });
    },
  };
}
