const LINE_EVERY_MS = 10_000;
const BAR_EVERY_MS = 200;
const BAR_WIDTH = 30;

/** Says how far something long has come: a bar on a terminal, a line now and then elsewhere. */
export interface Progress {
  at(done: number): void;
  /** Ends the line; call it once. */
  done(): void;
}

/** @param total  0 where nobody knows. */
export function startProgress(name: string, total: number): Progress {
  const startMs = performance.now();
  const isTerminal = process.stdout.isTTY === true;
  let saidMs = isTerminal ? 0 : startMs;
  let latest = 0;
  const say = (): void => {
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    const line = total > 0 ? `${bar(latest / total)} ${latest} of ${total}` : `${latest}`;
    process.stdout.write(`${isTerminal ? '\r\u001b[K' : ''}${name} ${line}, ${seconds} s${isTerminal ? '' : '\n'}`);
  };
  return {
    at(done) {
      latest = done;
      if (performance.now() - saidMs < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return;
      saidMs = performance.now();
      say();
    },
    done() {
      if (total > 0) latest = total;
      say();
      if (isTerminal) process.stdout.write('\n');
    },
  };
}

function bar(share: number): string {
  const filled = Math.min(BAR_WIDTH, Math.floor(share * BAR_WIDTH));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
}
