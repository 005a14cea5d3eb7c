import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  manifestText,
  parseManifest,
  type SnapshotManifest,
} from '@kindred/index/adapters/hnsw/snapshot/snapshot-manifest';

const MANIFEST = 'manifest.json';
const PAGE_BYTES = 4_096;

/** Whole snapshots that differ from the wanted one. */
export interface OtherSnapshots {
  readonly earlier: string;
  readonly ofOtherDimensions: string;
  readonly ofOtherModel: string;
}

/** Ways to damage a snapshot. Each changes the files in `snapshot` and says what it did. */
export type Damage = (snapshot: string, random: () => number, others: OtherSnapshots) => Promise<string>;

const below = (limit: number, random: () => number): number => Math.floor(random() * limit);

async function anyFile(snapshot: string, random: () => number): Promise<string> {
  const files = (await readdir(snapshot)).sort();
  return files[below(files.length, random)]!;
}

/** Changes the bytes of one file, any of them. */
function changing(
  what: string,
  change: (bytes: Buffer, random: () => number) => Buffer,
): (snapshot: string, random: () => number) => Promise<string> {
  return async (snapshot, random) => {
    const file = await anyFile(snapshot, random);
    await writeFile(join(snapshot, file), change(await readFile(join(snapshot, file)), random));
    return `${file}: ${what}`;
  };
}

/** Puts one file of another snapshot in the place of its own. */
function exchanging(whose: keyof OtherSnapshots): Damage {
  return async (snapshot, random, others) => {
    const file = await anyFile(snapshot, random);
    await cp(join(others[whose], file), join(snapshot, file));
    return `${file} of the snapshot ${whose}`;
  };
}

function replacing(whose: keyof OtherSnapshots): Damage {
  return async (snapshot, _random, others) => {
    await rm(snapshot, { recursive: true });
    await cp(others[whose], snapshot, { recursive: true });
    return `the snapshot ${whose}`;
  };
}

async function signAgain(snapshot: string, changed: Partial<SnapshotManifest>): Promise<void> {
  const path = join(snapshot, MANIFEST);
  await writeFile(path, manifestText({ ...parseManifest(await readFile(path, 'utf8')), ...changed }));
}

/** Damage that storage and mistakes do to files. */
export const DAMAGES: readonly Damage[] = [
  async (snapshot, random) => {
    const file = await anyFile(snapshot, random);
    const { length } = await readFile(join(snapshot, file));
    const left = below(length, random);
    await truncate(join(snapshot, file), left);
    return `${file}: cut to ${left} of ${length} bytes`;
  },
  changing('one bit flipped', (bytes, random) => flipped(bytes, 1, random)),
  changing('some bits flipped', (bytes, random) => flipped(bytes, 2 + below(30, random), random)),
  changing('pages zeroed', (bytes, random) => {
    const page = below(Math.ceil(bytes.length / PAGE_BYTES), random) * PAGE_BYTES;
    return bytes.fill(0, page, Math.min(bytes.length, page + (1 + below(4, random)) * PAGE_BYTES));
  }),
  changing('a page of noise', (bytes, random) => {
    const page = below(Math.ceil(bytes.length / PAGE_BYTES), random) * PAGE_BYTES;
    for (let at = page; at < Math.min(bytes.length, page + PAGE_BYTES); at++) bytes[at] = below(256, random);
    return bytes;
  }),
  changing('something after its end', (bytes, random) => Buffer.concat([bytes, bytes.subarray(below(100, random))])),
  async (snapshot, random) => {
    const file = await anyFile(snapshot, random);
    await rm(join(snapshot, file));
    return `${file}: missing`;
  },
  async (snapshot, random) => {
    const one = await anyFile(snapshot, random);
    let other = one;
    while (other === one) other = await anyFile(snapshot, random);
    const [ofOne, ofOther] = [await readFile(join(snapshot, one)), await readFile(join(snapshot, other))];
    await writeFile(join(snapshot, one), ofOther);
    await writeFile(join(snapshot, other), ofOne);
    return `${one} and ${other} in each other's place`;
  },
  exchanging('earlier'),
  exchanging('ofOtherDimensions'),
  exchanging('ofOtherModel'),
  replacing('ofOtherDimensions'),
  replacing('ofOtherModel'),
  async (snapshot) => {
    await signAgain(snapshot, { dimensions: 32 });
    return 'a manifest of other dimensions, with a checksum that fits';
  },
  async (snapshot) => {
    await signAgain(snapshot, { space: 'another model' });
    return 'a manifest of another model, with a checksum that fits';
  },
  async (snapshot, random, others) => {
    const own = parseManifest(await readFile(join(snapshot, MANIFEST), 'utf8'));
    const what = await replacing('ofOtherDimensions')(snapshot, random, others);
    await signAgain(snapshot, { space: own.space, dimensions: own.dimensions });
    return `${what}, under a manifest that says it is the one asked for`;
  },
];

function flipped(bytes: Buffer, count: number, random: () => number): Buffer {
  for (let flip = 0; flip < count; flip++) bytes[below(bytes.length, random)]! ^= 1 << below(8, random);
  return bytes;
}

/** True if two snapshots hold the same: all files byte for byte, and the manifest by its values. */
export async function holdSame(left: string, right: string): Promise<boolean> {
  const files = (await readdir(left)).sort();
  if (!isDeepStrictEqual(files, (await readdir(right)).sort())) return false;
  for (const file of files) {
    const [one, other] = [await readFile(join(left, file)), await readFile(join(right, file))];
    if (file !== MANIFEST) {
      if (!one.equals(other)) return false;
    } else if (!isDeepStrictEqual(jsonOf(one), jsonOf(other))) return false;
  }
  return true;
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return bytes;
  }
}
