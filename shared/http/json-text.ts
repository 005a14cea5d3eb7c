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

/** Without recursion: 50,000 levels fit in 100 kB. */
function refusePrototype(root: unknown): void {
  const left: { value: unknown; path: string }[] = [{ value: root, path: '' }];
  for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
    const { value, path } = entry;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      const field = path === '' ? key : `${path}.${key}`;
      if (key === '__proto__') throw new JsonTextError('is not a name that a field can have', field);
      if (typeof inner === 'object' && inner !== null) left.push({ value: inner, path: field.slice(0, 200) });
    }
  }
}
