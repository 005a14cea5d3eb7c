/** Lets waiting code be woken before its time. */
export interface Bell {
  /** Wakes everyone who waits. */
  ring(): void;
  /** Resolves when the bell is rung, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void>;
}

export function createBell(): Bell {
  const wakers = new Set<() => void>();
  return {
    ring() {
      for (const wake of [...wakers]) wake();
    },
    wait: (timeoutMs) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          wakers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, timeoutMs);
        wakers.add(wake);
      }),
  };
}
