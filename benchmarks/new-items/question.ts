import { availableParallelism } from 'node:os';
import type { ItemId, UserId } from '@kindred/shared/id';
import type { Artifact } from '@kindred/shared/model/artifact';
import { IMPUTED_SHARE } from '@kindred/shared/model/ranking-features';
import { ndcgAt20, recallAt20 } from '@kindred/shared/model/ranking-metrics';
import { StartError } from '@kindred/shared/platform/config';
import { onnxMatrixProduct } from '@kindred/trainer/adapters/onnx-matrix-product';
import type { Answer, BenchRun } from '../bench-run.ts';
import { findDataset } from '../datasets/find-dataset.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import { type EvaluatedUser, evaluatedUsers, type Rows, type Scope } from '../ranking/protocol.ts';
import { rankAll } from '../ranking/rankings.ts';
import { servedCatalog } from '../ranking/served-catalog.ts';
import { testSubject, validationSubject } from '../ranking/split.ts';
import { saveChanged, trainKept } from '../ranking/training-run.ts';
import type { NewItemsResult } from './result.ts';

const DATA_DEFAULT = 'goodbooks';
const USERS_DEFAULT = 6_000;
/** In units of the score; between the first and the last the share of new items shown grows several times. */
const RAISES = [-1, -0.5, 0, 0.2, 0.4, 0.8] as const;
const SHOWN = 20;

type Lists = ReadonlyMap<UserId, readonly ItemId[]>;

/** Measures the loss of all other items as more or fewer new items are shown. */
export async function* newItems(run: BenchRun): AsyncGenerator<Answer<NewItemsResult>> {
  const { config, seed, isValidation, users: count = USERS_DEFAULT } = run;
  const dataset = await findDataset(run.data ?? DATA_DEFAULT, config.dataRoot);
  const subject = await (isValidation ? validationSubject : testSubject)(config, dataset);
  const split = await subject.newItems?.();
  if (split === undefined) throw new StartError(`${subject.data} has no new items to judge`);
  const { prepared } = split;
  const { folder, catalog } = prepared;
  const multiply = await onnxMatrixProduct(availableParallelism());
  const trained = await trainKept(folder, catalog, multiply);
  if (trained?.saved.summary.hasRanker !== true) {
    throw new StartError(`${subject.data} has too thin a history to learn how new items compare with others`);
  }
  const judged = (targets: readonly Rows[]): readonly EvaluatedUser[] => {
    const { train } = split;
    const all = evaluatedUsers({ train, targets, trainPositivesMin: subject.trainPositivesMin });
    return hashOrdered(all, ({ user }) => user, seed).slice(0, count);
  };
  const users = judged(split.targets);
  const knownUsers = judged(split.knownTargets);
  const everyone = [...new Map([...users, ...knownUsers].map((user) => [user.user, user])).values()];
  const served = servedCatalog({ config, prepared, multiply, seed });
  const listsOf = async (version: number, scope: Scope, name: string): Promise<Lists> => {
    const serving = await served.serve(version);
    try {
      return (await rankAll(name, serving, { users: scope === 'known' ? knownUsers : everyone, scope })).lists;
    } finally {
      await serving.close();
    }
  };
  const quality = (lists: Lists): { readonly ndcg20: number; readonly recall20: number } => ({
    ndcg20: mean(knownUsers, ({ user, relevant }) => ndcgAt20(lists.get(user)!, relevant)),
    recall20: mean(knownUsers, ({ user, relevant }) => recallAt20(lists.get(user)!, relevant)),
  });

  const without = quality(await listsOf(trained.version, 'known', 'without new items'));
  const settings: NewItemsResult['settings'] = [];
  for (const raise of RAISES) {
    const version = await saveChanged(folder, catalog, trained.saved, (artifact) => raisedBy(artifact, raise));
    const lists = await listsOf(version, 'all', `raised by ${raise}`);
    settings.push({
      raise,
      newRecall20: mean(users, ({ user, relevant }) => recallAt20(lists.get(user)!, relevant)),
      newShown20: mean(users, ({ user }) => {
        return lists
          .get(user)!
          .slice(0, SHOWN)
          .filter((item) => split.newItems.has(item)).length;
      }),
      ...quality(lists),
    });
  }
  const parameters = { trainPositivesMin: subject.trainPositivesMin };
  const header = runHeader({ data: subject.data, dataHash: subject.dataHash, seed, parameters });
  const counts = { users: users.length, knownUsers: knownUsers.length };
  yield {
    result: { benchmark: 'new-items', ...header, target: subject.target, ...counts, without, settings },
    isWhole: !isValidation && run.users === undefined,
  };
}

function raisedBy(artifact: Artifact, raise: number): Artifact {
  const ranker = artifact.ranker!;
  const weights = ranker.weights.with(IMPUTED_SHARE, ranker.weights[IMPUTED_SHARE]! + raise);
  return { ...artifact, ranker: { ...ranker, weights } };
}

function mean(users: readonly EvaluatedUser[], of: (user: EvaluatedUser) => number): number {
  return users.reduce((sum, user) => sum + of(user), 0) / users.length;
}
