/**
 * Wakes loops that wait for something to happen. A notification that nobody waited for ends the next wait at once, so
 * none is lost between a loop's look and its wait; a loop must therefore look again after each wait.
 */
export class Signal {
  readonly #waiters = new Set<() => void>();
  #isPending = false;

  /** Ends the waits of all who wait now, or the next one where nobody does. */
  notify(): void {
    this.#isPending = this.#waiters.size === 0;
    for (const end of [...this.#waiters]) end();
  }

  /** Resolves when notified, or after `timeoutMs`. */
  wait(timeoutMs: number): Promise<void> {
    if (this.#isPending) {
      this.#isPending = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(end);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      this.#waiters.add(end);
    });
  }
}
