import { sha256Bytes } from '@kindred/shared/hash';

/** SHA-256 of a user's id: enough to recognize the user's messages and histories, not who the user was. */
export function userHash(user: string): Buffer {
  return sha256Bytes(user);
}
