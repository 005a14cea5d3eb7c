import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Raised whenever files of an earlier format cannot be read any more. */
const FORMAT = 1;

const count = z.int().min(0);
const fileSchema = z.strictObject({ bytes: count, sha256: z.string().length(64) });
const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  catalog: z.string(),
  space: z.string(),
  /** The database that the change numbers belong to. */
  source: z.string(),
  dimensions: z.int().min(1),
  /** Every change up to this one is in the snapshot. */
  change: count,
  /** Number of live vectors. */
  size: count,
  slots: count,
  indexed: count,
  graph: z.strictObject({ count, size: count }),
  parameters: z.strictObject({ M: z.int().min(2), efConstruction: z.int().min(1) }),
  build: z.string().min(1),
  generation: count,
  tombstonesSinceMs: z.number().optional(),
  files: z.record(z.string(), fileSchema),
});

/** Says what a snapshot holds and what its files must be. */
export type SnapshotManifest = Omit<z.infer<typeof manifestSchema>, 'format'>;

/** The manifest as a file, with a checksum over itself, so that a changed number in it is noticed too. */
export function manifestText(manifest: SnapshotManifest): string {
  const body = { format: FORMAT, ...manifest };
  return `${JSON.stringify({ sha256: sha256Of(JSON.stringify(body)), manifest: body }, undefined, 2)}\n`;
}

/** Reads what `manifestText` wrote. @throws Error that says why the text is not a manifest of this format. */
export function parseManifest(text: string): SnapshotManifest {
  const { sha256, manifest } = z.strictObject({ sha256: z.string(), manifest: z.unknown() }).parse(JSON.parse(text));
  if (sha256 !== sha256Of(JSON.stringify(manifest))) throw new Error('the manifest does not match its checksum');
  const { format: _, ...rest } = manifestSchema.parse(manifest);
  return rest;
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
