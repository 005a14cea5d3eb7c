const SAMPLE_MS = 50;
const MIB = 2 ** 20;

/** Watches what memory this process and its threads take. */
export interface PeakMemory {
  /** @returns The most that was resident since the start, in MiB, as far as it was looked at. */
  stop(): number;
}

/** Looks at the resident memory every 50 ms, without keeping the process alive. */
export function watchMemory(): PeakMemory {
  let most = process.memoryUsage.rss();
  const look = (): void => {
    most = Math.max(most, process.memoryUsage.rss());
  };
  const timer = setInterval(look, SAMPLE_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return Math.round(most / MIB);
    },
  };
}
