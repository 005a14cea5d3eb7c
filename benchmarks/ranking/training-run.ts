import type { CatalogId } from '@kindred/shared/id';
import { type Artifact, decodeArtifact, encodeArtifact } from '@kindred/shared/model/artifact';
import { postgresArtifactStore } from '@kindred/trainer/adapters/postgres-artifact-store';
import { postgresHistorySource } from '@kindred/trainer/adapters/postgres-history-source';
import type { ArtifactStore, ArtifactSummary } from '@kindred/trainer/artifact-store';
import type { MatrixProduct } from '@kindred/trainer/matrix/matrix-product';
import { trainCatalog } from '@kindred/trainer/train-catalog';
import { withDatabase } from '../engine/with-database.ts';

type Saved = Parameters<ArtifactStore['save']>[1];

/** A training with what it saved, to save changes of it. */
export interface KeptRun {
  readonly saved: Saved;
  readonly version: number;
  readonly seconds: number;
}

export interface TrainingRun {
  readonly summary: ArtifactSummary;
  readonly seconds: number;
  /** The artifact as it was trained, and the same without the ranker: what it finds is then fused by fixed weights. */
  readonly versions: { readonly trained: number; readonly fixed: number };
}

/**
 * Trains a prepared catalog as the trainer does, on its own database; no engine runs on the folder.
 * @returns `undefined` where there is nothing to train on.
 */
export function trainKept(folder: string, catalog: CatalogId, multiply: MatrixProduct): Promise<KeptRun | undefined> {
  return withDatabase(folder, async (database) => {
    const store = postgresArtifactStore(database);
    let saved: Saved | undefined;
    const keeping: ArtifactStore = {
      ...store,
      save: (of, artifact) => {
        saved = artifact;
        return store.save(of, artifact);
      },
    };
    const startMs = performance.now();
    const history = postgresHistorySource(database);
    const version = await trainCatalog(catalog, { history, store: keeping, multiply, say: sayRarely() });
    const seconds = (performance.now() - startMs) / 1_000;
    return version === undefined || saved === undefined ? undefined : { saved, version, seconds };
  });
}

/** Saves what was trained once more, changed. @returns The version, which serves from the next start on. */
export function saveChanged(
  folder: string,
  catalog: CatalogId,
  saved: Saved,
  change: (artifact: Artifact) => Artifact,
): Promise<number> {
  const bytes = encodeArtifact(change(decodeArtifact(new Uint8Array(saved.bytes))));
  return withDatabase(folder, (database) => postgresArtifactStore(database).save(catalog, { ...saved, bytes }));
}

/** As `trainKept`, with what the contenders serve. */
export async function trainPrepared(
  folder: string,
  catalog: CatalogId,
  multiply: MatrixProduct,
): Promise<TrainingRun | undefined> {
  const run = await trainKept(folder, catalog, multiply);
  if (run === undefined) return undefined;
  const { saved, version: trained, seconds } = run;
  const fixed = await saveChanged(folder, catalog, saved, (artifact) => ({ ...artifact, ranker: undefined }));
  return { summary: saved.summary, seconds, versions: { trained, fixed } };
}

/** Lets a version serve from the next start on. @throws Error when it is gone. */
export async function serveVersion(folder: string, catalog: CatalogId, version: number): Promise<void> {
  const isThere = await withDatabase(folder, (database) => postgresArtifactStore(database).serve(catalog, version));
  if (!isThere) throw new Error(`version ${version} of what was trained on ${catalog} is gone`);
}

const SAID_EVERY_MS = 5_000;

function sayRarely(): (line: string) => void {
  let saidMs = 0;
  return (line) => {
    if (performance.now() - saidMs < SAID_EVERY_MS) return;
    saidMs = performance.now();
    console.log(`ranking: training: ${line}`);
  };
}
