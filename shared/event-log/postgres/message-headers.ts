import { z } from 'zod';
import { REQUEST_ID_HEADER } from '../event-log.ts';

type Headers = Readonly<Record<string, string>>;

const headersSchema = z.record(z.string(), z.string());

/** Headers as they are stored: JSON in UTF-8, as bytes, because text of PostgreSQL holds no NUL; `null` for none. */
export function encodeHeaders(headers: Headers): Buffer | null {
  return Object.keys(headers).length === 0 ? null : Buffer.from(JSON.stringify(headers));
}

/** Headers of a message without its request id, which would add a quarter to the size of most rows. */
export function withoutRequestId({ [REQUEST_ID_HEADER]: _, ...headers }: Headers): Headers {
  return headers;
}

/** Reverses `encodeHeaders`. */
export function decodeHeaders(bytes: Buffer | null): Headers {
  return bytes === null ? {} : headersSchema.parse(JSON.parse(bytes.toString()));
}
