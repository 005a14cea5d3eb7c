import { setTimeout as sleep } from 'node:timers/promises';
import type { Ranking } from '@kindred/ranking/service';
import type { Slate } from '@kindred/ranking/slate';
import type { CatalogId, UserId } from '@kindred/shared/id';
import type { Contender } from './contender.ts';
import { RANKED_MAX } from './metrics.ts';

export interface KindredOptions {
  readonly ranking: Ranking;
  readonly catalog: CatalogId;
  readonly atMs: number;
  readonly seed: number;
  /** As the API's request has it. */
  readonly diversity: number;
}

/** The ranking as it is served. Every slate must be whole and of one state of the catalog. */
export interface Kindred extends Contender {
  /** What ranked, as the slates name it. */
  readonly versions: Readonly<Record<string, string>>;
}

const SETTLE_TIMEOUT_MS = 30 * 60_000;
const SETTLED_LOOKS = 3;
const LOOK_MS = 2_000;

/**
 * Waits until the catalog's whole state is built.
 * @throws Error when it is not within half an hour.
 */
export async function kindred(options: KindredOptions, probe: UserId): Promise<Kindred> {
  const versions = await settled(options, probe);
  const state = JSON.stringify(versions);
  return {
    name: 'kindred',
    versions,
    async rank({ user }) {
      const slate = await slateOf(options, user);
      if (slate.degraded.length > 0) throw new Error(`the slate of ${user} lacks ${slate.degraded.join(', ')}`);
      if (JSON.stringify(slate.versions) !== state) {
        throw new Error(`the state changed while it was judged: ${JSON.stringify(slate.versions)}`);
      }
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

/** @returns The versions of the state that stands still, nothing of it missing. */
async function settled(options: KindredOptions, probe: UserId): Promise<Readonly<Record<string, string>>> {
  let last = '';
  let looks = 0;
  for (const deadline = Date.now() + SETTLE_TIMEOUT_MS; Date.now() < deadline; await sleep(LOOK_MS)) {
    const { versions, degraded } = await slateOf(options, probe);
    const now = JSON.stringify([versions, degraded]);
    looks = now === last && degraded.length === 0 ? looks + 1 : 0;
    last = now;
    if (looks >= SETTLED_LOOKS) return versions;
  }
  throw new Error(`the catalog's state was not whole after half an hour: ${last}`);
}
