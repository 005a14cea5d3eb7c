import { CHOICE_ITEMS_MAX } from '../evaluation/parameter-choice.ts';
import { DENSE_ITEMS_MAX } from '../item-item/prepared-catalog.ts';
import { BLOCK } from '../matrix/sweep-operator.ts';
import { TILE } from '../matrix/tiled-matrix.ts';
import { RANKER_USERS_MAX } from '../ranker/train-ranker.ts';

export interface HistorySize {
  readonly items: number;
  readonly users: number;
  readonly events: number;
}

/** Cost of a training, estimated by its size. */
export interface TrainingCost extends HistorySize {
  /** Memory of the matrices, and of the items past the largest dense fit: most of the total where there are many items. */
  readonly memoryMiB: number;
  readonly minutes: number;
}

/** Fits of all items that are fitted: of the content, of the data that the ranker learns from, and of the one that serves. */
const WHOLE_FITS = 3;
/** Fits of the part that parameters are chosen on. */
const PART_FITS = 18;
/** Work of a fit per pair of items beside its inverse, in products; measured with 3,000 items. */
const PRODUCTS_PER_PAIR = 4e-5;
/** Reading and writing an event, and its share of counting and sorting. */
const MINUTES_PER_EVENT = 0.5 / 1_000_000;

/*
 * The tail is the items past the largest dense fit. Its constants were measured by trainings of 4,000 to 32,000 synthetic
 * items with 384 dimensions and a head of 1,024 (`headMax`), step by step, by the processor time that each step took beyond
 * that of the head alone; a product took 4 ms at best. The processor was shared, so its times were taken at six tenths.
 */
/** Work per item of the tail and item of the catalog: extending content to and from it, and imputing its scores twice. */
const PRODUCTS_PER_TAIL_PAIR = 5e-6;
/** Work per item of the tail and of the head: their likeness, and the choice of the nearest. */
const PRODUCTS_PER_LIKENESS = 1.5e-5;
/** Work per user that the ranker learns from and item of the tail: candidates and their signals, three passes. */
const PRODUCTS_PER_USER_AND_ITEM = 1e-4;
/** Data, centred embeddings, likenesses and three kinds of rows, with what building them takes at once. */
const BYTES_PER_TAIL_ITEM = 8 * 1_024;

/**
 * Estimates a training on a machine that does nothing else: by the cube of the items up to the largest dense fit, and by
 * the square of the items past it.
 * @param productSeconds  Time of one product of shapes `[1024, 256]` and `[256, 1024]` on this machine.
 */
export function trainingCost(size: HistorySize, productSeconds: number): TrainingCost {
  const { items, users, events } = size;
  const head = Math.min(items, DENSE_ITEMS_MAX);
  const tail = items - head;
  const part = Math.min(items, CHOICE_ITEMS_MAX);
  const tiles = Math.ceil(head / TILE);
  // A kernel and a Gram matrix at once, half of each stored.
  const matrixBytes = 2 * ((tiles * (tiles + 1)) / 2) * TILE ** 2 * Float32Array.BYTES_PER_ELEMENT;
  const tailProducts =
    tail *
    (items * PRODUCTS_PER_TAIL_PAIR +
      head * PRODUCTS_PER_LIKENESS +
      Math.min(users, RANKER_USERS_MAX) * PRODUCTS_PER_USER_AND_ITEM);
  const products = WHOLE_FITS * productsOf(head) + PART_FITS * productsOf(part) + tailProducts;
  return {
    ...size,
    memoryMiB: Math.ceil((matrixBytes + tail * BYTES_PER_TAIL_ITEM) / 2 ** 20),
    minutes: (products * productSeconds) / 60 + events * MINUTES_PER_EVENT,
  };
}

/** Products in a dense fit of `size` items, most of them in its inverse. */
function productsOf(size: number): number {
  const tiles = Math.ceil(size / TILE);
  return (Math.ceil(size / BLOCK) * tiles * (tiles + 1)) / 2 + PRODUCTS_PER_PAIR * size ** 2;
}
