import { sameVector } from '../../domain/unit-vector.ts';
import { NO_ROW, type VectorStore } from './domain/vector-store.ts';

/**
 * Which slots share a node of the graph. Slots with equal vectors do: as nodes of their own they would only be linked
 * to each other, and a search could not leave them (measured: 3,000 equal among 4,000 took recall@10 to .43).
 */
export interface HnswNodes {
  /** @returns Whether the slot shares a node that is there already; else it is to become a node itself. */
  join(slot: number): boolean;
  /** Tells that a slot died. @returns The node that no live slot is left of, or `undefined`. */
  leave(slot: number): number | undefined;
  /** The slots of a node that more than one slot has joined; `undefined` where the node is its own only slot. */
  sharedBy(node: number): ReadonlySet<number> | undefined;
}

/** What a loaded graph holds. */
export interface RestoredNodes {
  readonly nodes: ReadonlySet<number>;
  /** The first slot that has not been through the tail. */
  readonly indexed: number;
}

export function createHnswNodes(store: VectorStore, restored?: RestoredNodes): HnswNodes {
  /** By a hash of the vector. Two vectors with one hash only mean that the earlier is not found any more. */
  const nodeByHash = new Map<number, number>();
  const nodeOfSlot = new Map<number, number>();
  const sharing = new Map<number, Set<number>>();

  const nodeLike = (slot: number): number | undefined => {
    const vector = store.vectorAt(slot);
    const node = nodeByHash.get(hashOf(vector));
    return node !== undefined && sameVector(store.vectorAt(node), vector) ? node : undefined;
  };

  const share = (node: number, slot: number): void => {
    const slots = sharing.get(node) ?? new Set([node]);
    sharing.set(node, slots.add(slot));
    nodeOfSlot.set(slot, node);
  };

  const join = (slot: number): boolean => {
    const node = nodeLike(slot);
    if (node === undefined) nodeByHash.set(hashOf(store.vectorAt(slot)), slot);
    else share(node, slot);
    return node !== undefined;
  };

  const leave = (slot: number): number | undefined => {
    const node = nodeOfSlot.get(slot) ?? slot;
    nodeOfSlot.delete(slot);
    const slots = sharing.get(node);
    slots?.delete(slot);
    if (slots !== undefined && slots.size > 0) return undefined;
    sharing.delete(node);
    const hash = hashOf(store.vectorAt(node));
    if (nodeByHash.get(hash) === node) nodeByHash.delete(hash);
    return node;
  };

  /** Joins in the order in which the slots did. A dead node lives on in slots that come later, or is a marked one. */
  const restore = ({ nodes, indexed }: RestoredNodes): void => {
    for (let slot = 0; slot < indexed; slot++) {
      const isLive = store.rowAt(slot) !== NO_ROW;
      if (nodes.has(slot)) {
        nodeByHash.set(hashOf(store.vectorAt(slot)), slot);
        if (!isLive) sharing.set(slot, new Set());
      } else if (isLive && !join(slot)) {
        throw new Error(`slot ${slot} has no node`);
      }
    }
    for (const [node, slots] of sharing) if (slots.size === 0) leave(node);
  };

  if (restored) restore(restored);
  return { join, leave, sharedBy: (node) => sharing.get(node) };
}

/** FNV-1a over the bits of the numbers. */
function hashOf(vector: Float32Array): number {
  const bits = new Int32Array(vector.buffer, vector.byteOffset, vector.length);
  let hash = 0x811c9dc5;
  for (let i = 0; i < bits.length; i++) hash = Math.imul(hash ^ bits[i]!, 0x01000193) ^ (hash >>> 15);
  return hash;
}
