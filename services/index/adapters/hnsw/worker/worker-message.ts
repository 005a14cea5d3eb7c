import type { NeighborQuery } from '@kindred/shared/neighbor';
import type { EmbeddingChange, IndexEngine, ItemChange, SpaceKey, SpaceToOpen } from '../../../ports/index-engine.ts';

/** What the main thread asks of the index thread. */
export type EngineRequest =
  | { readonly call: 'open'; readonly space: SpaceToOpen }
  | { readonly call: 'drop'; readonly space: SpaceKey }
  | { readonly call: 'apply'; readonly changes: PackedChanges }
  | { readonly call: 'search'; readonly space: SpaceKey; readonly queries: readonly NeighborQuery[] }
  | { readonly call: 'snapshot'; readonly space: SpaceKey; readonly change: number }
  | { readonly call: 'status' }
  | { readonly call: 'close' }
  | { readonly call: 'exit' };

/** What each call answers; the thread is gone before it could answer `exit`. */
export type EngineAnswer<Call extends EngineRequest['call']> = Call extends keyof IndexEngine
  ? Awaited<ReturnType<IndexEngine[Call]>>
  : never;

export type EngineReply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: Error });

/** Changes with all their vectors in one piece of memory, which moves between threads as it is. */
export interface PackedChanges {
  readonly changes: readonly (ItemChange | PackedEmbedding)[];
  readonly numbers: Float32Array<ArrayBuffer>;
}

type PackedEmbedding = Omit<EmbeddingChange, 'vector'> & { readonly dimensions: number };

export function packed(changes: readonly (ItemChange | EmbeddingChange)[]): PackedChanges {
  const length = changes.reduce((sum, change) => sum + (change.kind === 'embedding' ? change.vector.length : 0), 0);
  const numbers = new Float32Array(length);
  let at = 0;
  const rest = changes.map((change) => {
    if (change.kind === 'item') return change;
    const { vector, ...embedding } = change;
    numbers.set(vector, at);
    at += vector.length;
    return { ...embedding, dimensions: vector.length };
  });
  return { changes: rest, numbers };
}

/** The vectors are views of the packed memory. */
export function unpacked({ changes, numbers }: PackedChanges): (ItemChange | EmbeddingChange)[] {
  let at = 0;
  return changes.map((change) => {
    if (change.kind === 'item') return change;
    const { dimensions, ...embedding } = change;
    at += dimensions;
    return { ...embedding, vector: numbers.subarray(at - dimensions, at) };
  });
}
