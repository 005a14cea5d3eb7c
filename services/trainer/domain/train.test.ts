import type { ItemFields } from '@kindred/shared/catalog';
import type { ItemId } from '@kindred/shared/id';
import { decodeArtifact, encodeArtifact } from '@kindred/shared/model/artifact';
import { RANKED_SOURCES } from '@kindred/shared/model/candidate-sources';
import { type HistoryItem, scoreItems, userScores } from '@kindred/shared/model/item-model';
import { FEATURES, IMPUTED_SHARE } from '@kindred/shared/model/ranking-features';
import { packIds } from '@kindred/shared/numeric/packed-ids';
import { seededRandom } from '@kindred/shared/numeric/random';
import { SparseRowsBuilder } from '@kindred/shared/numeric/sparse-rows';
import { expect, test } from 'vitest';
import { onnxMatrixProduct } from '../adapters/onnx-matrix-product.ts';
import type { TrainingData } from '../history/training-data.ts';
import { train } from './train.ts';

const multiply = await onnxMatrixProduct(2);
const TASTES = 6;
const ITEMS = 120;
const USERS = 900;
/** True for the last item of each taste, which nobody met. */
const isNew = (item: number): boolean => item >= ITEMS - TASTES;

/** A history of liked items without an order. */
const liked = (numbers: readonly number[]): readonly HistoryItem[] =>
  numbers.map((number) => ({
    number,
    strength: 1,
    isRecent: false,
    daysBefore: 0,
    stepsBefore: Number.POSITIVE_INFINITY,
  }));

/** Users with one taste each, and now and then another; an item's labels name its taste. */
function catalog(users: number): TrainingData {
  const random = seededRandom(41);
  const builder = new SparseRowsBuilder(users);
  for (let user = 0; user < users; user++) {
    for (let item = 0; item < ITEMS; item++) {
      const isOwn = item % TASTES === user % TASTES;
      if (!isNew(item) && random() < (isOwn ? 0.5 : 0.04)) builder.add(item, random() < (isOwn ? 0.9 : 0.4) ? 1 : 0);
    }
    builder.endRow();
  }
  const items = Array.from({ length: ITEMS }, (_, item) => `i${String(item).padStart(3, '0')}` as ItemId);
  const fields = items.map((id, item): ItemFields => ({ title: `Thing ${id}`, tags: [`taste ${item % TASTES}`] }));
  return { items, fields, embeddings: undefined, strengths: builder.done(), interactionTimes: undefined };
}

test('items of a user’s taste score above others, a new one by its content alone; the weights beat fusion', async () => {
  const { model, judged } = await train(catalog(USERS), multiply, () => {});
  const scores = userScores(ITEMS);
  for (let taste = 0; taste < TASTES; taste++) {
    const history = liked([taste, taste + TASTES, taste + 2 * TASTES]);
    scoreItems(model, history, scores);
    const others = [...scores.collaborative.keys()].filter((item) => !history.some(({ number }) => number === item));
    const best = others.sort((a, b) => scores.collaborative[b]! - scores.collaborative[a]!).slice(0, 10);
    expect(best.filter((item) => item % TASTES === taste).length).toBeGreaterThanOrEqual(9);
    const coldStart = [...Array(TASTES).keys()].map((t) => ITEMS - TASTES + t);
    const first = coldStart.reduce((a, b) => (scores.collaborative[b]! > scores.collaborative[a]! ? b : a));
    expect(first % TASTES).toBe(taste);
  }
  const { ranker: byWeights, fusion, bySource } = judged!;
  expect(byWeights).toBeGreaterThan(fusion);
  expect(byWeights).toBeGreaterThanOrEqual(Math.max(...bySource.values()));
}, 120_000);

test('the same data give the same artifact, byte for byte, and it survives decoding', async () => {
  const data = catalog(300);
  const made = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const { model, ranker } = await train(data, multiply, () => {});
    return encodeArtifact({ items: packIds(data.items), model, ranker, repeatShare: 0 });
  };
  const first = await made();
  expect(Buffer.compare(first, await made())).toBe(0);
  expect(Buffer.compare(encodeArtifact(decodeArtifact(first.slice())), first)).toBe(0);
  expect(() => decodeArtifact(first.slice(0, first.length / 2))).toThrow();
}, 120_000);

