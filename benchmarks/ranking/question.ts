import { availableParallelism } from 'node:os';
import { StartError } from '@kindred/shared/platform/config';
import { onnxMatrixProduct } from '@kindred/trainer/adapters/onnx-matrix-product';
import type { Answer, BenchRun } from '../bench-run.ts';
import { findDataset } from '../datasets/find-dataset.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import { RESAMPLES } from './bootstrap.ts';
import { catalogSubject } from './catalog-subject.ts';
import type { Contender } from './contender.ts';
import { chosenContenders, OWN } from './contenders.ts';
import {
  type Evaluated,
  type Evaluation,
  evaluate,
  evaluateNewItems,
  type NewItemsEvaluation,
  withSlices,
} from './evaluate.ts';
import { fitTask } from './fit-task.ts';
import { itemFacts } from './judged.ts';
import { type EvaluatedUser, evaluatedUsers, type Rows } from './protocol.ts';
import type { ContenderResult, Difference, RankingResult } from './result.ts';
import { historySlices, UNTRAINED_ITEMS, untrainedUsers } from './slice.ts';
import { type Subject, testSubject, validationSubject } from './split.ts';
import { differenceOf } from './summary.ts';

const DATA_DEFAULT = 'goodbooks';

/** Measures the served ranking on data that it has not seen, beside simpler rankings. */
export async function* ranking(run: BenchRun): AsyncGenerator<Answer<RankingResult>> {
  const subject = await subjectOf(run);
  const { split, trainPositivesMin } = subject;
  const all = evaluatedUsers({ ...split, trainPositivesMin });
  const users = sample(all, run);
  if (users.length === 0)
    throw new StartError(
      `${subject.data} has nobody to judge: no user liked anything both in training and in what is judged`,
    );
  console.log(`ranking: ${users.length} of ${all.length} users of ${subject.data}`);
  const multiply = await onnxMatrixProduct(availableParallelism());
  const fitting = { config: run.config, multiply, seed: run.seed };
  const task = await fitTask({ ...fitting, ...split, newItems: new Set() });
  const chosen = chosenContenders(run.contenders, task);
  const evaluation = { task, facts: itemFacts(task), users };
  const evaluated: Evaluated[] = [];
  for (const contender of chosen) evaluated.push(await evaluate(contender, evaluation));
  const news = run.hasNewItems ? await newItemsOf(run, subject, fitting) : undefined;
  const contenders = await withNewItems(chosen, evaluated, news);

  const parameters = {
    trainPositivesMin,
    bootstrapResamples: RESAMPLES,
    sample: run.users ?? 'all users',
  };
  const header = runHeader({ data: subject.data, dataHash: subject.dataHash, seed: run.seed, parameters });
  const result = {
    benchmark: 'ranking' as const,
    ...header,
    target: subject.target,
    users: users.length,
    usersOfAll: all.length,
    sliceUsers: sliceUsers(evaluation, news),
    catalogSize: task.data.items.length,
    contenders: [...contenders],
    differences: [...differencesOf(evaluated, run.seed)],
  };
  const isWhole =
    subject.target === 'test' && run.users === undefined && run.contenders.length === 0 && run.hasNewItems;
  yield { result, isWhole };
}

async function subjectOf({ catalog, data, isValidation, config }: BenchRun): Promise<Subject> {
  if (catalog !== undefined) return catalogSubject(config, catalog);
  const dataset = await findDataset(data ?? DATA_DEFAULT, config.dataRoot);
  return isValidation ? validationSubject(config, dataset) : testSubject(config, dataset);
}

/** All, or as many as were asked for, chosen by a hash. */
function sample(users: readonly EvaluatedUser[], { users: count, seed }: BenchRun): readonly EvaluatedUser[] {
  return count === undefined ? users : hashOrdered(users, ({ user }) => user, seed).slice(0, count);
}

/** @returns `undefined` where the data have no new items. */
async function newItemsOf(
  run: BenchRun,
  { newItems, trainPositivesMin }: Subject,
  fitting: Pick<Parameters<typeof fitTask>[0], 'config' | 'multiply' | 'seed'>,
): Promise<NewItemsEvaluation | undefined> {
  const split = await newItems?.();
  if (split === undefined) return undefined;
  const task = await fitTask({ ...fitting, ...split });
  const judged = (targets: readonly Rows[]): readonly EvaluatedUser[] =>
    sample(evaluatedUsers({ train: split.train, targets, trainPositivesMin }), run);
  return { task, facts: itemFacts(task), users: judged(split.targets), knownUsers: judged(split.knownTargets) };
}

async function withNewItems(
  chosen: readonly Contender[],
  evaluated: readonly Evaluated[],
  news: NewItemsEvaluation | undefined,
): Promise<readonly ContenderResult[]> {
  const results: ContenderResult[] = [];
  for (const [place, { result }] of evaluated.entries()) {
    const contender = chosen[place]!;
    const isJudged = news !== undefined && contender.knowsNewItems;
    results.push(isJudged ? withSlices(result, await evaluateNewItems(contender, news)) : result);
  }
  return results;
}

function sliceUsers(
  { users, task }: Evaluation,
  news: NewItemsEvaluation | undefined,
): Readonly<Record<string, number>> {
  const ofHistory = historySlices(users).map(({ name, indices }) => [name, indices.length]);
  const untrained = untrainedUsers(users, task).length;
  const ofUntrained = untrained === 0 ? [] : [[UNTRAINED_ITEMS, untrained]];
  const ofNews =
    news === undefined
      ? []
      : [
          ...['new-items', 'new-items-full-catalog'].map((name) => [name, news.users.length]),
          ...['known-items', 'known-items-full-catalog'].map((name) => [name, news.knownUsers.length]),
        ];
  return Object.fromEntries([...ofHistory, ...ofUntrained, ...ofNews]);
}

/** Our own against each other one; none without our own. */
function differencesOf(evaluated: readonly Evaluated[], seed: number): readonly Difference[] {
  const own = evaluated.find(({ result }) => result.name === OWN);
  if (own === undefined) return [];
  return evaluated
    .filter((each) => each !== own)
    .map(({ result, columns }) => ({ baseline: result.name, ...differenceOf(own.columns, columns, seed) }));
}
