/** Candidates of users with what is known of them, in one block of memory. */
export interface Lists {
  /** Where each user's candidates begin: user `u` has `starts[u] … starts[u + 1])`. */
  readonly starts: Int32Array;
  /** Shape `[candidates, featureCount]`. */
  readonly features: Float32Array;
  readonly featureCount: number;
  /** 1 for what the user turned out to like, else 0. */
  readonly labels: Uint8Array;
}

const ITERATIONS_MAX = 30;
const STEP_MIN = 1e-6;
/** On standardised weights, a candidate list: keeps features that never vary at 0. */
const RIDGE = 1e-3;

/**
 * Fits the weights under which a softmax over each user's candidates gives what they liked the most probability, by
 * Newton's method on standardised features; the loss is convex, so there is one answer.
 *
 * @param users  Which users are looked at; those without anything liked among their candidates tell nothing.
 * @returns A weight a feature, in the features' own units. Cost: O(iterations · candidates · features²).
 */
export function fitListwise(lists: Lists, users: readonly number[]): Float64Array {
  const { featureCount } = lists;
  const told = users.filter((user) => lists.labels.subarray(lists.starts[user], lists.starts[user + 1]).includes(1));
  const deviations = standardDeviations(lists, told);
  let weights = new Float64Array(featureCount);
  let { loss, gradient, hessian } = lossAt(lists, told, deviations, weights);
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const step = solve(hessian, gradient, featureCount);
    let scale = 1;
    let next = weights;
    let at = { loss, gradient, hessian };
    // A whole step can overshoot far from the minimum.
    for (; scale > STEP_MIN; scale /= 2) {
      next = weights.map((weight, f) => weight - scale * step[f]!);
      at = lossAt(lists, told, deviations, next);
      if (at.loss <= loss) break;
    }
    const gained = loss - at.loss;
    weights = next;
    ({ loss, gradient, hessian } = at);
    if (gained < STEP_MIN) break;
  }
  return weights.map((weight, f) => (deviations[f]! > 0 ? weight / deviations[f]! : 0));
}

function standardDeviations({ starts, features, featureCount }: Lists, users: readonly number[]): Float64Array {
  const sums = new Float64Array(featureCount);
  const squares = new Float64Array(featureCount);
  let count = 0;
  for (const user of users) {
    for (let c = starts[user]!; c < starts[user + 1]!; c++, count++) {
      for (let f = 0; f < featureCount; f++) {
        const value = features[c * featureCount + f]!;
        sums[f] = sums[f]! + value;
        squares[f] = squares[f]! + value * value;
      }
    }
  }
  return sums.map((sum, f) => {
    const variance = count === 0 ? 0 : squares[f]! / count - (sum / count) ** 2;
    // What varies by rounding only does not vary.
    return variance > 1e-9 * (1 + squares[f]! / Math.max(1, count)) ? Math.sqrt(variance) : 0;
  });
}

interface Loss {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** Shape `[features, features]`. */
  readonly hessian: Float64Array;
}

function lossAt(lists: Lists, users: readonly number[], deviations: Float64Array, weights: Float64Array): Loss {
  const { starts, features, featureCount, labels } = lists;
  const gradient = weights.map((weight) => 2 * RIDGE * weight);
  const hessian = new Float64Array(featureCount * featureCount);
  let loss = weights.reduce((sum, weight) => sum + RIDGE * weight * weight, 0);
  for (let f = 0; f < featureCount; f++) hessian[f * featureCount + f] = 2 * RIDGE;
  const mean = new Float64Array(featureCount);
  const liked = new Float64Array(featureCount);
  const x = new Float64Array(featureCount);
  const share = 1 / Math.max(1, users.length);
  for (const user of users) {
    const first = starts[user]!;
    const last = starts[user + 1]!;
    const scores = new Float64Array(last - first);
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = first; c < last; c++) {
      let score = 0;
      for (let f = 0; f < featureCount; f++) {
        if (deviations[f]! > 0) score += (weights[f]! * features[c * featureCount + f]!) / deviations[f]!;
      }
      scores[c - first] = score;
      largest = Math.max(largest, score);
    }
    let total = 0;
    for (let i = 0; i < scores.length; i++) total += Math.exp(scores[i]! - largest);
    mean.fill(0);
    liked.fill(0);
    let likedCount = 0;
    let likedScore = 0;
    for (let c = first; c < last; c++) {
      const probability = Math.exp(scores[c - first]! - largest) / total;
      for (let f = 0; f < featureCount; f++) {
        x[f] = deviations[f]! > 0 ? features[c * featureCount + f]! / deviations[f]! : 0;
        mean[f] = mean[f]! + probability * x[f]!;
      }
      for (let f = 0; f < featureCount; f++) {
        const factor = share * probability * x[f]!;
        for (let g = f; g < featureCount; g++)
          hessian[f * featureCount + g] = hessian[f * featureCount + g]! + factor * x[g]!;
      }
      if (labels[c] === 0) continue;
      likedCount++;
      likedScore += scores[c - first]!;
      for (let f = 0; f < featureCount; f++) liked[f] = liked[f]! + x[f]!;
    }
    loss += share * (largest + Math.log(total) - likedScore / likedCount);
    for (let f = 0; f < featureCount; f++) {
      gradient[f] = gradient[f]! + share * (mean[f]! - liked[f]! / likedCount);
      for (let g = f; g < featureCount; g++) {
        hessian[f * featureCount + g] = hessian[f * featureCount + g]! - share * mean[f]! * mean[g]!;
      }
    }
  }
  for (let f = 0; f < featureCount; f++) {
    for (let g = 0; g < f; g++) hessian[f * featureCount + g] = hessian[g * featureCount + f]!;
  }
  return { loss, gradient, hessian };
}

/** Solves a symmetric positive definite system by elimination. */
function solve(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const a = matrix.slice();
  const x = right.slice();
  for (let k = 0; k < size; k++) {
    for (let row = k + 1; row < size; row++) {
      const factor = a[row * size + k]! / a[k * size + k]!;
      for (let column = k; column < size; column++) {
        a[row * size + column] = a[row * size + column]! - factor * a[k * size + column]!;
      }
      x[row] = x[row]! - factor * x[k]!;
    }
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let column = k + 1; column < size; column++) x[k] = x[k]! - a[k * size + column]! * x[column]!;
    x[k] = x[k]! / a[k * size + k]!;
  }
  return x;
}
