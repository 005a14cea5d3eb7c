/** Lets a loop sleep until something happens. What happens while it is awake ends its next sleep at once. */
export interface Wakeup {
  wake(): void;
  /** Resolves when woken or after `timeoutMs`. One sleeper at a time. */
  sleep(timeoutMs: number): Promise<void>;
}

export function createWakeup(): Wakeup {
  let isWoken = false;
  let end: (() => void) | undefined;
  return {
    wake: () => {
      isWoken = true;
      end?.();
    },
    sleep: async (timeoutMs) => {
      if (!isWoken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        end = undefined;
      }
      isWoken = false;
    },
  };
}
