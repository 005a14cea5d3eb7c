/** Candidates of users with what is known of them. */
export interface Lists {
  /** Where each user's candidates begin: user `u` has `starts[u] … starts[u + 1])`. */
  readonly starts: Int32Array;
  /** What finding each candidate is worth: above 0 for what the user turned out to like, else 0. */
  readonly labels: Float32Array;
  readonly featureCount: number;
  /** Writes the features of one candidate of a user from `offset` on. */
  readonly write: (user: number, candidate: number, into: Float32Array, offset: number) => void;
}

const ITERATIONS_MAX = 30;
const STEP_MIN = 1e-6;
/** On standardised weights, a candidate list: keeps features that never vary at 0. */
const RIDGE = 1e-3;
/** The curvature is taken from every so many users: it only says how far to step, the slope is that of all. */
const CURVATURE_STRIDE = 4;

/**
 * Fits the weights under which a softmax over each user's candidates gives what they liked the most probability, by
 * Newton's method on standardised features; the loss is convex, so there is one answer.
 *
 * @param users  Which users are looked at; those without anything liked among their candidates tell nothing.
 * @param isFree  Of each feature: whether it gets a weight at all, else 0.
 * @returns A weight a feature, in the features' own units. Cost: O(iterations · candidates · features² / 4).
 */
export function fitListwise(lists: Lists, users: readonly number[], isFree?: readonly boolean[]): Float64Array {
  const told = users.filter((user) =>
    lists.labels.subarray(lists.starts[user], lists.starts[user + 1]).some((worth) => worth > 0),
  );
  const deviations = standardDeviations(lists, told).map((each, f) => ((isFree?.[f] ?? true) ? each : 0));
  const active = [...deviations.keys()].filter((f) => deviations[f]! > 0);
  const packed = standardised(lists, active, deviations);
  let weights = new Float64Array(active.length);
  let { loss, gradient, hessian } = lossAt(packed, told, weights);
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    const step = solve(hessian, gradient, active.length);
    let next = weights;
    let at = { loss, gradient, hessian };
    // A whole step can overshoot far from the minimum.
    for (let scale = 1; scale > STEP_MIN; scale /= 2) {
      next = weights.map((weight, f) => weight - scale * step[f]!);
      at = lossAt(packed, told, next);
      if (at.loss <= loss) break;
    }
    const gained = loss - at.loss;
    if (!(gained >= 0)) break;
    weights = next;
    ({ loss, gradient, hessian } = at);
    if (gained < STEP_MIN) break;
  }
  const all = new Float64Array(lists.featureCount);
  for (const [place, f] of active.entries()) all[f] = weights[place]! / deviations[f]!;
  return all;
}

/** The features that vary alone, each in standard deviations. */
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

/** All features of a user's candidates, one candidate after another. */
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

/** On standardised features. */
function lossAt(lists: Lists, users: readonly number[], weights: Float64Array): Loss {
  const { starts, featureCount: count, labels } = lists;
  const gradient = weights.map((weight) => 2 * RIDGE * weight);
  const hessian = new Float64Array(count * count);
  let loss = weights.reduce((sum, weight) => sum + RIDGE * weight * weight, 0);
  for (let f = 0; f < count; f++) hessian[f * count + f] = 2 * RIDGE;
  const mean = new Float64Array(count);
  const liked = new Float64Array(count);
  const share = 1 / Math.max(1, users.length);
  const curvatureShare = 1 / Math.max(1, Math.ceil(users.length / CURVATURE_STRIDE));
  let block = new Float32Array(0);
  for (const [place, user] of users.entries()) {
    const isCurvature = place % CURVATURE_STRIDE === 0;
    block = blockOf(lists, user, block);
    const first = starts[user]!;
    const length = starts[user + 1]! - first;
    const scores = new Float64Array(length);
    let largest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < length; c++) {
      let score = 0;
      for (let f = 0, i = c * count; f < count; f++, i++) {
        score += weights[f]! * block[i]!;
      }
      scores[c] = score;
      largest = Math.max(largest, score);
    }
    let total = 0;
    for (let c = 0; c < length; c++) total += Math.exp(scores[c]! - largest);
    mean.fill(0);
    liked.fill(0);
    let worthOfAll = 0;
    let likedScore = 0;
    for (let c = 0; c < length; c++) {
      const row = c * count;
      const worth = labels[first + c]!;
      if (worth > 0) {
        worthOfAll += worth;
        likedScore += worth * scores[c]!;
        for (let f = 0; f < count; f++) liked[f] = liked[f]! + worth * block[row + f]!;
      }
      const probability = Math.exp(scores[c]! - largest) / total;
      for (let f = 0; f < count; f++) mean[f] = mean[f]! + probability * block[row + f]!;
      if (!isCurvature) continue;
      for (let f = 0; f < count; f++) {
        const factor = curvatureShare * probability * block[row + f]!;
        for (let g = f, h = f * count + f; g < count; g++, h++) hessian[h] = hessian[h]! + factor * block[row + g]!;
      }
    }
    loss += share * (largest + Math.log(total) - likedScore / worthOfAll);
    for (let f = 0; f < count; f++) {
      gradient[f] = gradient[f]! + share * (mean[f]! - liked[f]! / worthOfAll);
    }
    for (let f = 0; isCurvature && f < count; f++) {
      const factor = curvatureShare * mean[f]!;
      for (let g = f, h = f * count + f; g < count; g++, h++) hessian[h] = hessian[h]! - factor * mean[g]!;
    }
  }
  for (let f = 0; f < count; f++) {
    for (let g = 0; g < f; g++) hessian[f * count + g] = hessian[g * count + f]!;
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
