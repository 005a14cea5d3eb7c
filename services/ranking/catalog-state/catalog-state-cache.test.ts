import { setImmediate } from 'node:timers/promises';
import { type CatalogId, type ItemId, MAIN_CATALOG } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import type { CatalogState } from './catalog-states.ts';
import { ITEM, SPACE, StateProbe } from './state-probe.fixture.ts';

const OTHER = 'other' as CatalogId;
const NEW = 'new' as ItemId;
const HOUR_MS = 3_600_000;
const latestOf = (state: CatalogState | undefined) => state?.nonPersonalized.latest.map(({ item }) => item);

test('the first request gets the whole state, and those within a second cost nothing', async () => {
  const probe = new StateProbe().create();
  const state = await probe.state();
  expect(state).toMatchObject({ space: SPACE, missing: [], itemsChange: 2 });
  expect(latestOf(state)).toEqual([ITEM]);
  expect(state.mean?.vector).toEqual(Float32Array.of(1, 2));
  expect(state.graph?.items).toEqual([ITEM]);
  const { length } = probe.asked;
  probe.nowMs += 1_000;
  for (let request = 0; request < 3; request++) expect(await probe.state()).toBe(state);
  expect(probe.asked).toHaveLength(length);
});

test('an older state answers the next request and is refreshed behind it, once for all requests', async () => {
  const probe = new StateProbe().create();
  const before = await probe.state();
  probe.putItem(NEW);
  probe.nowMs += 1_001;
  const release = probe.hold('marks');
  for (let request = 0; request < 3; request++) expect(await probe.state()).toBe(before);
  await release();
  expect(latestOf(await probe.state())).toEqual([NEW, ITEM]);
  expect(probe.count('marks')).toBe(2);
});

test('lists are read only if their marks have moved', async () => {
  const probe = new StateProbe().create();
  await probe.state();
  await probe.stateAfter(1_001);
  expect(probe.count('lists')).toBe(1);
  probe.engage(NEW);
  const state = await probe.stateAfter(1_001);
  expect(probe.count('lists')).toBe(2);
  expect(state.nonPersonalized.trending.map(({ item }) => item)).toEqual([NEW, ITEM]);
});

test('a fresh state waits for a refresh that began after the call', async () => {
  const probe = new StateProbe().create();
  await probe.state();
  probe.nowMs += 1_001;
  const release = probe.hold('lists');
  probe.putItem('early' as ItemId);
  await probe.state();
  await setImmediate();
  // The refresh that is under way has read its marks: it does not see what is written now.
  probe.putItem(NEW);
  const fresh = Promise.all([probe.cache.of(MAIN_CATALOG, true), probe.cache.of(MAIN_CATALOG, true)]);
  await release();
  for (const state of await fresh) expect(latestOf(state)).toContain(NEW);
  expect(probe.count('marks')).toBe(3);
});

test('a fresh state is read within the second too, and as the first of all', async () => {
  const probe = new StateProbe().create();
  expect(latestOf(await probe.cache.of(MAIN_CATALOG, true))).toEqual([ITEM]);
  probe.putItem(NEW);
  expect(latestOf(await probe.state())).toEqual([ITEM]);
  expect(latestOf(await probe.cache.of(MAIN_CATALOG, true))).toEqual([NEW, ITEM]);
});

test('while the source fails, the last state answers and the source is asked once a second', async () => {
  const probe = new StateProbe().create();
  const before = await probe.state();
  probe.failing = new Set(['marks']);
  probe.nowMs += 1_001;
  const asked = probe.count('marks');
  for (let request = 0; request < 20; request++) {
    expect(await probe.state()).toBe(before);
    await setImmediate();
  }
  expect(probe.count('marks')).toBe(asked + 1);
  await expect(probe.cache.of(MAIN_CATALOG, true)).rejects.toThrow('marks is unavailable');
  probe.failing = new Set();
  probe.putItem(NEW);
  expect(latestOf(await probe.stateAfter(1_001))).toEqual([NEW, ITEM]);
});

test('lists that could not be read are read by the next refresh', async () => {
  const probe = new StateProbe().create();
  await probe.state();
  probe.putItem(NEW);
  probe.failing = new Set(['lists']);
  expect(latestOf(await probe.stateAfter(1_001))).toEqual([ITEM]);
  probe.failing = new Set();
  expect(latestOf(await probe.stateAfter(1_001))).toEqual([NEW, ITEM]);
});

test.each(['exists', 'marks', 'lists'] as const)(
  'a first request that fails at %s is not remembered',
  async (question) => {
    const probe = new StateProbe().create();
    probe.failing = new Set([question]);
    await expect(probe.state()).rejects.toThrow(`${question} is unavailable`);
    probe.failing = new Set();
    expect(latestOf(await probe.state())).toEqual([ITEM]);
  },
);

test('a catalog that does not exist has no state, until it does', async () => {
  const probe = new StateProbe();
  expect(await probe.cache.of(MAIN_CATALOG, false)).toBeUndefined();
  expect(await probe.cache.of(MAIN_CATALOG, true)).toBeUndefined();
  expect(probe.count('marks')).toBe(0);
  probe.create();
  expect(latestOf(await probe.state())).toEqual([ITEM]);
});

test('requests that come together share the first reading', async () => {
  const probe = new StateProbe().create();
  const states = await Promise.all([probe.state(), probe.state(), probe.state()]);
  expect(new Set(states).size).toBe(1);
  expect(probe.count('exists')).toBe(1);
});

test('no catalog waits for another', async () => {
  const probe = new StateProbe().create().create(OTHER);
  await probe.state(OTHER);
  const release = probe.hold('exists', MAIN_CATALOG);
  const first = probe.state();
  probe.putItem(NEW, OTHER);
  expect(latestOf(await probe.cache.of(OTHER, true))).toEqual([NEW, ITEM]);
  await release();
  expect(latestOf(await first)).toEqual([ITEM]);
});

test('a catalog without requests for an hour is forgotten, one with requests is not', async () => {
  const probe = new StateProbe().create();
  await probe.state();
  for (let half = 0; half < 4; half++) await probe.stateAfter(HOUR_MS / 2);
  expect(probe.count('exists')).toBe(1);
  await probe.stateAfter(HOUR_MS + 1);
  expect(probe.count('exists')).toBe(2);
});

test('stops its builder', async () => {
  const probe = new StateProbe().create();
  await probe.state();
  await probe.cache.stop();
  expect(probe.count('stop')).toBe(1);
});
