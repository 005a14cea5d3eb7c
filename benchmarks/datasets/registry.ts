import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const registeredDatasetSchema = z.strictObject({
  title: z.string(),
  source: z.string(),
  licence: z.string(),
  /** Users with fewer positives in training are not evaluated. */
  trainPositivesMin: z.int(),
  /** The sha256 of each file's uncompressed content. */
  files: z.record(z.string(), z.string()),
});

/** A public data set that the benchmarks know by name. */
export type RegisteredDataset = z.infer<typeof registeredDatasetSchema>;

/** For a data set that nobody registered. */
export const TRAIN_POSITIVES_MIN_DEFAULT = 5;

const registered = z
  .record(z.string(), registeredDatasetSchema)
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'registry.json'), 'utf8')));

export const REGISTERED_NAMES: readonly string[] = Object.keys(registered);

export function registeredDataset(name: string): RegisteredDataset | undefined {
  return Object.hasOwn(registered, name) ? registered[name] : undefined;
}
