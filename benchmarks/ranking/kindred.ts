import { setTimeout as sleep } from 'node:timers/promises';
import type { Ranking } from '@kindred/ranking/service';
import type { Slate } from '@kindred/ranking/slate';
import type { CatalogId, UserId } from '@kindred/shared/id';
import { RANKED_MAX } from '@kindred/shared/model/ranking-metrics';
import type { Contender } from './contender.ts';

export interface KindredOptions {
  readonly ranking: Ranking;
  readonly catalog: CatalogId;
  readonly atMs: number;
  readonly seed: number;
  /** As the API's request has it. */
  readonly diversity: number;
}

/** The ranking as it is served. Every slate must be whole. */
export interface Kindred extends Contender {
  /** What ranked at first, as the slates name it. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many versions have ranked so far: 1 while nothing changes. */
  versionCount(): number;
}

const SETTLE_TIMEOUT_MS = 30 * 60_000;
/** So long nothing may be missing. */
const SETTLED_LOOKS = 10;
const LOOK_MS = 1_000;

/**
 * Waits until the catalog's whole state is built.
 * @throws Error when it is not within half an hour.
 */
export async function kindred(options: KindredOptions, probe: UserId): Promise<Kindred> {
  const versions = await settled(options, probe);
  const seen = new Set<string>();
  return {
    name: 'kindred',
    versions,
    versionCount: () => seen.size,
    async rank({ user }) {
      const slate = await slateOf(options, user);
      if (slate.degraded.length > 0) throw new Error(`the slate of ${user} lacks ${slate.degraded.join(', ')}`);
      seen.add(JSON.stringify(slate.versions));
      return slate.items.map(({ item }) => item);
    },
  };
}

function slateOf({ ranking, catalog, atMs, seed, diversity }: KindredOptions, user: UserId): Promise<Slate> {
  const request = {
    user,
    limit: RANKED_MAX,
    exclude: [],
    filter: undefined,
    diversity,
    includeSeen: false,
    explain: false,
    expand: false,
    atMs,
    seed,
  };
  return ranking.recommend(catalog, request, undefined);
}

/** @returns The versions, once nothing was missing for a while. */
async function settled(options: KindredOptions, probe: UserId): Promise<Readonly<Record<string, string>>> {
  let looks = 0;
  let missing: readonly string[] = [];
  for (const deadline = Date.now() + SETTLE_TIMEOUT_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const { versions, degraded } = await slateOf(options, probe);
    missing = degraded;
    looks = missing.length === 0 ? looks + 1 : 0;
    if (looks >= SETTLED_LOOKS) return versions;
  }
  throw new Error(`after half an hour the catalog still lacks ${missing.join(', ')}`);
}
