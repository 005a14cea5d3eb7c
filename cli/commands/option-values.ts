import { type CatalogId, catalogIdSchema } from '@kindred/shared/id';
import { InvalidArgumentError } from 'commander';

/** Reads the name of a catalog. @throws {InvalidArgumentError} for anything else. */
export function catalogValue(name: string): CatalogId {
  const catalog = catalogIdSchema.safeParse(name);
  if (catalog.success) return catalog.data;
  throw new InvalidArgumentError(`It ${catalog.error.issues[0]?.message}.`);
}

/** Reads a path. @throws {InvalidArgumentError} for an empty one, which a shell makes of a variable that is not set. */
export function pathValue(path: string): string {
  if (path === '') throw new InvalidArgumentError('It must not be empty.');
  return path;
}
