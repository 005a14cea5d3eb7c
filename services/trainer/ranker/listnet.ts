/** Candidates of users with their features. */
export interface Lists {
  /** Starts of the users' candidates: user `u` has `[starts[u], starts[u + 1])`. */
  readonly starts: Int32Array;
  /** Gain of finding each candidate: above 0 for a target of the user, else 0. */
  readonly gains: Float32Array;
  readonly featureCount: number;
  /** Writes the features of one candidate of a user from `offset` on. */
  readonly write: (user: number, candidate: number, into: Float32Array, offset: number) => void;
}

const ITERATIONS_MAX = 30;
const STEP_MIN = 1e-6;
/** Penalty per candidate list on squared standardised weights: keeps features that never vary at 0. */
const RIDGE = 1e-3;
/**
 * The curvature is taken from one user in so many, and from so many users at most: it only says how far to step, the slope
 * is that of all.
 */
const CURVATURE_STRIDE_MIN = 4;
const CURVATURE_USERS_MAX = 400;

/**
 * Fits the linear weights under which a softmax over each user's candidates gives the targets the most probability:
 * ListNet's top-one cross entropy, with the gains divided by their sum as the distribution to meet. The loss is convex, so
 * there is one answer, found by Newton's method on standardised features.
 *
 * @param users  Users to learn from; a user without a target among the candidates tells nothing.
 * @param isFree  Of each feature: false fixes its weight at 0. Default: all true.
 * @returns One weight per feature, in the features' own units. Cost: O(iterations · candidates · features² / 4).
 * @see Cao et al., "Learning to rank: from pairwise approach to listwise approach", ICML 2007; for gains in place of a
 * softmax over labels, Bruch et al., "An analysis of the softmax cross entropy loss", ICTIR 2019.
 */
export function fitListNet(lists: Lists, users: readonly number[], isFree?: readonly boolean[]): Float64Array {
  const told = users.filter((user) =>
    lists.gains.subarray(lists.starts[user], lists.starts[user + 1]).some((gain) => gain > 0),
  );
  const deviations = standardDeviations(lists, told).map((each, f) => ((isFree?.[f] ?? true) ? each : 0));
  const active = [...deviations.keys()].filter((f) => deviations[f]! > 0);
  const weights = minimised(standardised(lists, active, deviations), told);
  const all = new Float64Array(lists.featureCount);
  for (const [place, f] of active.entries()) all[f] = weights[place]! / deviations[f]!;
  return all;
}

/** The weights of the least loss, by Newton's method from 0. @param lists  Standardised. */
function minimised(lists: Lists, users: readonly number[]): Float64Array {
  let weights = new Float64Array(lists.featureCount);
  let at = lossAt(lists, users, weights);
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const step = solve(at.hessian, at.gradient, lists.featureCount);
    let next = weights;
    let nextAt = at;
    // A whole step can overshoot far from the minimum.
    for (let scale = 1; scale > STEP_MIN; scale /= 2) {
      next = weights.map((weight, f) => weight - scale * step[f]!);
      nextAt = lossAt(lists, users, next);
      if (nextAt.loss <= at.loss) break;
    }
    const gained = at.loss - nextAt.loss;
    if (!(gained >= 0)) break;
    weights = next;
    at = nextAt;
    if (gained < STEP_MIN) break;
  }
  return weights;
}

/** The active features alone, each in standard deviations. */
function standardised(lists: Lists, active: readonly number[], deviations: Float64Array): Lists {
  const row = new Float32Array(lists.featureCount);
  return {
    ...lists,
    featureCount: active.length,
    write: (user, candidate, into, offset) => {
      lists.write(user, candidate, row, 0);
      for (let place = 0; place < active.length; place++) {
        into[offset + place] = row[active[place]!]! / deviations[active[place]!]!;
      }
    },
  };
}

/** @returns Each candidate's sum of weights times features, in their order. */
export function scoresOf(lists: Lists, weights: Float64Array, user: number): Float64Array {
  const features = new Float32Array(lists.featureCount);
  const first = lists.starts[user]!;
  return Float64Array.from({ length: lists.starts[user + 1]! - first }, (_, place) => {
    lists.write(user, first + place, features, 0);
    let score = 0;
    for (let f = 0; f < features.length; f++) score += weights[f]! * features[f]!;
    return score;
  });
}

/** All features of a user's candidates, one candidate after another. @param block  Used again where it is large enough. */
function blockOf(
  { starts, featureCount, write }: Lists,
  user: number,
  block: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  const first = starts[user]!;
  const length = (starts[user + 1]! - first) * featureCount;
  const room = block.length >= length ? block : new Float32Array(2 * length);
  for (let c = first; c < starts[user + 1]!; c++) write(user, c, room, (c - first) * featureCount);
  return room;
}

