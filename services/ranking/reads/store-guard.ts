import type { Log } from '@kindred/shared/platform/log';

export interface StoreGuardOptions {
  /** True for an error of a store that is unavailable, or too busy to answer. */
  readonly isAway: (error: unknown) => boolean;
  readonly log: Log;
  /** A monotonic time in milliseconds; by default `performance.now`. */
  readonly now?: () => number;
}

/** A store that answers later than this counts as unavailable. */
const DEADLINE_MS = 1_000;
/** An unavailable store is not asked again for this long. */
const AVOID_MS = 250;

/** Decides for all requests whether the store is worth asking. */
export class StoreGuard {
  readonly #options: Required<StoreGuardOptions>;
  #avoidUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ isAway, log, now = () => performance.now() }: StoreGuardOptions) {
    this.#options = { isAway, log, now };
  }

  /** The attempts of one request: after its first failure it asks the store no more. */
  begin(): Attempt {
    const { now } = this.#options;
    return new Attempt({
      ...this.#options,
      isCutOff: now() < this.#avoidUntilMs,
      onFailure: () => {
        this.#avoidUntilMs = now() + AVOID_MS;
      },
    });
  }
}

/** Asks the store, or answers from what was read last. */
export class Attempt {
  readonly #isAway: (error: unknown) => boolean;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #onFailure: () => void;
  readonly #missing = new Set<string>();
  #isCutOff: boolean;

  constructor(
    parts: Required<StoreGuardOptions> & {
      readonly isCutOff: boolean;
      readonly onFailure: () => void;
    },
  ) {
    this.#isAway = parts.isAway;
    this.#log = parts.log;
    this.#now = parts.now;
    this.#onFailure = parts.onFailure;
    this.#isCutOff = parts.isCutOff;
  }

  /** Names of what was answered from the last reads. */
  get missing(): readonly string[] {
    return [...this.#missing];
  }

  /** @param last  Answers without the store. @throws whatever `ask` throws while the store is available. */
  async of<Value>(name: string, ask: () => Promise<Value>, last: () => Value): Promise<Value> {
    if (!this.#isCutOff) {
      try {
        return await within(DEADLINE_MS, this.#askTwice(ask));
      } catch (error) {
        if (!(error instanceof TooLate) && !this.#isAway(error)) throw error;
        if (!this.#isCutOff) this.#log.warn({ err: error, name }, 'the store is unavailable: answered from last reads');
        this.#isCutOff = true;
        this.#onFailure();
      }
    }
    this.#missing.add(name);
    return last();
  }

  /** A broken connection gets one more attempt: the next one may be whole. */
  async #askTwice<Value>(ask: () => Promise<Value>): Promise<Value> {
    const startMs = this.#now();
    try {
      return await ask();
    } catch (error) {
      if (!this.#isAway(error) || this.#now() - startMs > AVOID_MS) throw error;
      return ask();
    }
  }
}

class TooLate extends Error {}

/** Without an `AbortController`, whose error costs more than the rest. */
async function within<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
