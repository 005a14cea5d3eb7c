import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpaceKey } from '../../../domain/space.ts';

/** Files of one snapshot. */
export const MANIFEST = 'manifest.json';
export const GRAPH = 'graph.hnsw';
export const VECTORS = 'vectors.f32';
export const ITEMS = 'items.json';

/** Slots that are read and written at once. */
export const CHUNK_SLOTS = 512;

/** Names the data that a snapshot must be of, to be loaded. */
export interface SnapshotOrigin extends SpaceKey {
  /** The database that the change numbers belong to. */
  readonly source: string;
}

/** Folder of the snapshots of one space, one folder each. The name of a space may hold what a file name may not. */
export function snapshotFolder(root: string, { catalog, space }: SpaceKey): string {
  return join(root, catalog, createHash('sha256').update(space).digest('hex').slice(0, 32));
}

/** Removes all snapshots of a space. */
export async function dropSnapshots(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Removes the entries of a folder whose names are meant. */
export async function removeEntries(folder: string, isMeant: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (isMeant(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
