import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ItemId, itemIdSchema } from '@kindred/shared/id';
import { vectorOf } from '@kindred/shared/numeric/vector';
import { z } from 'zod';
import type { ItemTable } from '../domain/item-table.ts';
import { NO_ROW, VectorStore } from '../domain/vector-store.ts';
import type { RestoredGeneration } from '../hnsw-generation.ts';
import { type GraphParameters, HnswGraph } from '../hnsw-graph.ts';
import type { BuildState } from '../saved-index.ts';
import { readChunks, sumOf } from './durable-file.ts';
import { CHUNK_SLOTS, GRAPH, ITEMS, MANIFEST, type SnapshotOrigin, VECTORS } from './snapshot-folder.ts';
import { parseManifest, type SnapshotManifest } from './snapshot-manifest.ts';

/** A snapshot in memory; the rows of its items are held in the table. */
export interface LoadedSnapshot extends RestoredGeneration {
  readonly build: BuildState;
  readonly change: number;
}

/** Properties that a snapshot must have to be loaded. */
export interface WantedSnapshot extends SnapshotOrigin {
  readonly dimensions: number;
  readonly parameters: GraphParameters;
  /** Highest change that the database has; a snapshot beyond it is of another history. */
  readonly head: number;
}

/**
 * Loads the newest snapshot that is whole and is what is asked for. All checksums are verified before the graph is
 * read, because a damaged graph would end the process.
 * @returns Without `snapshot` when there is none to load; `refusals` says what is wrong with each that was found.
 */
export async function loadSnapshot(
  folder: string,
  wanted: WantedSnapshot,
  items: ItemTable,
): Promise<{ readonly snapshot?: LoadedSnapshot; readonly refusals: readonly string[] }> {
  const refusals: string[] = [];
  for (const name of await snapshotNames(folder)) {
    const path = join(folder, name);
    try {
      const manifest = parseManifest(await readFile(join(path, MANIFEST), 'utf8'));
      requireMatch(manifest, wanted);
      for (const [file, { sha256 }] of Object.entries(manifest.files)) {
        if ((await sumOf(join(path, file))).sha256 !== sha256) throw new Error(`${file} does not match its checksum`);
      }
      return { snapshot: await restore(path, manifest, items), refusals };
    } catch (error) {
      refusals.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { refusals };
}

/** The newest first. */
async function snapshotNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((entry) => entry.startsWith('snapshot-'))
    .sort()
    .reverse();
}

function requireMatch(manifest: SnapshotManifest, { head, parameters, ...wanted }: WantedSnapshot): void {
  for (const name of ['catalog', 'space', 'source', 'dimensions'] as const) {
    if (manifest[name] !== wanted[name]) throw new Error(`its ${name} is ${manifest[name]}, not ${wanted[name]}`);
  }
  for (const name of ['M', 'efConstruction'] as const) {
    if (manifest.parameters[name] !== parameters[name]) throw new Error(`its ${name} is ${manifest.parameters[name]}`);
  }
  if (manifest.change > head) throw new Error(`it is at change ${manifest.change} of a database at ${head}`);
  const expected = manifest.graph.count > 0 ? [GRAPH, ITEMS, VECTORS] : [ITEMS, VECTORS];
  const named = Object.keys(manifest.files).sort();
  if (named.join() !== expected.join()) throw new Error(`it has the files ${named.join()}`);
}

async function restore(path: string, manifest: SnapshotManifest, items: ItemTable): Promise<LoadedSnapshot> {
  const { dimensions, indexed, slots, size, graph: counts, parameters, change } = manifest;
  const ids = z
    .array(itemIdSchema.nullable())
    .length(slots)
    .parse(JSON.parse(await readFile(join(path, ITEMS), 'utf8')));
  const live = ids.filter((id) => id !== null);
  if (live.length !== size || new Set(live).size !== size) throw new Error('its items are not those of its manifest');
  if (indexed > slots) throw new Error('its graph is larger than its items');
  const graph =
    counts.count > 0
      ? HnswGraph.load(join(path, GRAPH), { dimensions, ...counts, lastSlot: indexed - 1 })
      : HnswGraph.create(dimensions, parameters);
  const store = await restoreStore(join(path, VECTORS), { dimensions, ids, items });
  const { build, generation, tombstonesSinceMs } = manifest;
  return { store, graph, indexed, change, build: { build, generation, tombstonesSinceMs } };
}

async function restoreStore(
  path: string,
  { dimensions, ids, items }: { dimensions: number; ids: readonly (ItemId | null)[]; items: ItemTable },
): Promise<VectorStore> {
  const store = new VectorStore(dimensions);
  const vectorBytes = dimensions * Float32Array.BYTES_PER_ELEMENT;
  for await (const chunk of readChunks(path, vectorBytes * CHUNK_SLOTS)) {
    if (chunk.length % vectorBytes !== 0) throw new Error('its vectors are cut short');
    const vectors = vectorOf(chunk);
    for (let at = 0; at < vectors.length; at += dimensions) {
      const id = ids[store.slots];
      if (id === undefined) throw new Error('it has more vectors than items');
      store.append(id === null ? NO_ROW : items.hold(id), vectors.subarray(at, at + dimensions));
    }
  }
  if (store.slots !== ids.length) throw new Error('it has fewer vectors than items');
  return store;
}
