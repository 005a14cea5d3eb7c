import type { CatalogId } from '@kindred/shared/id';
import type { TrainingCost } from './domain/training-cost.ts';

/** The end of a training. */
export type TrainingOutcome =
  | { readonly kind: 'trained'; readonly version: number }
  /** Nobody has any event on an item that exists: no version serves from now on. */
  | { readonly kind: 'nothing' }
  /** Another process is training the catalog. */
  | { readonly kind: 'elsewhere' }
  /** The training could not begin, for a reason that has nothing to do with its catalog. */
  | { readonly kind: 'not-started'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface TrainingListener {
  /** Called once, before the work begins. */
  onCost(cost: TrainingCost): void;
  /** Called with each step, in a few words. */
  onLine(line: string): void;
}

/** Trains catalogs where no request has to wait for it. */
export interface TrainingRunner {
  /** Trains a catalog and lets the result serve. One at a time; never rejects. */
  run(catalog: CatalogId, listener: TrainingListener): Promise<TrainingOutcome>;
  /** Ends the training that runs, without a result, within a second or so; no other begins. */
  stop(): Promise<void>;
}
