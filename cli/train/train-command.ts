import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandLine } from '../commands/train.ts';
import type { KindredClient, TrainedVersion } from '../kindred-client.ts';

export interface TrainCommand {
  readonly commandLine: CommandLine;
  readonly client: KindredClient;
  readonly say: (line: string) => void;
  /** How often the server is asked how it goes. */
  readonly lookMs?: number;
}

const LOOK_MS = 1_000;

/** Does what the command line says. @returns Whether it is done; a training that failed is not. */
export async function trainCommand(command: TrainCommand): Promise<boolean> {
  const { commandLine, client, say } = command;
  const { catalog, verb } = commandLine;
  if (verb === 'train') {
    await client.startTraining(catalog);
    return watch(command);
  }
  if (verb === 'rollback') say(`version ${await client.rollback(catalog)} of ${catalog} serves now`);
  const { training, versions } = await client.trainings(catalog);
  for (const version of versions) say(versionLine(version));
  if (versions.length === 0) say(`${catalog} has no trained version: it is ranked by fixed weights`);
  if (verb === 'status' && (training?.state === 'waiting' || training?.state === 'running')) {
    say(`a training is ${training.state}: ${training.progress.at(-1)?.text ?? 'not begun'}`);
  }
  return true;
}

/** Says what the training says until it has ended. */
async function watch({ commandLine: { catalog }, client, say, lookMs = LOOK_MS }: TrainCommand): Promise<boolean> {
  for (let told = 0; ; await sleep(lookMs)) {
    const { training, versions } = await client.trainings(catalog);
    if (training === null) {
      say('the server has been started again meanwhile: give the command once more');
      return false;
    }
    for (const { number, text } of training.progress) if (number > told) say(text);
    told = Math.max(told, training.progress.at(-1)?.number ?? 0);
    if (training.state === 'failed') {
      say(`not trained: ${training.reason}`);
      return false;
    }
    if (training.state === 'trained') {
      const made = versions.find(({ version }) => version === training.version);
      say(made === undefined ? `version ${training.version} is trained` : versionLine(made));
      return true;
    }
  }
}

function versionLine({ version, trainedAt, serving, summary }: TrainedVersion): string {
  const { counts, judged, hasRanker, tookMs } = summary;
  const figures = Object.entries(judged).map(([name, ndcg]) => `${name} ${ndcg.toFixed(4)}`);
  return [
    `version ${version}${serving ? ' (serves)' : ''} of ${trainedAt}, in ${(tookMs / 1000).toFixed(1)} s,`,
    `from ${counts.pairs} pairs of ${counts.users} users and ${counts.items} items:`,
    figures.length === 0 ? 'too few users to judge it by' : `nDCG@20 on what was held out: ${figures.join(', ')}`,
    hasRanker ? '' : '(scores stay those of the fixed weights)',
  ]
    .join(' ')
    .trim();
}
