import { CHOICE_ITEMS_MAX } from '../evaluation/parameter-choice.ts';
import { DENSE_ITEMS_MAX } from '../item-item/prepared-catalog.ts';
import { TILE } from '../matrix/tiled-matrix.ts';

export interface HistorySize {
  readonly items: number;
  readonly users: number;
  readonly events: number;
}

/** What a training will take, by its size. */
export interface TrainingCost extends HistorySize {
  /** Of the matrices, which are the most of it where there are many items. */
  readonly memoryMiB: number;
  readonly minutes: number;
}

/** As `negateInverse` sweeps them. */
const BLOCK = 256;
/** Of all items that are fitted: the content's, the one that the ranker learns from, and the one that serves. */
const WHOLE_FITS = 3;
/** Of the part that parameters are chosen on. */
const PART_FITS = 18;
/** What else a fit does with every pair of items, in products; measured with 3,000 items. */
const PRODUCTS_PER_PAIR = 4e-5;
/** Reading and writing an event, and its share of what is counted and sorted. */
const MINUTES_PER_EVENT = 0.5 / 1_000_000;

/**
 * An estimate, from the cube of the items, for a machine that does nothing else.
 * @param productSeconds  What this machine takes for one product of shapes `[1024, 256]` and `[256, 1024]`.
 */
export function trainingCost(size: HistorySize, productSeconds: number): TrainingCost {
  const { items, events } = size;
  const fitted = Math.min(items, DENSE_ITEMS_MAX);
  const part = Math.min(items, CHOICE_ITEMS_MAX);
  const tiles = Math.ceil(fitted / TILE);
  // A kernel and a Gram matrix at once, half of each stored.
  const bytes = 2 * ((tiles * (tiles + 1)) / 2) * TILE ** 2 * Float32Array.BYTES_PER_ELEMENT;
  const products = WHOLE_FITS * productsOf(fitted) + PART_FITS * productsOf(part);
  return {
    ...size,
    memoryMiB: Math.ceil(bytes / 2 ** 20),
    minutes: (products * productSeconds) / 60 + events * MINUTES_PER_EVENT,
  };
}

/** In a fit of so many items, of which the most are in its inverse. */
function productsOf(size: number): number {
  const tiles = Math.ceil(size / TILE);
  return (Math.ceil(size / BLOCK) * tiles * (tiles + 1)) / 2 + PRODUCTS_PER_PAIR * size ** 2;
}
