import type { TableUse } from './table-use.ts';

/** A table with the one service that writes it. */
export interface TableOwner {
  readonly table: string;
  readonly holds: string;
  readonly writer: string;
  /** Services that read it besides its writer, by name. */
  readonly readers: readonly string[];
}

/** Every table of the database, in the order in which data reach it. */
export const TABLE_OWNERS: readonly TableOwner[] = [
  { table: 'catalogs', holds: 'one row per catalog', writer: 'ingestion', readers: ['ranking', 'trainer'] },
  {
    table: 'items',
    holds: 'items as they were given; a deleted one without its fields',
    writer: 'ingestion',
    readers: ['index', 'ranking', 'trainer'],
  },
  {
    table: 'spaces',
    holds: 'one row per catalog and embedding model, with its state',
    writer: 'ingestion',
    readers: ['index', 'ranking', 'trainer'],
  },
  {
    table: 'embedding_queue',
    holds: 'items that wait to be embedded, and failed ones',
    writer: 'ingestion',
    readers: ['index'],
  },
  {
    table: 'embeddings',
    holds: 'one vector per item and space',
    writer: 'ingestion',
    readers: ['index', 'ranking', 'trainer'],
  },
  { table: 'event_log', holds: 'the event log of the standalone mode', writer: 'ranking', readers: [] },
  { table: 'progress', holds: 'next offset to apply, per log and partition', writer: 'ranking', readers: [] },
  { table: 'dead_letters', holds: 'messages of that log that cannot be read', writer: 'ranking', readers: [] },
  { table: 'events', holds: 'applied events', writer: 'ranking', readers: ['trainer'] },
  { table: 'item_counters', holds: 'decayed engagement per item', writer: 'ranking', readers: [] },
  { table: 'erasures', holds: 'positions before which a user is erased', writer: 'ranking', readers: ['trainer'] },
  { table: 'artifacts', holds: 'trained versions with their summaries', writer: 'trainer', readers: ['ranking'] },
  { table: 'artifact_parts', holds: 'bytes of those versions', writer: 'trainer', readers: ['ranking'] },
  { table: 'serving_artifacts', holds: 'the version that ranks, per catalog', writer: 'trainer', readers: ['ranking'] },
];

/** Names every use that the owners do not allow, with its place; an unknown table is nobody's. */
export function disallowedUses(uses: readonly TableUse[], owners: readonly TableOwner[]): readonly string[] {
  const ownerOf = new Map(owners.map((owner) => [owner.table, owner]));
  return uses.flatMap(({ table, isWrite, by, at }) => {
    const owner = ownerOf.get(table);
    if (owner === undefined) return [`${at}: ${table} is no known table`];
    if (owner.writer === by || (!isWrite && owner.readers.includes(by))) return [];
    return [`${at}: ${by} ${isWrite ? 'writes' : 'reads'} ${table}, which belongs to ${owner.writer}`];
  });
}

/** Renders the owners as the table of `docs/ARCHITECTURE.md`. */
export function ownersTable(owners: readonly TableOwner[]): string {
  return [
    '| table | holds | written by | also read by |',
    '| --- | --- | --- | --- |',
    ...owners.map(
      ({ table, holds, writer, readers }) => `| \`${table}\` | ${holds} | ${writer} | ${readers.join(', ')} |`,
    ),
  ].join('\n');
}
