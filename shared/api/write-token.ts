import { z } from 'zod';
import { Problem } from '../problem.ts';
import { textSchema } from '../text.ts';

const tokenSchema = z.strictObject({
  /** The change number of an item write. */
  change: z.int().min(0).optional(),
  /** The event log of an event write. */
  log: textSchema(256).optional(),
  /** The last position of an event write, by partition. */
  offsets: z.record(z.string().regex(/^\d{1,9}$/), z.int().min(0)).optional(),
});

/** Receipt of a write, which a read with `after` must reflect. */
export type WriteToken = z.infer<typeof tokenSchema>;

/** @returns Text of the documented form, opaque to callers. */
export function encodeToken(token: WriteToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/** @throws {Problem} `invalid-token` */
export function decodeToken(text: string): WriteToken {
  try {
    return tokenSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    throw new Problem('invalid-token', `after: ${NO_TOKEN}`, { fields: [{ field: 'after', reason: NO_TOKEN }], cause });
  }
}

const NO_TOKEN = 'is not a token of a write';
const TOKEN_CHARACTERS_MAX = 4_096;

/** The parameter of reads that must reflect a write. */
export const afterSchema = z
  .string()
  .max(TOKEN_CHARACTERS_MAX, `must be at most ${TOKEN_CHARACTERS_MAX} characters`)
  .regex(/^[A-Za-z0-9_-]+$/, NO_TOKEN)
  .meta({
    description:
      'The opaque token that a write answered with: the answer reflects it, or is 503 not-yet-applied after one second',
  });
