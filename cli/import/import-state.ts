import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '@kindred/shared/hash';
import { z } from 'zod';

const countSchema = z.int().min(0);

const stateSchema = z.object({
  /** The begin of the import, ISO 8601: the time of events that have none. */
  startedAt: z.iso.datetime(),
  /** The part of the import that is at hand, from 0. */
  part: countSchema,
  /** The last line of that part that the server acknowledged; 0 for none. */
  line: countSchema,
  items: countSchema,
  events: countSchema,
  rejected: countSchema,
});

/** The state of an import after an acknowledged batch. */
export type ImportState = Readonly<z.infer<typeof stateSchema>>;

/** The identity of an import: a second one with the same goes on from where the first stopped. */
export interface ImportIdentity {
  readonly url: string;
  readonly catalog: string;
  /** Absolute. */
  readonly path: string;
  readonly contentSha256: string;
}

/** Keeps one import's state in a file. */
export interface StateFile {
  /** @returns `undefined` before the first batch, or for a damaged file: starting over does no harm. */
  read(): Promise<ImportState | undefined>;
  /** On disk when it resolves; a kill at any moment leaves the state before or after. */
  write(state: ImportState): Promise<void>;
  remove(): Promise<void>;
}

/** The file that holds an import's progress: one per server, catalog, path and content. */
export function stateFileOf(folder: string, { url, catalog, path, contentSha256 }: ImportIdentity): StateFile {
  const file = join(folder, `${sha256(JSON.stringify([url, catalog, path, contentSha256]))}.json`);
  // One name, so that a draft that a kill left behind is written over or removed.
  const draft = `${file}.tmp`;
  return {
    read: async () => {
      const text = await readFile(file, 'utf8').catch(() => '');
      const parsed = stateSchema.safeParse(jsonOf(text));
      return parsed.success ? parsed.data : undefined;
    },
    write: async (state) => {
      await mkdir(dirname(file), { recursive: true });
      {
        await using handle = await open(draft, 'w');
        await handle.writeFile(JSON.stringify(state));
        await handle.sync();
      }
      await rename(draft, file);
    },
    remove: async () => {
      await rm(file, { force: true });
      await rm(draft, { force: true });
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
