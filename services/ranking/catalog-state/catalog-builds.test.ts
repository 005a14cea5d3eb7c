import { type ItemId, MAIN_CATALOG, type SpaceId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { ITEM, StateProbe } from './state-probe.fixture.ts';

const NEW = 'new' as ItemId;

test('the first request waits for the passes for a bounded time only', async () => {
  const probe = new StateProbe({ firstBuildMs: 5 }).create();
  const release = probe.hold('mean');
  const first = await probe.state();
  expect(first.missing).toEqual(['co-engagement', 'mean']);
  expect(first.nonPersonalized.latest).toHaveLength(1);
  await release();
  const built = await probe.state();
  expect(built.missing).toEqual([]);
  expect(built.version).not.toBe(first.version);
});

test('a pass that does not end is not started again', async () => {
  const probe = new StateProbe({ firstBuildMs: 5 }).create();
  probe.hold('mean');
  await probe.state();
  probe.putItem(NEW);
  for (let second = 0; second < 5; second++) await probe.stateAfter(1_001);
  expect(probe.count('mean')).toBe(1);
});

test('a part is built again only if it follows from something that changed', async () => {
  const probe = new StateProbe().create();
  const first = await probe.state();
  await probe.stateAfter(60_000);
  expect([probe.count('mean'), probe.count('coEngagement')]).toEqual([1, 1]);
  probe.putItem(NEW);
  const items = await probe.stateAfter(60_000);
  expect([probe.count('mean'), probe.count('coEngagement')]).toEqual([2, 1]);
  expect(items.mean?.version).not.toBe(first.mean?.version);
  probe.engage(NEW);
  const events = await probe.stateAfter(60_000);
  expect([probe.count('mean'), probe.count('coEngagement')]).toEqual([2, 2]);
  expect(events.graph?.items).toEqual([ITEM, NEW]);
  expect(events.mean).toBe(items.mean);
});

test.each([
  { tookMs: 0, pauseMs: 1_000 },
  { tookMs: 50, pauseMs: 1_000 },
  { tookMs: 400, pauseMs: 8_000 },
])('after a pass of $tookMs ms the next waits for $pauseMs ms', async ({ tookMs, pauseMs }) => {
  const probe = new StateProbe().create();
  probe.tookMs = tookMs;
  await probe.state();
  probe.engage(NEW);
  await probe.stateAfter(pauseMs);
  expect(probe.count('coEngagement')).toBe(1);
  await probe.stateAfter(1_001);
  expect(probe.count('coEngagement')).toBe(2);
});

test('a pass that failed is tried again after the same pause, and the last good part serves until then', async () => {
  const probe = new StateProbe().create();
  const before = await probe.state();
  probe.engage(NEW);
  probe.failing = new Set(['coEngagement']);
  probe.tookMs = 1_000;
  const failed = await probe.stateAfter(1_001);
  expect(failed.graph).toBe(before.graph);
  for (let second = 0; second < 15; second++) await probe.stateAfter(1_001);
  expect(probe.count('coEngagement')).toBe(2);
  probe.failing = new Set();
  const built = await probe.stateAfter(6_000);
  expect(probe.count('coEngagement')).toBe(3);
  expect(built.graph?.items).toEqual([ITEM, NEW]);
});

test.each(['trained', 'mean', 'coEngagement'] as const)(
  'a part whose pass fails stops no other: %s',
  async (failing) => {
    const probe = new StateProbe().create();
    probe.builder.putArtifact(MAIN_CATALOG, 1, trainedCatalog(1));
    probe.source.serveArtifact(MAIN_CATALOG, 1);
    probe.failing = new Set([failing]);
    const state = await probe.state();
    expect(state.trained !== undefined).toBe(failing !== 'trained');
    expect(state.mean !== undefined).toBe(failing !== 'mean');
    expect(state.graph !== undefined).toBe(failing !== 'coEngagement');
  },
);

test('the mean of a space is never that of another: a switch builds it at once', async () => {
  const probe = new StateProbe().create();
  probe.tookMs = 1_000;
  expect((await probe.state()).mean).toBeDefined();
  const next = 'next' as SpaceId;
  probe.builder.embed(MAIN_CATALOG, next, ITEM, Float32Array.of(0, 1, 0));
  probe.serve(next);
  const release = probe.hold('mean');
  const switched = await probe.stateAfter(1_001);
  expect(switched).toMatchObject({ space: next, mean: undefined, missing: ['mean'] });
  await release();
  const built = await probe.state();
  expect(built.mean?.vector).toEqual(Float32Array.of(0, 1, 0));
  expect(built.missing).toEqual([]);
});

test('a space without embeddings has no mean, and lacks none', async () => {
  const probe = new StateProbe().create();
  probe.builder.removeEmbedding(MAIN_CATALOG, 'space' as SpaceId, ITEM);
  expect(await probe.state()).toMatchObject({ mean: undefined, missing: [] });
});

test('the version changes with every part, and only then', async () => {
  const probe = new StateProbe().create();
  probe.builder.putArtifact(MAIN_CATALOG, 7, trainedCatalog(7));
  let { version } = await probe.state();
  const changes: readonly (() => void)[] = [
    () => probe.putItem(NEW),
    () => probe.engage(NEW),
    () => probe.source.serveArtifact(MAIN_CATALOG, 7),
    () => probe.source.serveArtifact(MAIN_CATALOG, null),
  ];
  for (const change of changes) {
    expect((await probe.stateAfter(60_000)).version).toBe(version);
    change();
    const changed = (await probe.stateAfter(60_000)).version;
    expect(changed).not.toBe(version);
    version = changed;
  }
});

test('the version changes once more when a part that follows from marks of before is built', async () => {
  const probe = new StateProbe().create();
  probe.tookMs = 1_000;
  const first = await probe.state();
  probe.putItem(NEW);
  probe.engage(NEW);
  const listed = await probe.stateAfter(1_001);
  expect([probe.count('mean'), probe.count('coEngagement')]).toEqual([1, 1]);
  const built = await probe.stateAfter(60_000);
  expect(built).toMatchObject({ nonPersonalized: listed.nonPersonalized, itemsChange: listed.itemsChange });
  expect(new Set([first, listed, built].map(({ version }) => version)).size).toBe(3);
  const graphs = [first, listed, built].map(({ version }) =>
    version.split('.').find((mark) => mark.startsWith('graph')),
  );
  expect(graphs[0]).toBe(graphs[1]);
  expect(graphs[2]).not.toBe(graphs[1]);
});
