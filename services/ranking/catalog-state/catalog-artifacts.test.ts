import { MAIN_CATALOG } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { trainedCatalog } from '../sources/trained-catalog.fixture.ts';
import { StateProbe } from './state-probe.fixture.ts';

const ARTIFACTS = [1, 2, 3].map((version) => ({ ...trainedCatalog(version), version }));

/** A catalog of three artifacts, whose second is damaged; the given one should rank. */
function probeOf(version: number | null): StateProbe {
  const probe = new StateProbe().create();
  const [first, , third] = ARTIFACTS;
  probe.builder.putArtifact(MAIN_CATALOG, 1, first);
  probe.builder.putArtifact(MAIN_CATALOG, 2, undefined);
  probe.builder.putArtifact(MAIN_CATALOG, 3, third);
  probe.source.serveArtifact(MAIN_CATALOG, version);
  return probe;
}

test('a catalog that was never trained has no artifact, and asks for none', async () => {
  const probe = probeOf(null);
  expect((await probe.state()).trained).toBeUndefined();
  await probe.stateAfter(60_000);
  expect(probe.count('trained')).toBe(0);
});

test('an artifact is loaded once, and the next one takes over within seconds', async () => {
  const probe = probeOf(1);
  expect((await probe.state()).trained).toBe(ARTIFACTS[0]);
  probe.tookMs = 5_000;
  await probe.stateAfter(60_000);
  expect(probe.count('trained')).toBe(1);
  probe.source.serveArtifact(MAIN_CATALOG, 3);
  expect((await probe.stateAfter(1_001)).trained).toBe(ARTIFACTS[2]);
  probe.source.serveArtifact(MAIN_CATALOG, 1);
  expect((await probe.stateAfter(1_001)).trained).toBe(ARTIFACTS[0]);
});

test('a damaged artifact leaves the last good one, and is not tried again until another should rank', async () => {
  const probe = probeOf(1);
  await probe.state();
  probe.source.serveArtifact(MAIN_CATALOG, 2);
  for (let minute = 0; minute < 5; minute++) {
    expect((await probe.stateAfter(60_000)).trained).toBe(ARTIFACTS[0]);
  }
  expect(probe.count('trained')).toBe(2);
  probe.source.serveArtifact(MAIN_CATALOG, 3);
  expect((await probe.stateAfter(1_001)).trained).toBe(ARTIFACTS[2]);
});

test('an artifact that the store did not give is asked for again after a pause', async () => {
  const probe = probeOf(3);
  probe.failing = new Set(['trained']);
  probe.tookMs = 100;
  expect((await probe.state()).trained).toBeUndefined();
  await probe.stateAfter(1_001);
  expect(probe.count('trained')).toBe(1);
  probe.failing = new Set();
  expect((await probe.stateAfter(2_000)).trained).toBe(ARTIFACTS[2]);
  await probe.stateAfter(60_000);
  expect(probe.count('trained')).toBe(2);
});

test('a catalog whose artifacts were withdrawn is ranked without', async () => {
  const probe = probeOf(3);
  await probe.state();
  probe.source.serveArtifact(MAIN_CATALOG, null);
  expect((await probe.stateAfter(1_001)).trained).toBeUndefined();
  expect(probe.count('trained')).toBe(1);
});