test('too few users leave the weights fixed, and with few a source alone orders, by one feature and what is new', async () => {
  expect(await train(catalog(25), multiply, () => {})).toMatchObject({ ranker: undefined, judged: undefined });
  const { ranker, judged } = await train(catalog(60), multiply, () => {});
  expect([...judged!.bySource.keys()]).toContain(judged!.form);
  expect(judged!.ranker).toBe(judged!.bySource.get(RANKED_SOURCES.find((name) => name === judged!.form)!));
  const weighed = FEATURES.filter((_, f) => ranker!.weights[f] !== 0 && f !== IMPUTED_SHARE);
  expect(weighed.map(({ isFine }) => isFine)).toEqual([false]);
}, 120_000);

test('if times tell what came when, the ranker learns that recent engagement of all users counts', async () => {
  const data = catalog(USERS);
  const random = seededRandom(43);
  // One item per taste is engaged with in the last month only, the others over a year.
  const isHot = (item: number): boolean => item < TASTES;
  const ages = Float64Array.from(data.strengths.columns, (item) => (isHot(item) ? 30 : 365) * random());
  const weights = new Float32Array(ages.length).fill(1);
  const interactionTimes = { ages, weights, positions: new Float32Array(ages.length) };
  const { ranker, judged } = await train({ ...data, interactionTimes }, multiply, () => {});
  expect(ranker).toMatchObject({ takesTrends: true, takesOrder: true });
  const timeless = (await train(data, multiply, () => {})).ranker!;
  expect(timeless).toMatchObject({ takesTrends: false, takesOrder: false });
  const place = FEATURES.findIndex(({ name }) => name === 'log trending');
  expect(timeless.weights[place]).toBe(0);
  expect(judged!.ranker).toBeGreaterThan(1.1 * judged!.bySource.get('collaborative')!);
}, 120_000);

test('in a catalog too large for a dense fit the most liked items are fitted, and content leads to and from the rest', async () => {
  const data = catalog(USERS);
  const headMax = ITEMS / 2;
  const { model, judged } = await train(data, multiply, () => {}, headMax);
  const isFitted = (item: number): boolean => model.collaborative.starts[item + 1]! > model.collaborative.starts[item]!;
  expect([...Array(ITEMS).keys()].filter(isFitted).length).toBeLessThanOrEqual(headMax);
  expect([...Array(ITEMS).keys()].filter(isFitted).length).toBeGreaterThan(0.9 * headMax);
  const scores = userScores(ITEMS);
  for (let taste = 0; taste < TASTES; taste++) {
    const own = [...Array(ITEMS).keys()].filter((item) => item % TASTES === taste && !isNew(item));
    for (const isOfHead of [true, false]) {
      const history = own.filter((item) => isFitted(item) === isOfHead).slice(0, 2);
      scoreItems(model, liked(history), scores);
      const led = [...scores.content.keys()].filter((item) => !history.includes(item) && scores.content[item]! > 0);
      expect(led.length).toBeGreaterThanOrEqual(5);
      expect(led.filter((item) => item % TASTES !== taste)).toEqual([]);
      // From the head to both, from the tail to the head.
      if (isOfHead) expect(led.some((item) => !isFitted(item))).toBe(true);
      expect(led.some(isFitted)).toBe(true);
    }
    scoreItems(model, liked(own.filter(isFitted).slice(0, 3)), scores);
    const coldStart = [...Array(TASTES).keys()].map((t) => ITEMS - TASTES + t);
    const first = coldStart.reduce((a, b) => (scores.collaborative[b]! > scores.collaborative[a]! ? b : a));
    expect(first % TASTES).toBe(taste);
  }
  expect(judged!.ranker).toBeGreaterThan(judged!.fusion);
}, 120_000);
