import type { SpaceId } from '../id.ts';

/** Turns texts into unit-length vectors of one space. The same text gives the same bytes on the same machine. */
export interface Embedder {
  readonly space: SpaceId;
  readonly dimensions: number;
  /** How many texts it works on at once. */
  readonly concurrency: number;
  /**
   * @param text  Longer than the model reads is cut; may be empty.
   * @param kind  A search query is embedded with the model's query instruction, an item without.
   */
  embed(text: string, kind: 'item' | 'query'): Promise<Float32Array>;
  close(): Promise<void>;
}
