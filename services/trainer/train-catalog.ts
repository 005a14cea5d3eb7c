import type { CatalogId } from '@kindred/shared/id';
import { encodeArtifact } from '@kindred/shared/model/artifact';
import { packIds } from '@kindred/shared/numeric/packed-ids';
import { train } from './domain/train.ts';
import type { MatrixProduct } from './matrix/matrix-product.ts';
import type { ArtifactStore, HistorySource } from './ports.ts';

export interface TrainCatalogParts {
  readonly history: HistorySource;
  readonly store: ArtifactStore;
  readonly multiply: MatrixProduct;
  /** Told what happens, in a few words. */
  readonly say: (line: string) => void;
}

/** Trains a catalog on its history as it is now, and lets the result serve. @returns Its version; `undefined` without users. */
export async function trainCatalog(catalog: CatalogId, parts: TrainCatalogParts): Promise<number | undefined> {
  const { history, store, multiply, say } = parts;
  const startMs = Date.now();
  let rowCount = 0;
  const { data, eventsChange, counts } = await history.read(catalog, (count) => {
    rowCount += count;
    say(`read ${rowCount} rows`);
  });
  if (counts.pairs === 0) return undefined;
  const { model, ranker, choice } = await train(data, multiply, say);
  const judged = ranker?.judged ?? {};
  const bytes = encodeArtifact({
    items: packIds(data.items),
    model,
    ranker: ranker && {
      weights: ranker.weights,
      scales: ranker.scales,
      knots: ranker.knots,
      takesTime: ranker.takesTime,
    },
  });
  const summary = {
    counts,
    parameters: { ...choice.parameters, historySeenWeight: choice.seenWeight },
    judged,
    hasRanker: ranker !== undefined,
    tookMs: Date.now() - startMs,
  };
  return store.save(catalog, { bytes, trainedAtMs: startMs, eventsChange, summary });
}
