import { Counter, gauges, Histogram, type Registry } from '@kindred/shared/platform/metrics';
import type { ArtifactStore } from './artifact-store.ts';
import type { CatalogHistories } from './catalog-histories.ts';
import type { TrainingOutcome } from './training-runner.ts';

/** Counts of trainings. */
export interface TrainerMeter {
  /** Counts a training that ended. @param seconds  Time since its start. */
  ended(outcome: TrainingOutcome['kind'], seconds: number): void;
}

/** Registers the counts of trainings. */
export function trainerMeter(registry: Registry): TrainerMeter {
  const durations = new Histogram({
    name: 'kindred_training_duration_seconds',
    help: 'Duration of trainings that gave a version',
    buckets: [1, 10, 60, 300, 900, 3_600, 14_400],
    registers: [registry],
  });
  const trainings = new Counter({
    name: 'kindred_trainings_total',
    help: 'Trainings that ended, by outcome',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  return {
    ended: (outcome, seconds) => {
      trainings.inc({ outcome });
      if (outcome === 'trained') durations.observe(seconds);
    },
  };
}

/** Registers the ages of the versions that serve. */
export function artifactMetrics(registry: Registry, store: ArtifactStore, histories: CatalogHistories): void {
  gauges(
    registry,
    'kindred_artifact_age_seconds',
    'Time since the training of the version that serves a catalog; none where none serves',
    'catalog',
    async () => {
      const ages = new Map<string, number>();
      for (const catalog of await histories.catalogs()) {
        const serving = (await store.versions(catalog)).find(({ isServing }) => isServing);
        if (serving !== undefined) ages.set(catalog, (Date.now() - serving.trainedAtMs) / 1000);
      }
      return ages;
    },
  );
}
