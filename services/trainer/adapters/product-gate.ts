import type { MatrixProduct } from '../domain/matrix-product.ts';

/**
 * Two flags that a worker thread and its owner share. A thread must not be terminated while ONNX Runtime loads or runs
 * in it, as that aborts the whole process; so the owner first says that nothing may begin, then waits for what runs.
 */
export interface ProductGate {
  /** Bars the gate. @returns Whether something still runs behind it. */
  bar(): boolean;
  /** Runs `work`. @throws when the gate is barred. */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

const IS_BARRED = 0;
const IS_BUSY = 1;

export function newGate(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
}

/** @param shared  From `newGate`; the same on both sides. */
export function productGate(shared: SharedArrayBuffer): ProductGate {
  const flags = new Int32Array(shared);
  return {
    bar: () => {
      Atomics.store(flags, IS_BARRED, 1);
      return Atomics.load(flags, IS_BUSY) === 1;
    },
    pass: async (work) => {
      // Busy first: an owner that bars the gate meanwhile either sees that, or is seen here.
      Atomics.store(flags, IS_BUSY, 1);
      try {
        if (Atomics.load(flags, IS_BARRED) === 1) throw new Error('the training was stopped');
        return await work();
      } finally {
        Atomics.store(flags, IS_BUSY, 0);
      }
    },
  };
}

/** The same product, through a gate. */
export function gated(multiply: MatrixProduct, gate: ProductGate): MatrixProduct {
  return (product) => gate.pass(() => multiply(product));
}
