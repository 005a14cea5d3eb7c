import { z } from 'zod';
import { type ArrayFile, decodeArrayFile, encodeArrayFile, type NumberArray } from '../numeric/array-file.ts';
import type { PackedIds } from '../numeric/packed-ids.ts';
import type { SparseRows } from '../numeric/sparse-rows.ts';
import type { ItemModel } from './item-model.ts';
import type { Ranker } from './ranker.ts';
import { CURVES, FEATURES, KNOTS } from './ranking-features.ts';

/** Weights that the trainer fits to a catalog's history and ranking scores by. */
export interface Artifact {
  /** Ids by number, rising by their bytes. */
  readonly items: PackedIds;
  readonly model: ItemModel;
  /** `undefined` where the history was too thin to learn weights from, or where they ordered no better than fusion. */
  readonly ranker: Ranker | undefined;
  /** Share, in [0, 1], of the users' engaged items that they came back to on another day. */
  readonly repeatShare: number;
}

const FORM = 8;
const aboutSchema = z.object({
  form: z.literal(FORM),
  seenWeight: z.number().min(0).max(1),
  repeatShare: z.number().min(0).max(1),
  /** Absent for ∞, which JSON does not have. */
  historyHalfLifeDays: z.number().positive().optional(),
  ranker: z
    .object({
      weights: z.array(z.number()).length(FEATURES.length),
      diversity: z.number().min(0).max(1),
      scales: z.object({
        floors: z.object({
          collaborative: z.number().positive(),
          transitions: z.number().positive(),
          coEngagement: z.number().positive(),
          content: z.number().positive(),
        }),
        meanShare: z.number().min(0).max(1),
      }),
      knots: z.array(z.number()).length(KNOTS * CURVES.length),
      takesTrends: z.boolean(),
      takesOrder: z.boolean(),
    })
    .optional(),
});

export function encodeArtifact({ items, model, ranker, repeatShare }: Artifact): Uint8Array<ArrayBuffer> {
  const rows = (name: string, { starts, columns, values }: SparseRows): Record<string, NumberArray> => ({
    [`${name} starts`]: starts,
    [`${name} columns`]: columns,
    [`${name} values`]: values,
  });
  const { collaborative, content, imputed, transitions, positives, seen, seenWeight, historyHalfLifeDays } = model;
  return encodeArrayFile({
    about: {
      form: FORM,
      seenWeight,
      repeatShare,
      ...(Number.isFinite(historyHalfLifeDays) && { historyHalfLifeDays }),
      ...(ranker && { ranker }),
    },
    arrays: {
      'item bytes': items.bytes,
      'item ends': items.ends,
      ...rows('collaborative', collaborative),
      ...rows('content', content),
      ...rows('imputed', imputed),
      ...rows('transitions', transitions),
      positives,
      seen,
    },
  });
}

/** @throws when the bytes are no artifact of this form: it is trained anew. The arrays share the memory of `bytes`. */
export function decodeArtifact(bytes: Uint8Array<ArrayBuffer>): Artifact {
  const file = decodeArrayFile(bytes);
  const { seenWeight, repeatShare, historyHalfLifeDays, ranker } = aboutSchema.parse(file.about);
  const rows = (name: string): SparseRows => ({
    starts: arrayOf(file, `${name} starts`, Int32Array),
    columns: arrayOf(file, `${name} columns`, Int32Array),
    values: arrayOf(file, `${name} values`, Float32Array),
  });
  return {
    items: { bytes: arrayOf(file, 'item bytes', Uint8Array), ends: arrayOf(file, 'item ends', Int32Array) },
    model: {
      collaborative: rows('collaborative'),
      content: rows('content'),
      imputed: rows('imputed'),
      transitions: rows('transitions'),
      positives: arrayOf(file, 'positives', Float32Array),
      seen: arrayOf(file, 'seen', Float32Array),
      seenWeight,
      historyHalfLifeDays: historyHalfLifeDays ?? Number.POSITIVE_INFINITY,
    },
    ranker,
    repeatShare,
  };
}

function arrayOf<T extends NumberArray>(
  { arrays }: ArrayFile,
  name: string,
  kind: abstract new (...words: never[]) => T,
): T {
  const array = arrays[name];
  if (!(array instanceof kind)) throw new RangeError(`the artifact has no ${name}`);
  return array;
}
