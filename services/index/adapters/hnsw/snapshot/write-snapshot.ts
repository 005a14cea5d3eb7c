import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HnswIndex } from '../hnsw-index.ts';
import type { BuildState, SavedIndex } from '../saved-index.ts';
import { sumOf, syncPath, writeDurably } from './durable-file.ts';
import { graphFileProblem } from './graph-file.ts';
import { CHUNK_SLOTS, GRAPH, ITEMS, MANIFEST, removeEntries, type SnapshotOrigin, VECTORS } from './snapshot-folder.ts';
import { manifestText, type SnapshotManifest } from './snapshot-manifest.ts';

/** Left behind by a write that was killed. */
const PARTIAL = 'partial-';

/**
 * Writes a snapshot beside the last one, brings it to disk, reads it back and then puts it in its place: a crash, a
 * full disk or a failed write leaves the last one as it is. The index may change as soon as its graph is written.
 * @param folder  No other write to it may be under way.
 * @param origin  Every change up to `change` is in the index.
 * @returns The build that was saved.
 * @throws Error when the snapshot is not safely on disk.
 */
export async function writeSnapshot(
  folder: string,
  index: Pick<HnswIndex, 'save'>,
  origin: SnapshotOrigin & { readonly change: number },
): Promise<BuildState> {
  const partial = join(folder, `${PARTIAL}${randomBytes(6).toString('hex')}`);
  try {
    // On a full disk, just this room could be missing.
    await removeEntries(folder, (name) => name.startsWith(PARTIAL));
    await mkdir(partial, { recursive: true });
    const saved = index.save(join(partial, GRAPH));
    const files = await writeFiles(partial, saved).finally(saved.release);
    await writeDurably(join(partial, MANIFEST), [Buffer.from(manifestText(manifestOf(saved, origin, files)))]);
    await syncPath(partial);
    const name = `snapshot-${String(origin.change).padStart(16, '0')}-${String(Date.now()).padStart(16, '0')}`;
    await rename(partial, join(folder, name));
    for (const path of [folder, dirname(folder), dirname(dirname(folder))]) await syncPath(path);
    await removeEntries(folder, (other) => other !== name);
    return saved;
  } catch (cause) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    throw new Error(`the snapshot of ${origin.space} in ${origin.catalog} was not written`, { cause });
  }
}

async function writeFiles(folder: string, saved: SavedIndex): Promise<SnapshotManifest['files']> {
  const files: SnapshotManifest['files'] = {
    [VECTORS]: await writeDurably(join(folder, VECTORS), vectorChunks(saved)),
    [ITEMS]: await writeDurably(join(folder, ITEMS), [Buffer.from(JSON.stringify(saved.items))]),
  };
  if (saved.graph.count > 0) {
    const path = join(folder, GRAPH);
    const { graph, dimensions, parameters } = saved;
    const problem = await graphFileProblem(path, { count: graph.count, dimensions, M: parameters.M });
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
  return {
    catalog,
    space,
    source,
    dimensions,
    change,
    size,
    slots: items.length,
    indexed,
    graph,
    parameters,
    build,
    generation,
    tombstonesSinceMs,
    files,
  };
}
