import { sha256Bytes } from '@kindred/shared/hash';
import type { CatalogId } from '@kindred/shared/id';
import { rowMark } from '../reads/row-mark.ts';
import type { ColdStart } from '../sources/donors.ts';
import type { Eligible } from './filter.ts';
import type { Profile } from './profile.ts';
import type { Query } from './query.ts';
import type { Retrieved } from './retrieve.ts';
import type { Recommendation, Slate } from './slate.ts';

/** Names of the rankings, so that slates of different rankings are told apart. */
const RANKING_VERSIONS = { trained: 'trained-2', fixed: 'reciprocal-rank-1' } as const;
const DIGEST_LENGTH = 22;

export interface SlateInput {
  readonly catalog: CatalogId;
  readonly query: Query;
  readonly profile: Profile;
  readonly coldStart: ColdStart;
  readonly retrieved: Retrieved;
  readonly eligible: Eligible;
}

/** The whole answer: the items with the versions of everything they follow from. */
export function slateOf(items: readonly Recommendation[], input: SlateInput): Slate {
  const { catalog, query, profile, coldStart, retrieved, eligible } = input;
  const { request, state, reads } = query;
  const slate = {
    at: new Date(request.atMs).toISOString(),
    seed: request.seed,
    versions: {
      ranking: RANKING_VERSIONS[eligible.scorer.weights],
      state: `${state.version}.cold-start-${coldStart.version}`,
      read: digest([profile.history, engagedMarks(profile), eligible.readMarks]),
      index: retrieved.indexVersion,
      space: state.space ?? 'none',
    },
    degraded: [...state.missing, ...(retrieved.isIndexMissing ? ['neighbors'] : []), ...reads.missing],
    items,
  };
  return { slate: digest([catalog, request, slate]), ...slate };
}

/** Interests and explanations follow from the engaged items as they are now. */
function engagedMarks({ engagements, rows }: Profile): readonly string[] {
  return engagements.map(({ item }) => rowMark(item, rows.get(item)));
}

function digest(value: unknown): string {
  return sha256Bytes(JSON.stringify(value)).toString('base64url').slice(0, DIGEST_LENGTH);
}
