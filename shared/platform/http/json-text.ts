import { isUtf8 } from 'node:buffer';

/** Text that is not JSON as it is taken here, and why. */
export class JsonTextError extends Error {
  /** Where a key stands that is refused; `undefined` when the text is not JSON at all. */
  readonly field: string | undefined;

  constructor(reason: string, field?: string) {
    super(reason);
    this.name = 'JsonTextError';
    this.field = field;
  }
}

/**
 * Parses JSON from outside. A key `__proto__` is refused: schemas pass over it in silence, and whoever assigns it changes a
 * prototype. Cost: one JSON.parse, and a walk where the text could hold such a key.
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

/** Without recursion: 50,000 levels fit in 100 kB. Paths are put together only where one is refused. */
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
