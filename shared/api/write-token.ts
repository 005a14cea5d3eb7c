import { z } from 'zod';
import { Problem } from '../problem.ts';
import { textSchema } from '../text.ts';

const tokenSchema = z.strictObject({
  /** The change number of an item write. */
  change: z.int().min(0).optional(),
  /** The last position of an event write, by partition. */
  log: textSchema(256).optional(),
  offsets: z.record(z.string().regex(/^\d{1,9}$/), z.int().min(0)).optional(),
});

/** Receipt of a write, which a read with `after` must reflect. */
export type WriteToken = z.infer<typeof tokenSchema>;

export function encodeToken(token: WriteToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** @throws {Problem} `invalid-token` */
export function decodeToken(text: string): WriteToken {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    throw new Problem('invalid-token', 'after: is not a token of a write', {
      fields: [{ field: 'after', reason: 'is not a token of a write' }],
      cause,
    });
  }
}

export const afterSchema = z
  .string()
  .max(4_096)
  .meta({ description: 'The token of a write: the answer reflects it, or is 503 not-yet-applied after one second' });
