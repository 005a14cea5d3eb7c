/** A generator of numbers in [0, 1) whose seed is printed, so that a failure can be run again: KINDRED_SEED=… */
export function seededRandom(what: string): () => number {
  const seed = Number(process.env.KINDRED_SEED ?? Date.now() % 2 ** 31);
  console.log(`${what}: KINDRED_SEED=${seed}`);
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
