import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clusteredVectors } from '../../../clustered-vectors.fixture.ts';
import { HnswGraph } from '../hnsw-graph.ts';
import { HNSW_DEFAULTS } from '../hnsw-options.ts';
import { graphFileProblem } from './graph-file.ts';

const dimensions = 16;

test('a graph file that was cut short while it was written is noticed, and so is another graph', async () => {
  const root = await mkdtemp(join(tmpdir(), 'kindred-graph-'));
  const path = join(root, 'graph');
  const graph = HnswGraph.create(dimensions, HNSW_DEFAULTS);
  clusteredVectors({ count: 300, dimensions, seed: 3 }).forEach((vector, slot) => {
    graph.add(slot, vector);
  });
  graph.save(path);
  const shape = { count: 300, dimensions, M: HNSW_DEFAULTS.M };
  expect(await graphFileProblem(path, shape)).toBeUndefined();
  expect(await graphFileProblem(path, { ...shape, dimensions: 8 })).toContain('nodes');
  const { length } = await readFile(path);
  for (const bytes of [length - 1, length - 600, 1_000, 50, 0]) {
    await truncate(path, bytes);
    expect(await graphFileProblem(path, shape)).toBeDefined();
  }
  await rm(root, { recursive: true });
});
