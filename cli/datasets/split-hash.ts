/**
 * Hashes a text to 32 bits: FNV-1a over its UTF-8 bytes, then murmur3's finaliser, so that similar texts land far apart.
 * The same on every machine, in any order of rows.
 * @returns An integer in [0, 2³²).
 */
export function h32(text: string): number {
  let mixed = 0x811c9dc5;
  for (const byte of Buffer.from(text)) mixed = Math.imul(mixed ^ byte, 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const BUCKETS = 10;
const TEST_BUCKETS = 2;

/** True for the hashed fifth of user–item pairs that a data set without times is tested on. */
export function isTestPair(salt: string, user: string, item: string): boolean {
  return h32(`${salt}:${user}:${item}`) % BUCKETS < TEST_BUCKETS;
}

/** True for the hashed tenth of items that the new-item protocol takes out of training. */
export function isColdItem(salt: string, item: string): boolean {
  return h32(`${salt}-cold:${item}`) % BUCKETS === 0;
}
