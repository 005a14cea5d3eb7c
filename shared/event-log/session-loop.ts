import { untilSuccess } from './until-success.ts';

/** Sessions, and the pauses after those that fail. */
export interface SessionLoopOptions {
  /** Runs one session to its end. A session that throws is followed by the next after a pause, another at once. */
  readonly runSession: () => Promise<void>;
  readonly firstPauseMs: number;
  readonly pauseMaxMs: number;
  readonly onError: (error: unknown) => void;
}

/** Runs a consumer's sessions one after the other, through all failures, until it is stopped. */
export class SessionLoop {
  readonly #options: SessionLoopOptions;
  readonly #stopping = new AbortController();
  #isRunning = true;
  #over: Promise<void> | undefined;

  constructor(options: SessionLoopOptions) {
    this.#options = options;
  }

  /** False once it has ended. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Aborts at the stop: the session at hand is to end then. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  start(): void {
    this.#over ??= this.#run();
  }

  /** Resolves once the session at hand has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#over;
  }

  async #run(): Promise<void> {
    const { runSession, onError, ...pauses } = this.#options;
    const { signal } = this;
    try {
      // A session that ends without throwing makes the pauses begin with the first again.
      while (!signal.aborted) await untilSuccess(runSession, { ...pauses, signal, onError });
    } catch (error) {
      onError(error);
    } finally {
      this.#isRunning = false;
    }
  }
}
