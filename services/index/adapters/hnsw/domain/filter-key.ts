import type { Filter } from '@kindred/shared/catalog';

/**
 * The same text for filters that mean the same: whatever the order of names and of listed values, and with defaults
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
