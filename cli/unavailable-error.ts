export interface UnavailableOptions {
  /** True if there was an answer at all. */
  readonly hasAnswered: boolean;
  /** The pause that the server asks for; 0 by default. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The server cannot answer for the moment; the same request may succeed later. */
export class UnavailableError extends Error {
  readonly hasAnswered: boolean;
  readonly retryAfterMs: number;

  constructor(message: string, { hasAnswered, retryAfterMs = 0, cause }: UnavailableOptions) {
    super(message, { cause });
    this.name = 'UnavailableError';
    this.hasAnswered = hasAnswered;
    this.retryAfterMs = retryAfterMs;
  }
}
