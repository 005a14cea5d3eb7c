import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTestDataset } from '@kindred/cli/dataset-folder/test-dataset';
import { removeLocalPostgres } from '@kindred/infra/postgres/local-postgres';
import { seededRandom } from '@kindred/shared/numeric/random';
import { afterAll, expect, test } from 'vitest';
import { readArguments } from '../bench-arguments.ts';
import { readBenchConfig } from '../config.ts';
import { withReadOnlyDatabase } from '../engine/with-database.ts';
import { serving } from './question.ts';
import { type ServingResult, servingResultSchema } from './result.ts';

const SEED = 11;
const THEMES = ['bread', 'boats', 'comets', 'gardens', 'clocks', 'rivers'];
const ITEMS_PER_THEME = 12;
/** Users enough to learn a ranker from. */
const USERS = 480;

const items = THEMES.flatMap((theme) =>
  Array.from({ length: ITEMS_PER_THEME }, (_, n) => ({ id: `${theme}-${n}`, title: `All about ${theme}, ${n}` })),
);

/** Users like most of one theme and dislike something else. */
function train(): string {
  const random = seededRandom(SEED);
  const lines = ['user\titem\tvalue'];
  for (let user = 0; user < USERS; user++) {
    const theme = THEMES[user % THEMES.length]!;
    for (const { id } of items) {
      if (id.startsWith(theme) && random() < 0.7) lines.push(`u${user}\t${id}\t5`);
      else if (random() < 0.03) lines.push(`u${user}\t${id}\t2`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const folder = await mkdtemp(join(tmpdir(), 'kindred-bench-'));
const config = readBenchConfig({ KINDRED_DATA_DIR: folder, KINDRED_MODELS_DIR: readBenchConfig().modelsFolder });
afterAll(async () => {
  await removeLocalPostgres(join(config.benchFolder, 'books-serving', 'postgres'));
  await rm(folder, { recursive: true, force: true });
});

async function resultOf(data: string): Promise<ServingResult> {
  for await (const { result } of serving({ ...readArguments(['serving', '--data', data]), config })) {
    return servingResultSchema.parse(result);
  }
  throw new Error('the benchmark gave no result');
}

test('the real server is asked for many users by several connections while they act, and their acts are taken back', async () => {
  const jsonl = items.map((item) => `${JSON.stringify(item)}\n`).join('');
  const { load, startUp } = await resultOf(writeTestDataset(folder, { train: train(), items: jsonl }));
  expect(load).toMatchObject({ users: 432, usersOfAll: USERS, usersPerPass: 144, itemsPerPass: 21 });
  expect(load?.passes.map(({ name, connections, asked }) => `${name} ${connections} ${asked}`)).toEqual(
    ['similar', 'recommendations'].flatMap((name) =>
      [1, 4, 8].flatMap((connections) => ['first', 'repeated'].map((asked) => `${name} ${connections} ${asked}`)),
    ),
  );
  for (const { name, latency, perSecond } of load?.passes ?? []) {
    expect(latency.count).toBe(name === 'similar' ? 21 : 144);
    expect(perSecond).toBeGreaterThan(0);
  }
  expect(load?.events.count).toBeGreaterThan(0);
  expect(startUp.readyMs).toHaveLength(3);

  const left = await withReadOnlyDatabase(join(config.benchFolder, 'books-serving'), (database) =>
    database.query<{ type: string; isTakenBack: boolean }>(
      `SELECT type, bool_and(retracted OR value = 0) AS "isTakenBack" FROM events GROUP BY type ORDER BY type`,
    ),
  );
  expect(left.rows).toEqual([
    { type: 'click', isTakenBack: true },
    { type: 'dwell', isTakenBack: true },
    { type: 'hide', isTakenBack: true },
    { type: 'impression', isTakenBack: false },
    { type: 'save', isTakenBack: false },
  ]);
}, 240_000);
