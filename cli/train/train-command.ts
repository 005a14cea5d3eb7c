import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogId } from '@kindred/shared/id';
import type { Reporter } from '../console/reporter.ts';
import type { KindredClient, TrainedVersion, Trainings } from '../kindred-client.ts';

/** A call of `kindred train`. */
export interface TrainRequest {
  readonly catalog: CatalogId;
  readonly verb: 'train' | 'status' | 'rollback';
}

export interface TrainOptions {
  readonly client: KindredClient;
  readonly reporter: Reporter;
  /** The pause between two looks at a training. */
  readonly lookMs?: number;
}

const LOOK_MS = 1_000;

/** Does all of `kindred train`. @returns True if it is done; a training that failed is not. */
export async function train({ catalog, verb }: TrainRequest, options: TrainOptions): Promise<boolean> {
  const { client, reporter } = options;
  if (verb === 'train') {
    await client.startTraining(catalog);
    return watch(catalog, options);
  }
  if (verb === 'rollback') reporter.say(`version ${await client.rollback(catalog)} of ${catalog} serves now`);
  const trainings = await client.trainings(catalog);
  const { training, versions } = trainings;
  const lines = versions.map(versionLine);
  if (versions.length === 0) lines.push(`${catalog} has no trained version: it is ranked by fixed weights`);
  if (verb === 'status' && (training?.state === 'waiting' || training?.state === 'running')) {
    lines.push(`a training is ${training.state}: ${training.progress.at(-1)?.text ?? 'not begun'}`);
  }
  reporter.result({ lines, json: jsonOf(catalog, trainings) });
  return true;
}

/** Says what the training says until it has ended. */
async function watch(catalog: CatalogId, { client, reporter, lookMs = LOOK_MS }: TrainOptions): Promise<boolean> {
  for (let told = 0; ; await sleep(lookMs)) {
    const trainings = await client.trainings(catalog);
    const { training } = trainings;
    for (const { number, text } of training?.progress ?? []) if (number > told) reporter.say(text);
    told = Math.max(told, training?.progress.at(-1)?.number ?? 0);
    const end = endOf(trainings);
    if (end === undefined) continue;
    reporter.result({ lines: [end], json: jsonOf(catalog, trainings) });
    return training?.state === 'trained';
  }
}

/** @returns The last line of a training; `undefined` while it waits or runs. */
function endOf({ training, versions }: Trainings): string | undefined {
  switch (training?.state) {
    case undefined:
      return 'the server has been started again meanwhile: give the command once more';
    case 'failed':
      return `not trained: ${training.reason}`;
    case 'trained': {
      const made = versions.find(({ version }) => version === training.version);
      return made === undefined ? `version ${training.version} is trained` : versionLine(made);
    }
    default:
      return undefined;
  }
}

function jsonOf(catalog: CatalogId, { training, versions }: Trainings): unknown {
  return { catalog, training, versions };
}

function versionLine({ version, trainedAt, serving, summary }: TrainedVersion): string {
  const { counts, judged, rankedBy, hasRanker, repeatShare, tookMs } = summary;
  const figures = Object.entries(judged).map(([name, ndcg]) => `${name} ${ndcg.toFixed(4)}`);
  return [
    `version ${version}${serving ? ' (serves)' : ''} of ${trainedAt}, in ${(tookMs / 1000).toFixed(1)} s,`,
    `from ${counts.pairs} pairs of ${counts.users} users and ${counts.items} items:`,
    figures.length === 0 ? 'too few users to judge it by' : `nDCG@20 on what was held out: ${figures.join(', ')}`,
    rankedBy === undefined ? '' : `(served: ${rankedBy})`,
    hasRanker ? '' : '(scores stay those of the fixed weights)',
    repeatShare === undefined ? '' : `(users come back to ${(100 * repeatShare).toFixed(1)} % of their items)`,
  ]
    .filter((words) => words !== '')
    .join(' ');
}