function standardDeviations(lists: Lists, users: readonly number[]): Float64Array {
  const { starts, featureCount } = lists;
  const sums = new Float64Array(featureCount);
  const squares = new Float64Array(featureCount);
  let count = 0;
  let block = new Float32Array(0);
  for (const user of users) {
    block = blockOf(lists, user, block);
    const length = starts[user + 1]! - starts[user]!;
    count += length;
    for (let i = 0; i < length * featureCount; i++) {
      const f = i % featureCount;
      sums[f] = sums[f]! + block[i]!;
      squares[f] = squares[f]! + block[i]! ** 2;
    }
  }
  return sums.map((sum, f) => {
    const variance = count === 0 ? 0 : squares[f]! / count - (sum / count) ** 2;
    // A feature that varies by rounding only does not vary.
    return variance > 1e-9 * (1 + squares[f]! / Math.max(1, count)) ? Math.sqrt(variance) : 0;
  });
}

interface Loss {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** Shape `[features, features]`. */
  readonly hessian: Float64Array;
}

/** The mean cross entropy of the users and the ridge. @param lists  Standardised. */
function lossAt(lists: Lists, users: readonly number[], weights: Float64Array): Loss {
  const { starts, featureCount: count, gains } = lists;
  const gradient = weights.map((weight) => 2 * RIDGE * weight);
  const hessian = new Float64Array(count * count);
  let loss = weights.reduce((sum, weight) => sum + RIDGE * weight * weight, 0);
  for (let f = 0; f < count; f++) hessian[f * count + f] = 2 * RIDGE;
  const share = 1 / Math.max(1, users.length);
  const stride = Math.max(CURVATURE_STRIDE_MIN, Math.ceil(users.length / CURVATURE_USERS_MAX));
  const curvatureShare = 1 / Math.max(1, Math.ceil(users.length / stride));
  let block = new Float32Array(0);
  for (const [place, user] of users.entries()) {
    block = blockOf(lists, user, block);
    const own = gains.subarray(starts[user], starts[user + 1]);
    const list = listLoss(block, own, weights);
    loss += share * list.loss;
    for (let f = 0; f < count; f++) gradient[f] = gradient[f]! + share * (list.mean[f]! - list.target[f]!);
    if (place % stride === 0) addCovariance(hessian, block, list, curvatureShare);
  }
  for (let f = 0; f < count; f++) {
    for (let g = 0; g < f; g++) hessian[f * count + g] = hessian[g * count + f]!;
  }
  return { loss, gradient, hessian };
}

/** The cross entropy of one user's list. */
interface ListLoss {
  readonly loss: number;
  /** Probability of each candidate by the weights. */
  readonly probabilities: Float64Array;
  /** Mean features by those probabilities, and by the gains. */
  readonly mean: Float64Array;
  readonly target: Float64Array;
}

/** @param block  As `blockOf` makes it, for the candidates of `gains`, of which one is above 0. */
function listLoss(block: Float32Array, gains: Float32Array, weights: Float64Array): ListLoss {
  const count = weights.length;
  const scores = Float64Array.from(gains, (_, c) => {
    let score = 0;
    for (let f = 0, i = c * count; f < count; f++, i++) score += weights[f]! * block[i]!;
    return score;
  });
  const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  let total = 0;
  for (const score of scores) total += Math.exp(score - largest);
  const probabilities = scores.map((score) => Math.exp(score - largest) / total);
  const mean = new Float64Array(count);
  const target = new Float64Array(count);
  let gainSum = 0;
  let targetScore = 0;
  for (const [c, gain] of gains.entries()) {
    const row = c * count;
    for (let f = 0; f < count; f++) mean[f] = mean[f]! + probabilities[c]! * block[row + f]!;
    if (!(gain > 0)) continue;
    gainSum += gain;
    targetScore += gain * scores[c]!;
    for (let f = 0; f < count; f++) target[f] = target[f]! + gain * block[row + f]!;
  }
  for (let f = 0; f < count; f++) target[f] = target[f]! / gainSum;
  return { loss: largest + Math.log(total) - targetScore / gainSum, probabilities, mean, target };
}

/** Adds `share` times the covariance of the features under the list's probabilities to the upper triangle. */
function addCovariance(
  hessian: Float64Array,
  block: Float32Array,
  { probabilities, mean }: ListLoss,
  share: number,
): void {
  const count = mean.length;
  for (const [c, probability] of probabilities.entries()) {
    const row = c * count;
    for (let f = 0; f < count; f++) {
      const factor = share * probability * block[row + f]!;
      if (factor === 0) continue;
      for (let g = f, h = f * count + f; g < count; g++, h++) hessian[h] = hessian[h]! + factor * block[row + g]!;
    }
  }
  for (let f = 0; f < count; f++) {
    const factor = share * mean[f]!;
    for (let g = f, h = f * count + f; g < count; g++, h++) hessian[h] = hessian[h]! - factor * mean[g]!;
  }
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
