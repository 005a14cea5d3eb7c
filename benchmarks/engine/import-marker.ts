import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const markerSchema = z.strictObject({
  /** Key of the imported content. */
  key: z.string(),
  /** Start of the import: the time of rows that have none of their own. */
  startMs: z.int(),
  isComplete: z.boolean(),
});

/** Progress of the import into a folder, kept beside its database. */
export type ImportMarker = z.infer<typeof markerSchema>;

const FILE = 'bench-import.json';

/** @returns `undefined` where nothing was imported, or what is there cannot be read. */
export async function readMarker(folder: string): Promise<ImportMarker | undefined> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return markerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export async function writeMarker(folder: string, marker: ImportMarker): Promise<void> {
  await writeFile(join(folder, FILE), `${JSON.stringify(marker)}\n`, { flush: true });
}
