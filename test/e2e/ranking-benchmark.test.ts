import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from '@kindred/benchmarks/bench-arguments';
import type { BenchRun } from '@kindred/benchmarks/bench-run';
import { readBenchConfig } from '@kindred/benchmarks/config';
import { withEngine } from '@kindred/benchmarks/engine/with-engine';
import { newItems as newItemsQuestion } from '@kindred/benchmarks/new-items/question';
import { ranking } from '@kindred/benchmarks/ranking/question';
import { type RankingResult, rankingResultSchema } from '@kindred/benchmarks/ranking/result';
import { writeTestDataset } from '@kindred/cli/dataset-folder/test-dataset';
import { itemSchema } from '@kindred/shared/catalog';
import { eventSchema } from '@kindred/shared/event';
import { catalogIdSchema, userIdSchema } from '@kindred/shared/id';
import { seededRandom } from '@kindred/shared/numeric/random';
import { afterAll, expect, test } from 'vitest';
import { modelsFolder, removeData } from '../standalone-server.ts';

const SEED = 11;
const THEMES = ['bread', 'boats', 'comets', 'gardens', 'clocks', 'rivers'];
const ITEMS_PER_THEME = 12;
const USERS = 150;
/** Users too few to tell one order from another. */
const FEW_USERS = 20;
/** Users enough to learn a ranker from: some three hundred have something held out of their history. */
const MANY_USERS = 480;
const NEW_PER_THEME = 2;
/** Slates are 100 items long: every item of a catalog this small is in one, so only the first places tell anything. */
const METRIC = 'ndcg@10';

const items = THEMES.flatMap((theme) =>
  Array.from({ length: ITEMS_PER_THEME }, (_, n) => ({
    id: `${theme}-${n}`,
    title: `All about ${theme}, ${n}`,
    tags: [theme],
  })),
);
const newItems = items.map(({ id }) => id).filter((id) => Number(id.split('-')[1]) < NEW_PER_THEME);

/** Users like most of one theme, dislike something else, and what they like is cut in two by chance. */
function rows(users: number): { readonly train: string; readonly test: string } {
  const random = seededRandom(SEED);
  const lines = { train: ['user\titem\tvalue'], test: ['user\titem\tvalue'] };
  for (let user = 0; user < users; user++) {
    const theme = THEMES[user % THEMES.length]!;
    for (const { id, tags } of items) {
      if (tags[0] === theme && random() < 0.9) lines[random() < 0.25 ? 'test' : 'train'].push(`u${user}\t${id}\t5`);
      else if (random() < 0.03) lines.train.push(`u${user}\t${id}\t2`);
    }
  }
  return { train: `${lines.train.join('\n')}\n`, test: `${lines.test.join('\n')}\n` };
}

const folder = await mkdtemp(join(tmpdir(), 'kindred-bench-'));
const config = readBenchConfig({ KINDRED_DATA_DIR: folder, KINDRED_MODELS_DIR: modelsFolder() });
const written = (name: string, users: number): string =>
  writeTestDataset(folder, {
    name,
    ...rows(users),
    items: items.map((item) => `${JSON.stringify(item)}\n`).join(''),
    coldItems: `${newItems.join('\n')}\n`,
  });
const dataset = written('things', USERS);
const benched = ['things', 'things-new-items', 'few-things', 'few-things-validation', 'many-things', 'catalog-shop'];
afterAll(async () => {
  for (const name of benched) await removeData(join(config.benchFolder, name));
  await removeData(folder);
});

async function resultOf(
  ...words: readonly string[]
): Promise<{ readonly result: RankingResult; readonly isWhole: boolean }> {
  const run: BenchRun = { ...readArguments(['ranking', ...words]), config };
  for await (const answer of ranking(run)) return { ...answer, result: rankingResultSchema.parse(answer.result) };
  throw new Error('the benchmark gave no result');
}

function contenderOf({ contenders }: RankingResult, name: string): RankingResult['contenders'][number] {
  const found = contenders.find((contender) => contender.name === name);
  expect(found).toBeDefined();
  return found!;
}

