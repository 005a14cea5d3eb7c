import type { Precondition } from '../item-store.ts';

const OWN_TAG = /^"(\d{1,15})"$/;

/**
 * Reads an If-Match header of the documented form. Weak tags and tags that no item here ever had match nothing.
 * @returns `undefined` without a header.
 */
export function preconditionOf(ifMatch: string | undefined): Precondition | undefined {
  if (ifMatch === undefined) return undefined;
  if (ifMatch === '*') return 'exists';
  return {
    changes: ifMatch
      .split(',')
      .flatMap((tag) => OWN_TAG.exec(tag.trim())?.[1] ?? [])
      .map(Number),
  };
}
