import type { NewMessage } from './event-log.ts';

/** Space of a record beside its user, value and headers, rounded up: catalog, lengths, offset and time. */
const OVERHEAD_BYTES = 160;

/** About how much space a message takes in a log, rounded up. */
export function messageBytes({ user, value, headers = {} }: NewMessage): number {
  return OVERHEAD_BYTES + Buffer.byteLength(user) + value.length + headerBytes(headers);
}

/** Space that headers take in a record, rounded up. */
export function headerBytes(headers: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [name, text] of Object.entries(headers)) bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}
