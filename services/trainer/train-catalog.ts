import type { CatalogId } from '@kindred/shared/id';
import { encodeArtifact } from '@kindred/shared/model/artifact';
import { packIds } from '@kindred/shared/numeric/packed-ids';
import type { ArtifactStore } from './artifact-store.ts';
import { type Trained, train } from './domain/train.ts';
import type { Choice } from './evaluation/parameter-choice.ts';
import type { History, HistorySource } from './history-source.ts';
import type { MatrixProduct } from './matrix/matrix-product.ts';
import type { Judged } from './ranker/ranker-form.ts';

export interface TrainCatalogParts {
  readonly history: HistorySource;
  readonly store: ArtifactStore;
  readonly multiply: MatrixProduct;
  /** Called with each step, in a few words. */
  readonly say: (line: string) => void;
}

/**
 * Trains a catalog on its history as it is now, and lets the result serve.
 * @returns Its version; `undefined` without any pair of a user and an item, where nothing is stored.
 */
export async function trainCatalog(
  catalog: CatalogId,
  { history, store, multiply, say }: TrainCatalogParts,
): Promise<number | undefined> {
  const startMs = Date.now();
  let rowCount = 0;
  const { data, eventsChange, counts, repeatShare } = await history.read(catalog, (count) => {
    rowCount += count;
    say(`read ${rowCount} rows`);
  });
  if (counts.pairs === 0) return undefined;
  const trained = await train(data, multiply, say);
  const { ranker, judged, choice } = trained;
  const bytes = artifactBytes({ data, repeatShare }, trained);
  const summary = {
    counts,
    parameters: { ...chosenParameters(choice), ...(ranker && { diversity: ranker.diversity }) },
    judged: judged === undefined ? {} : ndcgsOf(judged),
    ...(judged && { rankedBy: ranker === undefined ? 'fusion' : judged.form }),
    hasRanker: ranker !== undefined,
    repeatShare,
    tookMs: Date.now() - startMs,
  };
  return store.save(catalog, { bytes, trainedAtMs: startMs, eventsChange, summary });
}

function artifactBytes(
  { data, repeatShare }: Pick<History, 'data' | 'repeatShare'>,
  { model, ranker }: Trained,
): Uint8Array {
  return encodeArtifact({ items: packIds(data.items), model, ranker, repeatShare });
}

/** A half-life of ∞ is absent, as JSON has none. */
function chosenParameters({ parameters, counting }: Choice): Readonly<Record<string, number>> {
  const { seenWeight: historySeenWeight, historyHalfLifeDays } = counting;
  const all = { ...parameters, historySeenWeight, historyHalfLifeDays };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)));
}

function ndcgsOf({ ranker, fusion, bySource }: Judged): Readonly<Record<string, number>> {
  return { ranker, fusion, ...Object.fromEntries(bySource) };
}
