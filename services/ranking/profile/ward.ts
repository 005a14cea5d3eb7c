import { packVectors } from '@kindred/shared/numeric/packed-vectors';

/**
 * Ward clustering of unit vectors by the nearest-neighbor chain.
 * @param mergeCostMax  Merges above this cost are not made. The cost of two single vectors is their squared distance.
 * @returns Clusters as rising indices into `vectors`, by their first index.
 * Cost: O(n²·dimensions) time, O(n²) memory.
 * @see Murtagh and Legendre, "Ward's hierarchical agglomerative clustering method", 2014.
 */
export function wardClusters(vectors: readonly Float32Array[], mergeCostMax: number): readonly (readonly number[])[] {
  const count = vectors.length;
  const distances = squaredDistances(vectors);
  const sizes = new Int32Array(count).fill(1);
  const alive = new Uint8Array(count).fill(1);
  const merges: { left: number; right: number; cost: number }[] = [];
  const chain: number[] = [];
  for (let mergesLeft = count - 1; mergesLeft > 0; ) {
    if (chain.length === 0) chain.push(alive.indexOf(1));
    const last = chain.at(-1)!;
    const previous = chain.length > 1 ? chain.at(-2)! : -1;
    const nearest = nearestOf(last, previous, distances, alive);
    if (nearest !== previous) {
      chain.push(nearest);
      continue;
    }
    // Each is the nearest of the other: they merge, and the rest of the chain stays valid.
    chain.length -= 2;
    merges.push({ left: last, right: previous, cost: distances[last * count + previous]! });
    merge(last, previous, distances, sizes, alive);
    mergesLeft--;
  }
  return groups(count, merges, mergeCostMax);
}

function squaredDistances(vectors: readonly Float32Array[]): Float64Array {
  const count = vectors.length;
  const distances = new Float64Array(count * count);
  const product = packVectors(vectors);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = Math.max(0, 2 - 2 * product(i, j));
      distances[i * count + j] = distance;
      distances[j * count + i] = distance;
    }
  }
  return distances;
}

/** The nearest living cluster, `previous` where it ties, so that the chain ends. */
function nearestOf(of: number, previous: number, distances: Float64Array, alive: Uint8Array): number {
  const count = alive.length;
  let nearest = previous;
  let least = previous === -1 ? Number.POSITIVE_INFINITY : distances[of * count + previous]!;
  for (let other = 0; other < count; other++) {
    if (other === of || alive[other] === 0) continue;
    const distance = distances[of * count + other]!;
    if (distance < least) {
      least = distance;
      nearest = other;
    }
  }
  return nearest;
}

/** Makes `into` the union of both, with distances by Lance and Williams's formula for Ward. */
function merge(into: number, gone: number, distances: Float64Array, sizes: Int32Array, alive: Uint8Array): void {
  const count = alive.length;
  const between = distances[into * count + gone]!;
  const [a, b] = [sizes[into]!, sizes[gone]!];
  alive[gone] = 0;
  for (let other = 0; other < count; other++) {
    if (other === into || alive[other] === 0) continue;
    const c = sizes[other]!;
    const merged =
      ((a + c) * distances[into * count + other]! + (b + c) * distances[gone * count + other]! - c * between) /
      (a + b + c);
    distances[into * count + other] = merged;
    distances[other * count + into] = merged;
  }
  sizes[into] = a + b;
}

/** The clusters that the merges up to the cost make. The chain emits merges out of order; Ward's costs never fall upwards. */
function groups(
  count: number,
  merges: readonly { left: number; right: number; cost: number }[],
  mergeCostMax: number,
): readonly (readonly number[])[] {
  const parents = Int32Array.from({ length: count }, (_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root]!;
    return root;
  };
  for (const { left, right, cost } of merges) {
    if (cost > mergeCostMax) continue;
    const [a, b] = [rootOf(left), rootOf(right)];
    parents[Math.max(a, b)] = Math.min(a, b);
  }
  const members = new Map<number, number[]>();
  for (let index = 0; index < count; index++) {
    const root = rootOf(index);
    const group = members.get(root);
    if (group) group.push(index);
    else members.set(root, [index]);
  }
  return [...members.values()];
}
