import type { Filter } from '@kindred/shared/catalog';

/**
 * Gives filters of one meaning the same text: the order of names and of listed values does not matter, and defaults are
 * written out. Cost: O(size of the filter · log).
 */
export function filterKey(filter: Filter): string {
  return canonical({ ...filter, available: filter.available ?? true });
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(canonical))].sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const texts = members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${texts.sort().join()}}`;
}
