import { hash } from 'node:crypto';

/** The SHA-256 of a text's UTF-8 or of bytes, in 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}

/** The same as 32 bytes. */
export function sha256Bytes(content: string | Uint8Array): Buffer {
  return hash('sha256', content, 'buffer');
}
