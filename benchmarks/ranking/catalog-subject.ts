import type { InteractionTable } from '@kindred/cli/dataset-folder/interaction-table';
import { catalogIdSchema } from '@kindred/shared/id';
import { engagementWeight } from '@kindred/shared/model/engagement';
import { StartError } from '@kindred/shared/platform/config';
import type { BenchConfig } from '../config.ts';
import { type CatalogHistory, readCatalogHistory } from '../engine/catalog-history.ts';
import type { ContentPart } from '../engine/import-content.ts';
import { prepareContent } from '../engine/prepared-catalog.ts';
import type { Subject } from './split.ts';

/** The share of all positive engagements that lies before the cut. */
const BEFORE_CUT = 0.8;
/** A catalog's users have less of a history than those of a published data set. */
const TRAIN_POSITIVES_MIN = 1;
/** Smallest strength of a positive: in a table of engagements any strength above 0. */
const POSITIVE_FROM = Number.MIN_VALUE;
const BATCH = 500;

/**
 * A catalog's own history, cut at one time: what users did before it is training, what they engaged with after it is the
 * target. Only items that were there at the cut are ranked (written before it, or with an event before it), and users are recommended to at that moment.
 * @throws {StartError} as `readCatalogHistory`, and for a catalog without two engagements at different times.
 */
export async function catalogSubject(config: BenchConfig, name: string): Promise<Subject> {
  const catalog = catalogIdSchema.safeParse(name);
  if (!catalog.success) throw new StartError(`${JSON.stringify(name)} is no name of a catalog`);
  const history = await readCatalogHistory(config.dataFolder, catalog.data);
  const { atMs: cutMs, training, table } = cutHistory(history, name);
  console.log(`ranking: ${name} is cut at ${new Date(cutMs).toISOString()}`);
  const prepared = await prepareContent({
    config,
    catalog: catalog.data,
    name: `catalog-${name}`,
    key: `${history.hash} ${config.model.name} before ${cutMs}, ${training.items.length} items`,
    parts: async () => partsOf(training),
    embeddings: async () => history.embeddings,
  });
  const isTraining = (row: number): boolean => table.atMs![row]! < cutMs;
  return {
    data: `catalog-${name}`,
    dataHash: history.hash,
    target: 'after the cut',
    trainPositivesMin: TRAIN_POSITIVES_MIN,
    split: {
      prepared: { ...prepared, startMs: cutMs },
      train: { table, takes: isTraining },
      targets: [{ table, takes: (row) => !isTraining(row) }],
    },
    newItems: undefined,
  };
}

type Training = Pick<CatalogHistory, 'items' | 'events'>;

/** @throws {StartError} when nothing lies before the cut, or nothing after it. */
export function cutHistory(
  { items, events }: Training,
  name: string,
): { readonly atMs: number; readonly training: Training; readonly table: InteractionTable } {
  const rows = strengthsOf(events);
  const times = rows.filter(({ strength }) => strength > 0).map(({ atMs }) => atMs);
  const atMs = times[Math.floor(BEFORE_CUT * times.length)];
  if (atMs === undefined || times[0] === atMs) {
    throw new StartError(`${name} has too few engagements to cut its history in two`);
  }
  // Where older events were imported, their items were written only then.
  const met = new Set(rows.filter((row) => row.atMs < atMs).map(({ item }) => item));
  const live = new Set(
    items.filter(({ id, createdAt }) => Date.parse(createdAt) < atMs || met.has(id)).map(({ id }) => id),
  );
  return {
    atMs,
    training: {
      items: items.filter(({ id }) => live.has(id)),
      events: events.filter(({ at }) => Date.parse(at) < atMs),
    },
    table: tableOf(
      rows.filter(({ item }) => live.has(item)),
      name,
    ),
  };
}

interface StrengthRow {
  readonly user: string;
  readonly item: CatalogHistory['events'][number]['item'];
  readonly strength: number;
  readonly atMs: number;
}

/** Strength of each event by time; 0 for items that the user has hidden at any time. */
function strengthsOf(events: CatalogHistory['events']): readonly StrengthRow[] {
  const pairOf = ({ user, item }: { user: string; item: string }): string => `${user}\n${item}`;
  const hidden = new Set(events.filter(({ type }) => type === 'hide').map(pairOf));
  return events.map(({ user, item, type, value, at }) => {
    const strength = hidden.has(pairOf({ user, item })) ? 0 : engagementWeight(type, value);
    return { user, item, strength, atMs: Date.parse(at) };
  });
}

function tableOf(rows: readonly StrengthRow[], name: string): InteractionTable {
  const users = new Map<string, number>();
  const items = new Map<string, number>();
  const numberOf = (numbers: Map<string, number>, id: string): number => {
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  };
  return {
    info: { name, positive: { valueAtLeast: POSITIVE_FROM }, time: true, files: { 'train.tsv.gz': '' } },
    userOf: Int32Array.from(rows, ({ user }) => numberOf(users, user)),
    itemOf: Int32Array.from(rows, ({ item }) => numberOf(items, item)),
    values: Float32Array.from(rows, ({ strength }) => strength),
    atMs: Float64Array.from(rows, ({ atMs }) => atMs),
    users: [...users.keys()],
    items: [...items.keys()],
  };
}

function partsOf({ items, events }: Training): readonly ContentPart[] {
  return [
    {
      name: 'items',
      total: items.length,
      async *batches() {
        for (let start = 0; start < items.length; start += BATCH) {
          yield { items: items.slice(start, start + BATCH), events: [], done: start };
        }
      },
    },
    {
      name: 'events before the cut',
      total: events.length,
      async *batches() {
        for (let start = 0; start < events.length; start += BATCH) {
          yield { items: [], events: events.slice(start, start + BATCH), done: start };
        }
      },
    },
  ];
}
