import { copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSource } from './model-source.ts';

/** A folder that the user gives, with the files as `FOLDER/<model>/…` or `FOLDER/…`. */
export function folderModelSource(folder: string): ModelSource {
  return {
    name: 'KINDRED_MODEL_FILES',
    bring: async (model, file, path) => {
      for (const given of [join(folder, model.name, file.path), join(folder, file.path)]) {
        const found = await stat(given).catch(() => undefined);
        if (!found?.isFile()) continue;
        return copyFile(given, path);
      }
      throw new Error(`${folder} has no ${file.path}`);
    },
  };
}
