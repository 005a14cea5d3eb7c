/** Keeps the k nearest of what it is offered. */
export interface Nearest {
  /** Whether k were offered. */
  readonly isFull: boolean;
  /** The similarity of the furthest that is kept; −∞ while fewer than k are. */
  readonly worst: number;
  /** Each row at most once. Cost: O(1) for one that is not near enough, else O(log k). */
  offer(row: number, similarity: number): void;
  /** By falling similarity, ties by `compareRows`. Cost: O(k log k); the selection is empty afterwards. */
  take(): { readonly row: number; readonly similarity: number }[];
}

/**
 * @param k  At least 1.
 * @param compareRows  A total order of rows that decides between equal similarities; the lower one is kept.
 */
export function createNearest(k: number, compareRows: (left: number, right: number) => number): Nearest {
  /** A binary heap with the furthest on top. */
  const heap: { row: number; similarity: number }[] = [];
  let worst = Number.NEGATIVE_INFINITY;

  const isFurther = (left: { row: number; similarity: number }, right: { row: number; similarity: number }): boolean =>
    left.similarity !== right.similarity ? left.similarity < right.similarity : compareRows(left.row, right.row) > 0;

  const swap = (left: number, right: number): void => {
    const moved = heap[left]!;
    heap[left] = heap[right]!;
    heap[right] = moved;
  };

  const raise = (start: number): void => {
    for (let at = start; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isFurther(heap[at]!, heap[parent]!)) return;
      swap(at, parent);
      at = parent;
    }
  };

  const sink = (): void => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const furthest = left + 1 < heap.length && isFurther(heap[left + 1]!, heap[left]!) ? left + 1 : left;
      if (!isFurther(heap[furthest]!, heap[at]!)) return;
      swap(at, furthest);
      at = furthest;
    }
  };

  return {
    get isFull() {
      return heap.length === k;
    },
    get worst() {
      return worst;
    },
    offer(row, similarity) {
      if (similarity < worst) return;
      const offered = { row, similarity };
      if (heap.length < k) {
        heap.push(offered);
        raise(heap.length - 1);
      } else if (isFurther(heap[0]!, offered)) {
        heap[0] = offered;
        sink();
      }
      if (heap.length === k) worst = heap[0]!.similarity;
    },
    take() {
      worst = Number.NEGATIVE_INFINITY;
      return heap.splice(0).sort((left, right) => (isFurther(left, right) ? 1 : -1));
    },
  };
}