test('a data set is ranked through the engine and by each baseline, with new items, twice alike', async () => {
  const { result, isWhole } = await resultOf('--data', dataset);
  expect(isWhole).toBe(true);
  expect(result.contenders.map(({ name }) => name).toSorted()).toEqual(
    ['content-only', 'ease', 'item-knn', 'kindred', 'popular', 'reciprocal-rank-fusion', 'rp3beta'].toSorted(),
  );
  expect(result.catalogSize).toBe(items.length);
  const [own, chance] = [contenderOf(result, 'kindred'), contenderOf(result, 'popular')];
  expect(own.versions?.state).toMatch(/artifact-1\./);
  expect(own.parameters.hasRanker).toBe(true);
  expect(own.versions?.ranking).toBe('trained-2');
  expect(own.versionCount).toBe(1);
  expect(contenderOf(result, 'reciprocal-rank-fusion').versions?.ranking).toBe('reciprocal-rank-1');
  for (const name of ['kindred', 'reciprocal-rank-fusion', 'content-only', 'ease', 'item-knn', 'rp3beta']) {
    expect(contenderOf(result, name).metrics[METRIC]).toBeGreaterThan(2 * chance.metrics[METRIC]!);
  }
  const [low, high] = own.intervals[METRIC]!;
  expect(low).toBeLessThan(own.metrics[METRIC]!);
  expect(high).toBeGreaterThan(own.metrics[METRIC]!);
  expect(own.metrics['intra-list-diversity@10']).toBeGreaterThan(0);
  for (const { baseline, metrics } of result.differences) {
    const expected = own.metrics[METRIC]! - contenderOf(result, baseline).metrics[METRIC]!;
    expect(metrics[METRIC]).toBeCloseTo(expected, 12);
  }
  // Of two new items a theme a user may like two, out of twelve: by chance nDCG is about a half of what it can be.
  for (const name of ['kindred', 'content-only']) {
    const { slices } = contenderOf(result, name);
    expect(slices['new-items']![METRIC]).toBeGreaterThan(0.9);
    // A slate holds more than there are new items, and more than there are others: what is in scope is all there.
    expect(slices['new-items']!['recall@20']).toBe(1);
    expect(slices['known-items']!['recall@100']).toBe(1);
    expect(slices['known-items-full-catalog']!['recall@100']).toBe(1);
    expect(slices['new-items-full-catalog']!['ndcg@10']).toBeLessThan(slices['new-items']!['ndcg@10']!);
  }
  expect(result.sliceUsers['new-items']).toBeGreaterThan(USERS / 2);

  const again = await resultOf('--data', dataset, '--contender', 'kindred', '--no-new-items');
  expect(again.isWhole).toBe(false);
  const repeated = contenderOf(again.result, 'kindred');
  expect(repeated.metrics).toEqual(own.metrics);
  expect(repeated.intervals).toEqual(own.intervals);

  const few = written('few-things', FEW_USERS);
  const asked = newItemsQuestion({ ...readArguments(['new-items', '--data', few]), config });
  await expect(asked.next()).rejects.toThrow(/too thin a history/);
}, 300_000);

test('a data set with enough users is ranked by trained weights, better than by chance', async () => {
  const many = written('many-things', MANY_USERS);
  const { result } = await resultOf(
    '--data',
    many,
    '--contender',
    'kindred',
    '--contender',
    'popular',
    '--no-new-items',
  );
  const own = contenderOf(result, 'kindred');
  expect(own.parameters.hasRanker).toBe(true);
  expect(own.versions?.ranking).toBe('trained-2');
  expect(own.metrics[METRIC]).toBeGreaterThan(2 * contenderOf(result, 'popular').metrics[METRIC]!);
}, 300_000);

test("a catalog's own history is cut at one time, and read only while no engine serves it", async () => {
  const catalog = catalogIdSchema.parse('shop');
  const random = seededRandom(SEED);
  const startMs = Date.now() - 100 * 86_400_000;
  await withEngine(config, folder, async (engine) => {
    await engine.ingestion.createCatalog(catalog);
    const createdAt = new Date(startMs - 1).toISOString();
    const late = { ...items[0]!, id: 'late', createdAt: new Date().toISOString() };
    await engine.ingestion.putItems(
      catalog,
      [...items.map((item) => ({ ...item, createdAt })), late].map((item) => itemSchema.parse(item)),
    );
    const events = Array.from({ length: 2_000 }, (_, number) => {
      const user = number % 100;
      const theme = THEMES[user % THEMES.length]!;
      const item = `${theme}-${Math.floor(random() * ITEMS_PER_THEME)}`;
      const at = new Date(startMs + number * 60_000).toISOString();
      return eventSchema.parse({ id: `e${number}`, user: `user-${user}`, item, type: 'save', at });
    });
    for (let start = 0; start < events.length; start += 500) {
      const token = await engine.ranking.intake.accept(catalog, events.slice(start, start + 500), 'test');
      await engine.ranking.users.view(catalog, userIdSchema.parse('user-0'), token);
    }
    await expect(resultOf('--catalog', 'shop')).rejects.toThrow(/in use by a Kindred that is running/);
  });
  const { result, isWhole } = await resultOf('--catalog', 'shop', '--contender', 'kindred', '--contender', 'last-item');
  expect(isWhole).toBe(false);
  expect(result).toMatchObject({ data: 'catalog-shop', target: 'after the cut', catalogSize: items.length });
  // What users of one theme have not saved by then are few of its items: they are found at once.
  expect(contenderOf(result, 'kindred').metrics[METRIC]).toBeGreaterThan(0.5);
  expect(contenderOf(result, 'last-item').metrics[METRIC]).toBeGreaterThan(0.5);
  await expect(resultOf('--catalog', 'nothing')).rejects.toThrow(/has no catalog nothing/);
}, 300_000);
