import type { CatalogId, UserId } from '@kindred/shared/id';
import type { NeighborSource } from '@kindred/shared/neighbor';
import type { Log } from '@kindred/shared/platform/log';
import { Problem } from '@kindred/shared/problem';
import type { CatalogState, CatalogStates } from '../catalog-state/catalog-states.ts';
import { ColdStartItems } from '../catalog-state/cold-start-items.ts';
import { rememberingCentre } from '../catalog-state/mean.ts';
import type { Reflected } from '../events/read-your-writes.ts';
import type { RankingMeter } from '../metrics.ts';
import type { Interest } from '../profile/interest.ts';
import type { Reader } from '../reads/reader.ts';
import { type OpenRequest, withCatalogDefaults } from './catalog-defaults.ts';
import { diversify } from './diversify.ts';
import { explain } from './explain.ts';
import { filter } from './filter.ts';
import { ProfileReader } from './profile.ts';
import { retrieve } from './retrieve.ts';
import { score } from './score.ts';
import type { Slate } from './slate.ts';
import { slateOf } from './slate-of.ts';

export interface RecommenderOptions {
  readonly reader: Reader;
  readonly states: CatalogStates;
  readonly neighbors: NeighborSource;
  readonly meter: RankingMeter;
  readonly log: Log;
}

/** profile → retrieve → score → filter → diversify → explain: two round trips to the store in sequence, one to the index. */
export class Recommender {
  readonly #options: RecommenderOptions;
  readonly #centre = rememberingCentre();
  readonly #profiles = new ProfileReader(this.#centre);
  readonly #coldStart: ColdStartItems;

  constructor(options: RecommenderOptions) {
    this.#options = options;
    this.#coldStart = new ColdStartItems(options);
  }

  /**
   * @param reflected  A write that the slate must reflect, with everything that was committed before it.
   * @throws {Problem} `catalog-not-found`
   */
  async recommend(catalog: CatalogId, open: OpenRequest, reflected: Reflected | undefined): Promise<Slate> {
    const { reader, meter } = this.#options;
    const endStage = meter.stages();
    const state = await this.#state(catalog, reflected !== undefined);
    const request = withCatalogDefaults(open, state);
    const query = { request, state, reads: reader.begin(catalog), position: reflected?.position };
    const coldStart = this.#coldStart.of(catalog, state);
    const profile = await this.#profiles.read({ user: request.user, state, reads: query.reads, nowMs: request.atMs });
    endStage('profile');
    const retrieved = await retrieve(query, { catalog, profile, coldStart }, this.#options);
    endStage('retrieve');
    const scored = score(retrieved);
    endStage('score');
    const eligible = await filter(scored, query, this.#centre);
    endStage('filter');
    const picked = diversify(eligible, request);
    endStage('diversify');
    const items = explain(picked, { request, profile, retrieved, scorer: scored.scorer });
    const slate = slateOf(items, { catalog, query, profile, coldStart, retrieved, eligible });
    endStage('explain', slate.degraded);
    return slate;
  }

  /** @throws {Problem} `catalog-not-found` */
  async interests(catalog: CatalogId, user: UserId, nowMs: number): Promise<readonly Interest[]> {
    const state = await this.#state(catalog, false);
    return (await this.#profiles.read({ user, state, reads: this.#options.reader.begin(catalog), nowMs })).interests;
  }

  async #state(catalog: CatalogId, isFresh: boolean): Promise<CatalogState> {
    const state = await this.#options.states.of(catalog, isFresh);
    if (state !== undefined) return state;
    throw new Problem('catalog-not-found', `there is no catalog ${catalog}`);
  }
}
