import { isUtf8 } from 'node:buffer';

/** Says why a text is not taken as JSON. */
export class JsonTextError extends Error {
  /** Path of a key that is refused; `undefined` for a text that is not JSON at all. */
  readonly field: string | undefined;

  constructor(reason: string, field?: string) {
    super(reason);
    this.name = 'JsonTextError';
    this.field = field;
  }
}

/**
 * Parses JSON from outside. A key `__proto__` is refused: schemas ignore it in silence, and code that assigns it changes a
 * prototype. Cost: one JSON.parse, and a walk over texts that could hold such a key.
 * @throws {JsonTextError}
 */
export function parseJsonText(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new JsonTextError('is not UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonTextError('is not JSON');
  }
  // Escapes can spell any key.
  if (text.includes('__proto__') || text.includes('\\u')) refusePrototype(value);
  return value;
}

interface Place {
  readonly value: object;
  readonly key: string;
  readonly outer: Place | undefined;
}

/** Walks without recursion, because 50,000 levels fit in 100 kB. A path is put together only for a key that is refused. */
function refusePrototype(root: unknown): void {
  const left: Place[] = typeof root === 'object' && root !== null ? [{ value: root, key: '', outer: undefined }] : [];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    for (const [key, value] of Object.entries(place.value)) {
      if (key === '__proto__') throw new JsonTextError('is not a name that a field can have', pathOf(place, key));
      if (typeof value === 'object' && value !== null) left.push({ value, key, outer: place });
    }
  }
}

const PATH_PARTS_MAX = 10;

function pathOf(place: Place, key: string): string {
  const parts = [key];
  for (let at: Place | undefined = place; at?.outer !== undefined && parts.length < PATH_PARTS_MAX; at = at.outer) {
    parts.unshift(at.key);
  }
  return parts.join('.').slice(0, 200);
}
