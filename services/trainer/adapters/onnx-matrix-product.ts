import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { MatrixProduct } from '../matrix/matrix-product.ts';

/** Matrix products by ONNX Runtime, from a model of one node that is encoded here. @param threads  At least 1. */
export async function onnxMatrixProduct(threads: number): Promise<MatrixProduct> {
  const session = await InferenceSession.create(matMulModel(), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Results are written into the caller's array: nothing is worth keeping between products.
    enableCpuMemArena: false,
    // Between products the threads sleep: there is other work on this machine.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return async ({ a, b, rows, inner, columns, into }) => {
    await session.run(
      { a: new Tensor('float32', a, [rows, inner]), b: new Tensor('float32', b, [inner, columns]) },
      { c: new Tensor('float32', into, [rows, columns]) },
    );
  };
}

/** `c = MatMul(a, b)` as an ONNX model (protocol buffers, opset 13). @see onnx.proto3 for the field numbers. */
function matMulModel(): Uint8Array {
  const node = [...text(1, 'a'), ...text(1, 'b'), ...text(2, 'c'), ...text(4, 'MatMul')];
  const graph = [
    ...nested(1, node),
    ...text(2, 'product'),
    ...nested(11, matrix('a', 'rows', 'inner')),
    ...nested(11, matrix('b', 'inner', 'columns')),
    ...nested(12, matrix('c', 'rows', 'columns')),
  ];
  const IR_VERSION = 8;
  const OPSET = 13;
  return Uint8Array.from([...number(1, IR_VERSION), ...nested(7, graph), ...nested(8, number(2, OPSET))]);
}

function matrix(name: string, rows: string, columns: string): readonly number[] {
  const FLOAT = 1;
  const shape = [rows, columns].flatMap((dimension) => nested(1, text(2, dimension)));
  return [...text(1, name), ...nested(2, nested(1, [...number(1, FLOAT), ...nested(2, shape)]))];
}

/** A field of protocol buffers with a length. */
function nested(field: number, body: readonly number[]): readonly number[] {
  return [field * 8 + 2, ...varint(body.length), ...body];
}

function text(field: number, value: string): readonly number[] {
  return nested(field, [...Buffer.from(value)]);
}

function number(field: number, value: number): readonly number[] {
  return [field * 8, ...varint(value)];
}

function varint(value: number): readonly number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
