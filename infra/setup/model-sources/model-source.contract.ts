import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_MODEL, type KnownModel, knownModel } from '@kindred/shared/embedding/known-models';
import { expect, test } from 'vitest';
import type { ModelFile, ModelSource } from './model-source.ts';

const model: KnownModel = knownModel(DEFAULT_MODEL)!;
const CONTENT = Buffer.from('The content of a file. '.repeat(500));

/** A file of the known model, under the size that a test wants. */
function fileOf(path: string, bytes: number): ModelFile {
  return {
    path,
    bytes,
    sha256: '0'.repeat(64),
    hub: { repository: 'kindred/tests', path },
    maven: { artifact: 'kindred:tests:1.0', path },
  };
}

export interface ModelSourceContract {
  /** A folder that each test may write to. */
  readonly folder: string;
  /** @returns A source that has one file, `there.bin`, with this content. */
  start(content: Buffer): Promise<ModelSource>;
  /** False for a source of this machine, whose files may have any size. */
  readonly isBounded: boolean;
}

/** Promises of each `ModelSource`. */
export function modelSourceContract({ folder, start, isBounded }: ModelSourceContract): void {
  test('writes the bytes of a file that it has', async () => {
    const source = await start(CONTENT);
    const path = join(folder, 'brought.bin');
    await source.bring(model, fileOf('there.bin', CONTENT.length), path);
    expect(await readFile(path)).toEqual(CONTENT);
  });

  test('throws the reason for a file that it does not have', async () => {
    const source = await start(CONTENT);
    const bringing = source.bring(model, fileOf('missing.bin', 10), join(folder, 'missing.bin'));
    await expect(bringing).rejects.toThrow(/missing\.bin|404/);
  });

  if (!isBounded) return;
  test('throws for a file that is larger than it is known to be', async () => {
    const source = await start(CONTENT);
    const bringing = source.bring(model, fileOf('there.bin', CONTENT.length - 1), join(folder, 'large.bin'));
    await expect(bringing).rejects.toThrow(/11499/);
  });
}
