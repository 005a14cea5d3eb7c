import { type SparseRows, SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import type { Embeddings, TrainingData } from '../history/training-data.ts';
import { addGram } from '../matrix/gram.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { addPowers, addScaled, type TiledMatrix, tiledMatrix } from '../matrix/tiled-matrix.ts';
import { contentFeatures } from './content-features.ts';
import { contentKernel } from './content-kernel.ts';
import { fitItemItem, type Strips } from './ease.ts';
import { engagementWeights } from './engagement-weights.ts';
import { spectralStrips, spectrumOf } from './gf-cf.ts';

/** What the trainer chooses for a catalog by what it held out. */
export interface FitParameters {
  /** How strongly weights are drawn to 0, in units of the Gram matrix: of squared engagements. */
  readonly lambda: number;
  /** How many engagements two items of equal content count as. */
  readonly contentWeight: number;
  /** As `engagementWeights` has them. */
  readonly seenWeight: number;
  readonly userExponent: number;
  /** What the spectral filter's weights count beside the fitted ones; 0 leaves them out. */
  readonly spectralWeight: number;
}

/** Weights kept of each item: more changed nothing on any catalog that was tried, fewer lost. */
const COLLABORATIVE_KEPT = 400;
export const CO_ENGAGEMENT_KEPT = 200;
export const CONTENT_KEPT = 100;
/** Makes the nearest count most. */
const CONTENT_EXPONENT = 2;
const CONTENT_LAMBDA = 1;
const SPECTRAL_RANK = 256;
/** Every user counts alike. */
const SPECTRAL_USER_EXPONENT = 0.5;
/** With more items the dense matrix would be too large (2·items² bytes) and its inverse too slow: the most liked are fitted. */
export const DENSE_ITEMS_MAX = 20_000;

/**
 * The collaborative weights of a history, by a dense fit over engagements and content.
 * @param kernel  As `contentKernel` makes it; `undefined` where content says nothing.
 */
export async function fitCollaborative(
  task: {
    readonly strengths: SparseRows;
    readonly itemCount: number;
    readonly kernel: TiledMatrix | undefined;
    readonly parameters: FitParameters;
  },
  multiply: MatrixProduct,
  onStep?: (done: number) => void,
): Promise<SparseRows> {
  const { strengths, itemCount, kernel, parameters } = task;
  const gram = tiledMatrix(itemCount);
  if (kernel !== undefined && parameters.contentWeight > 0) addScaled(gram, kernel, parameters.contentWeight);
  addGram(gram, engagementWeights(strengths, parameters));
  const { lambda, spectralWeight } = parameters;
  const added = spectralWeight === 0 ? undefined : await filterOf(strengths, itemCount, parameters, multiply);
  return fitItemItem(gram, { lambda, keep: COLLABORATIVE_KEPT, added }, multiply, onStep);
}

async function filterOf(
  strengths: SparseRows,
  itemCount: number,
  { seenWeight, spectralWeight }: FitParameters,
  multiply: MatrixProduct,
): Promise<Strips> {
  const weights = engagementWeights(strengths, { seenWeight, userExponent: SPECTRAL_USER_EXPONENT });
  return spectralStrips(await spectrumOf(weights, itemCount, SPECTRAL_RANK, multiply), spectralWeight, multiply);
}

/** `undefined` where no item has words or an embedding. */
export async function kernelOf(data: TrainingData, multiply: MatrixProduct): Promise<TiledMatrix | undefined> {
  const features = contentFeatures(data.fields);
  if (data.embeddings === undefined && features.wordCount === 0) return undefined;
  return contentKernel(features, data.embeddings && centredEmbeddings(data.embeddings), multiply);
}

/**
 * What an item leads to by content alone: the weights that best reconstruct each item's likenesses from the others'.
 * Two items that are alike in what they share with many others lead to each other less than two that are alike in what
 * is their own. No rows without a kernel.
 */
export async function contentRowsOf(
  kernel: TiledMatrix | undefined,
  itemCount: number,
  multiply: MatrixProduct,
): Promise<SparseRows> {
  if (kernel === undefined) return new SparseRowsBuilder(itemCount).done();
  const sharpened = tiledMatrix(itemCount);
  addPowers(sharpened, kernel, CONTENT_EXPONENT);
  return fitItemItem(sharpened, { lambda: CONTENT_LAMBDA, keep: CONTENT_KEPT, added: undefined }, multiply);
}

/** Without what all have in common, of unit length again; an item without an embedding keeps none. */
export function centredEmbeddings({ dimensions, vectors }: Embeddings): Embeddings {
  const count = vectors.length / dimensions;
  const mean = new Float64Array(dimensions);
  const lengths = new Float64Array(count);
  let embedded = 0;
  for (let item = 0; item < count; item++) {
    for (let d = 0; d < dimensions; d++) lengths[item] = lengths[item]! + vectors[item * dimensions + d]! ** 2;
    if (lengths[item] === 0) continue;
    embedded++;
    for (let d = 0; d < dimensions; d++) mean[d] = mean[d]! + vectors[item * dimensions + d]!;
  }
  const centred = new Float32Array(vectors.length);
  for (let item = 0; item < count; item++) {
    if (lengths[item] === 0) continue;
    let length = 0;
    for (let d = 0; d < dimensions; d++) {
      const value = vectors[item * dimensions + d]! - mean[d]! / embedded;
      centred[item * dimensions + d] = value;
      length += value * value;
    }
    // The only item, or one like the mean, has nothing of its own.
    if (length < 1e-12) centred.fill(0, item * dimensions, (item + 1) * dimensions);
    else for (let d = 0; d < dimensions; d++) centred[item * dimensions + d]! /= Math.sqrt(length);
  }
  return { dimensions, vectors: centred };
}
