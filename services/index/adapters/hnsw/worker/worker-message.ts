import type { NeighborQuery } from '@kindred/shared/neighbor';
import type { Change, EmbeddingChange } from '../../../domain/change.ts';
import type { SpaceKey } from '../../../domain/space.ts';
import type { SpaceToOpen } from '../../../ports/index-engine.ts';
import type { HnswIndexEngine } from '../hnsw-index-engine.ts';

/** One call of the engine in the index thread. */
export type WorkerRequest =
  | { readonly call: 'open'; readonly space: SpaceToOpen }
  | { readonly call: 'apply'; readonly changes: PackedChanges; readonly position: number | undefined }
  | { readonly call: 'search'; readonly space: SpaceKey; readonly queries: readonly NeighborQuery[] }
  | { readonly call: 'status' }
  | { readonly call: 'snapshotNeeds' }
  | { readonly call: 'writeSnapshot'; readonly space: SpaceKey }
  | { readonly call: 'close' }
  | { readonly call: 'exit' };

/** The answer of each call; the thread is gone before it could answer `exit`. */
export type WorkerAnswer<Call extends WorkerRequest['call']> = Call extends keyof HnswIndexEngine
  ? HnswIndexEngine[Call] extends (...parameters: never[]) => infer Answer
    ? Awaited<Answer>
    : never
  : never;

/** The worker's answer to the call of the same id. */
export type WorkerReply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: Error });

/** Changes with all their vectors in one piece of memory, which moves between threads without a copy. */
export interface PackedChanges {
  readonly changes: readonly (Exclude<Change, EmbeddingChange> | PackedEmbedding)[];
  readonly numbers: Float32Array<ArrayBuffer>;
}

type PackedEmbedding = Omit<EmbeddingChange, 'vector'> & { readonly dimensions: number };

/** Copies the vectors of changes into one piece of memory. Cost: O(all vectors). */
export function packed(changes: readonly Change[]): PackedChanges {
  const length = changes.reduce((sum, change) => sum + (change.kind === 'embedding' ? change.vector.length : 0), 0);
  const numbers = new Float32Array(length);
  let at = 0;
  const rest = changes.map((change) => {
    if (change.kind !== 'embedding') return change;
    const { vector, ...embedding } = change;
    numbers.set(vector, at);
    at += vector.length;
    return { ...embedding, dimensions: vector.length };
  });
  return { changes: rest, numbers };
}

/** Reverses `packed`. The vectors are views of the packed memory. */
export function unpacked({ changes, numbers }: PackedChanges): readonly Change[] {
  let at = 0;
  return changes.map((change) => {
    if (change.kind !== 'embedding') return change;
    const { dimensions, ...embedding } = change;
    at += dimensions;
    return { ...embedding, vector: numbers.subarray(at - dimensions, at) };
  });
}
