import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseSource, type SourceFile } from './source-file.ts';

/** The repository that this file belongs to. */
export const ROOT = join(import.meta.dirname, '..', '..');

const SOURCE = /[.](ts|tsx|mts|mjs)$/;

/** Parses every TypeScript and JavaScript file of the workspaces, by path. */
export function repositoryFiles(root: string): readonly SourceFile[] {
  return folders(root)
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`))
    .map((path) => parseSource(relative(root, path).replaceAll(sep, '/'), readFileSync(path, 'utf8')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function folders(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map(({ name }) => name);
}
