import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ItemId, itemIdSchema } from '@kindred/shared/id';
import { vectorOf } from '@kindred/shared/numeric/vector';
import { z } from 'zod';
import type { SpaceKey } from '../../../ports/index-engine.ts';
import type { ItemTable } from '../domain/item-table.ts';
import { createVectorStore, NO_ROW, type VectorStore } from '../domain/vector-store.ts';
import type { RestoredGeneration } from '../hnsw-generation.ts';
import { createHnswGraph, type GraphParameters, loadHnswGraph } from '../hnsw-graph.ts';
import type { BuildState, HnswIndex, SavedIndex } from '../hnsw-index.ts';
import { readChunks, sumOf, syncPath, writeDurably } from './durable-file.ts';
import { hnswFileProblem } from './graph-file.ts';
import { manifestText, parseManifest, type SnapshotManifest } from './snapshot-manifest.ts';

const MANIFEST = 'manifest.json';
const GRAPH = 'graph.hnsw';
const VECTORS = 'vectors.f32';
const ITEMS = 'items.json';
/** What a write that was killed leaves behind. */
const PARTIAL = 'partial-';
const CHUNK_SLOTS = 512;

/** What a snapshot must be of, to be loaded. */
export interface SnapshotOrigin extends SpaceKey {
  /** The database that the change numbers belong to. */
  readonly source: string;
}

/** Where the snapshots of one space lie, one folder each. The name of a space may hold what a file name may not. */
export function snapshotFolder(root: string, { catalog, space }: SpaceKey): string {
  return join(root, catalog, createHash('sha256').update(space).digest('hex').slice(0, 32));
}

/**
 * Writes a snapshot beside the last one, brings it to disk, reads it back and then puts it in its place: a crash, a
 * full disk or a failed write leaves the last one as it is. The index may change as soon as its graph is written.
 * @param folder  No other write to it may be under way.
 * @param origin  Every change up to `change` is in the index.
 * @returns What was saved.
 * @throws Error when the snapshot is not safely on disk.
 */
export async function writeSnapshot(
  folder: string,
  index: Pick<HnswIndex, 'save'>,
  origin: SnapshotOrigin & { readonly change: number },
): Promise<BuildState> {
  const partial = join(folder, `${PARTIAL}${randomBytes(6).toString('hex')}`);
  try {
    // Where the disk is full, just this room could be what is missing.
    await removeAll(folder, (name) => name.startsWith(PARTIAL));
    await mkdir(partial, { recursive: true });
    const saved = index.save(join(partial, GRAPH));
    const files = await writeFiles(partial, saved).finally(saved.release);
    await writeDurably(join(partial, MANIFEST), [Buffer.from(manifestText(manifestOf(saved, origin, files)))]);
    await syncPath(partial);
    const name = `snapshot-${String(origin.change).padStart(16, '0')}-${String(Date.now()).padStart(16, '0')}`;
    await rename(partial, join(folder, name));
    for (const path of [folder, dirname(folder), dirname(dirname(folder))]) await syncPath(path);
    await removeAll(folder, (other) => other !== name);
    return saved;
  } catch (cause) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    throw new Error(`the snapshot of ${origin.space} in ${origin.catalog} was not written`, { cause });
  }
}

/** A snapshot in memory; the rows of its items are held in the table. */
export interface LoadedSnapshot extends RestoredGeneration {
  readonly state: BuildState;
  readonly change: number;
}

/**
 * Loads the newest snapshot that is whole and is what is asked for. All checksums are verified before the graph is
 * read, because a damaged graph would end the process.
 * @param wanted  `head`: the highest change that the database has; a snapshot beyond it is of another history.
 * @returns Without `snapshot` when there is none to load; `refusals` says what is wrong with each that was found.
 */
export async function loadSnapshot(
  folder: string,
  wanted: SnapshotOrigin & { readonly dimensions: number; readonly parameters: GraphParameters; readonly head: number },
  items: ItemTable,
): Promise<{ readonly snapshot?: LoadedSnapshot; readonly refusals: readonly string[] }> {
  const refusals: string[] = [];
  const entries = await readdir(folder).catch(() => []);
  for (const name of entries
    .filter((entry) => entry.startsWith('snapshot-'))
    .sort()
    .reverse()) {
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

/** Removes all snapshots of a space. */
export async function dropSnapshots(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function removeAll(folder: string, isMeant: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (isMeant(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function writeFiles(folder: string, saved: SavedIndex): Promise<SnapshotManifest['files']> {
  const files: SnapshotManifest['files'] = {
    [VECTORS]: await writeDurably(join(folder, VECTORS), vectorChunks(saved)),
    [ITEMS]: await writeDurably(join(folder, ITEMS), [Buffer.from(JSON.stringify(saved.items))]),
  };
  if (saved.graph.count > 0) {
    const path = join(folder, GRAPH);
    const problem = await hnswFileProblem(path, {
      count: saved.graph.count,
      dimensions: saved.dimensions,
      M: saved.parameters.M,
    });
    if (problem !== undefined) throw new Error(problem);
    await syncPath(path);
    files[GRAPH] = await sumOf(path);
  }
  return files;
}

function* vectorChunks(saved: SavedIndex): Generator<Uint8Array> {
  for (let slot = 0; slot < saved.items.length; slot += CHUNK_SLOTS) {
    const { buffer } = saved.vectors(slot, Math.min(slot + CHUNK_SLOTS, saved.items.length));
    yield new Uint8Array(buffer);
  }
}

function manifestOf(
  saved: SavedIndex,
  { catalog, space, source, change }: SnapshotOrigin & { readonly change: number },
  files: SnapshotManifest['files'],
): SnapshotManifest {
  const { dimensions, indexed, graph, parameters, build, generation, tombstonesSinceMs, items } = saved;
  const size = items.filter((item) => item !== null).length;
  const identity = { catalog, space, source, dimensions, change, size, slots: items.length };
  return { ...identity, indexed, graph, parameters, build, generation, tombstonesSinceMs, files };
}

function requireMatch(
  manifest: SnapshotManifest,
  { head, parameters, ...wanted }: SnapshotOrigin & { dimensions: number; parameters: GraphParameters; head: number },
): void {
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
      ? loadHnswGraph(join(path, GRAPH), { dimensions, ...counts, lastSlot: indexed - 1 })
      : createHnswGraph(dimensions, parameters);
  const store = await restoreStore(join(path, VECTORS), { dimensions, ids, items });
  const { build, generation, tombstonesSinceMs } = manifest;
  return { store, graph, indexed, change, state: { build, generation, tombstonesSinceMs } };
}

async function restoreStore(
  path: string,
  { dimensions, ids, items }: { dimensions: number; ids: readonly (ItemId | null)[]; items: ItemTable },
): Promise<VectorStore> {
  const store = createVectorStore(dimensions);
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
