import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readItems } from '@kindred/cli/dataset-folder/dataset-items';
import { removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { itemText } from '@kindred/ingestion/domain/item-text';
import type { Item } from '@kindred/shared/catalog';
import type { Answer, BenchRun } from '../bench-run.ts';
import { type FoundDataset, findDataset } from '../datasets/find-dataset.ts';
import { benchFolder } from '../engine/bench-folder.ts';
import { type ServerProcess, startServer } from '../engine/server-process.ts';
import { startProgress } from '../measure/progress.ts';
import { quantile } from '../measure/quantile.ts';
import { runHeader } from '../measure/run-header.ts';
import { hashOrdered } from '../measure/stable-hash.ts';
import { bareLoop } from './bare-loop.ts';
import type { EmbeddedText, EmbeddingContender } from './contender.ts';
import { importPath } from './import-path.ts';
import type { EmbeddingResult } from './result.ts';

const DATA_DEFAULT = 'goodbooks';
const TEXTS = 600;
/** Contenders take turns, so that what else the machine does meets all of them. */
const ROUNDS = 5;
const RATIO_GOAL = 0.85;

/** Measures texts embedded per second and core, through the product and in a bare loop over the same model. */
export async function* embedding(run: BenchRun): AsyncGenerator<Answer<EmbeddingResult>> {
  const dataset = await findDataset(run.data ?? DATA_DEFAULT, run.config.dataRoot);
  const texts = await textsOf(dataset, run.seed);
  const folder = await benchFolder(run.config, 'embedding');
  await removeLocalPostgres(join(folder, 'postgres'));
  const server = await startServer(folder);
  const measured = await measure(run, server, texts).finally(() => server.stop());
  await removeLocalPostgres(join(folder, 'postgres'));
  await rm(folder, { recursive: true, force: true });
  const meanCharacters = texts.reduce((sum, { text }) => sum + text.length, 0) / texts.length;
  const parameters = { model: run.config.model.name, rounds: ROUNDS, onnxThreadsEach: 1, textsARun: 1 };
  const header = runHeader({ data: dataset.info.name, dataHash: dataset.hash, seed: run.seed, parameters });
  yield {
    result: { benchmark: 'embedding', ...header, texts: texts.length, meanCharacters, ...measured },
    isWhole: true,
  };
}

async function textsOf({ folder }: FoundDataset, seed: number): Promise<readonly EmbeddedText[]> {
  const items: Item[] = [];
  for await (const item of readItems(folder)) items.push(item);
  const withText = items.flatMap((item) => {
    const text = itemText(item);
    return text === undefined ? [] : [{ item, text }];
  });
  return hashOrdered(withText, ({ item }) => item.id, seed).slice(0, TEXTS);
}

async function measure(
  { config }: BenchRun,
  server: ServerProcess,
  texts: readonly EmbeddedText[],
): Promise<Pick<EmbeddingResult, 'contenders' | 'ratio' | 'memory'>> {
  const { modelsFolder, model, embeddingWorkers: threads } = config;
  const single = await bareLoop(model, { modelsFolder, threads: 1 });
  const several = await bareLoop(model, { modelsFolder, threads });
  const product = importPath(server, threads);
  const all = [single, several, product];
  try {
    for (const contender of all) await contender.embedAll(texts.slice(0, texts.length / 10));
    const atStartMb = await server.memoryMb();
    const contenders = await takeTurns(all, texts);
    return {
      contenders,
      ratio: {
        perThread: ratioOf(contenders, ({ perThread }) => perThread),
        perCpuSecond: ratioOf(contenders, ({ perCpuSecond }) => perCpuSecond),
        goal: RATIO_GOAL,
      },
      memory: { atStartMb, afterMb: await server.memoryMb() },
    };
  } finally {
    await Promise.all(all.map((contender) => contender.close()));
  }
}

type ContenderRates = EmbeddingResult['contenders'][number];

/** The last contender's rate over that of the one before, round by round: the median. */
function ratioOf(contenders: readonly ContenderRates[], ratesOf: (contender: ContenderRates) => number[]): number {
  const [loops, product] = contenders.slice(-2).map(ratesOf);
  return quantile(
    product!.map((rate, round) => rate / loops![round]!).sort((a, b) => a - b),
    0.5,
  );
}

async function takeTurns(
  contenders: readonly EmbeddingContender[],
  texts: readonly EmbeddedText[],
): Promise<ContenderRates[]> {
  const rates = contenders.map(
    ({ name, threads }): ContenderRates => ({ name, threads, perThread: [], perCpuSecond: [] }),
  );
  const progress = startProgress('embedding: turns', ROUNDS * contenders.length);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      const { wallMs, cpuMs } = await contender.embedAll(texts);
      rates[index]!.perThread.push((texts.length / wallMs) * (1_000 / contender.threads));
      rates[index]!.perCpuSecond.push((texts.length / cpuMs) * 1_000);
      progress.at(round * contenders.length + index + 1);
    }
  }
  progress.done();
  return rates;
}
