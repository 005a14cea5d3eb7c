import type { SpaceId } from '../id.ts';

/**
 * Turns texts into vectors of one space.
 *
 * Each adapter keeps: the same text gives the same bytes on the same machine, whatever else is embedded at the time. A text
 * that cannot be embedded rejects, and the others are not disturbed. A call never hangs on a model that does not work.
 */
export interface Embedder {
  readonly space: SpaceId;
  readonly dimensions: number;
  /**
   * @param text  May be empty; the end of a text longer than the model reads is ignored.
   * @param kind  Puts the model's own prefix for items, or for search queries, before the text.
   * @returns Unit length, shape `[dimensions]`, the caller's own.
   * @throws when the model does not work, or after `close`.
   */
  embed(text: string, kind: 'item' | 'query'): Promise<Float32Array>;
  /** Answers the calls under way, then releases the model. Later calls of `close` do nothing. */
  close(): Promise<void>;
}
