import { lstat, mkdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchConfig } from '../config.ts';

/**
 * Makes a folder that an engine or a server can keep its data in, with the models of the run in their place.
 * @returns Its path.
 */
export async function benchFolder({ benchFolder, modelsFolder }: BenchConfig, name: string): Promise<string> {
  const folder = join(benchFolder, name);
  await mkdir(folder, { recursive: true });
  const link = join(folder, 'models');
  const target = await readlink(link).catch(() => undefined);
  if (target === modelsFolder) return folder;
  if (await lstat(link).catch(() => undefined)) await rm(link, { recursive: true });
  await symlink(modelsFolder, link, 'junction');
  return folder;
}
