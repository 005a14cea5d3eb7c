import type { SparseRows } from '@kindred/shared/numeric/sparse-rows';
import { addGram } from '../matrix/gram.ts';
import type { MatrixProduct } from '../matrix/matrix-product.ts';
import { addScaled, type Strips, type TiledMatrix, tiledMatrix } from '../matrix/tiled-matrix.ts';
import { fitItemItem } from './ease.ts';
import { type Drift, engagementWeights } from './engagement-weights.ts';
import { spectralStrips, spectrumOf } from './gf-cf.ts';

/** Parameters of a catalog's fit, chosen by what was held out of its history. */
export interface FitParameters {
  /** Regularisation in units of the Gram matrix, squared engagements: larger draws all weights to 0. */
  readonly lambda: number;
  /** Number of engagements that two items of equal content count as; 0 leaves content out. */
  readonly contentWeight: number;
  /** Both of `WeightOptions`. */
  readonly seenWeight: number;
  readonly userExponent: number;
  /** As in `Drift`. */
  readonly halfLifeDays: number;
  /**
   * Share of engagements that the fit takes to be missing by chance, in [0, 1): it regularises an item by
   * `dropout / (1 − dropout)` times its own squared engagements besides.
   */
  readonly dropout: number;
  /** Factor of the low-pass filter's weights beside the fitted ones; 0 leaves them out. */
  readonly spectralWeight: number;
}

/** Weights kept per item: more changed nothing on any catalog that was tried, fewer lost. */
const COLLABORATIVE_KEPT = 400;
const SPECTRAL_RANK = 256;
/** Every user counts the same. */
const SPECTRAL_USER_EXPONENT = 0.5;

/** A history to fit, over items numbered from 0. */
export interface CollaborativeTask {
  readonly strengths: SparseRows;
  /** Days of each entry of `strengths`, at least 0; `undefined` where times tell nothing. */
  readonly ages: Float64Array | undefined;
  readonly itemCount: number;
  /** Likeness of each pair by `contentKernel`; `undefined` where content says nothing. */
  readonly kernel: TiledMatrix | undefined;
  readonly parameters: FitParameters;
}

/**
 * The collaborative weights of a history: EASE over engagements and content, and the low-pass filter added to it.
 * @param onStep  Called with the share that is done, in (0, 1].
 * @returns Row `i`: weights from item `i` to others, `COLLABORATIVE_KEPT` of the largest magnitude, by falling magnitude.
 * Cost: O(items³) in `multiply`, memory `2·items²` bytes beside the kernel.
 * @see Steck, "Autoencoders that don't overfit towards the identity", NeurIPS 2020, for the dropout.
 */
export async function fitCollaborative(
  task: CollaborativeTask,
  multiply: MatrixProduct,
  onStep?: (done: number) => void,
): Promise<SparseRows> {
  const { strengths, itemCount, kernel, parameters } = task;
  const gram = tiledMatrix(itemCount);
  if (kernel !== undefined && parameters.contentWeight > 0) addScaled(gram, kernel, parameters.contentWeight);
  const weights = engagementWeights(strengths, parameters, driftOf(task));
  addGram(gram, weights);
  const { lambda, dropout, spectralWeight } = parameters;
  const noise = dropout / (1 - dropout);
  if (noise > 0)
    for (const [i, item] of weights.columns.entries()) gram.add(item, item, noise * weights.values[i]! ** 2);
  const added = spectralWeight === 0 ? undefined : await filterOf(task, multiply);
  return fitItemItem(gram, { lambda, keep: COLLABORATIVE_KEPT, added }, multiply, onStep);
}

function driftOf({ ages, parameters: { halfLifeDays } }: CollaborativeTask): Drift | undefined {
  return ages && { ages, halfLifeDays };
}

async function filterOf(task: CollaborativeTask, multiply: MatrixProduct): Promise<Strips> {
  const { strengths, itemCount, parameters } = task;
  const options = { seenWeight: parameters.seenWeight, userExponent: SPECTRAL_USER_EXPONENT };
  const weights = engagementWeights(strengths, options, driftOf(task));
  const spectrum = await spectrumOf(weights, itemCount, SPECTRAL_RANK, multiply);
  return spectralStrips(spectrum, parameters.spectralWeight, multiply);
}
