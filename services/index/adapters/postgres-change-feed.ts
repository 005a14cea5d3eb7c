import type { ItemFields } from '@kindred/shared/catalog';
import { filterFieldsOf } from '@kindred/shared/filter';
import type { CatalogId, ItemId, SpaceId } from '@kindred/shared/id';
import { vectorOf } from '@kindred/shared/numeric/vector';
import type { Database } from '@kindred/shared/platform/database';
import type { Change, ChangeRange, EmbeddingChange, ItemChange, SpaceChange } from '../domain/change.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';

/** A row of any of the queries below; columns of other kinds are null. */
interface ChangeRow {
  readonly kind: 'item' | 'embedding' | 'space';
  readonly change: number;
  readonly catalog: CatalogId;
  readonly item_id: ItemId;
  readonly fields: ItemFields | null;
  readonly embedded: readonly SpaceId[];
  readonly space: SpaceId;
  readonly vector: Buffer;
  readonly dimensions: number;
  readonly state: SpaceChange['state'];
}

/** Fields that no filter looks at stay in the database: a description may take 100 kB. */
const UNREAD_FIELDS = `'{title,description,imageUrl,createdAt}'::text[]`;

const ITEM_COLUMNS = `'item' AS kind, i.change, i.catalog, i.item_id, i.fields - ${UNREAD_FIELDS} AS fields,
  ARRAY(SELECT s.space FROM spaces s JOIN embeddings e ON e.catalog = s.catalog AND e.space = s.space
    WHERE s.catalog = i.catalog AND e.item_id = i.item_id) AS embedded,
  NULL::text AS space, NULL::bytea AS vector, NULL::int AS dimensions, NULL::text AS state`;
const EMBEDDING_COLUMNS = `'embedding' AS kind, change, catalog, item_id, NULL::jsonb AS fields, NULL::text[] AS embedded,
  space, vector, NULL::int AS dimensions, NULL::text AS state`;
const SPACE_COLUMNS = `'space' AS kind, change, catalog, NULL::text AS item_id, NULL::jsonb AS fields,
  NULL::text[] AS embedded, space, NULL::bytea AS vector, dimensions, state`;

/** `WITH TIES`, so that rows of one change number never lie on two pages. */
const READ = `
  (SELECT ${ITEM_COLUMNS} FROM items i WHERE i.change > $1 ORDER BY i.change FETCH FIRST ($2) ROWS WITH TIES)
  UNION ALL
  (SELECT ${EMBEDDING_COLUMNS} FROM embeddings WHERE change > $1 ORDER BY change FETCH FIRST ($2) ROWS WITH TIES)
  UNION ALL
  (SELECT ${SPACE_COLUMNS} FROM spaces WHERE change > $1 ORDER BY change FETCH FIRST ($2) ROWS WITH TIES)
  ORDER BY change FETCH FIRST ($2) ROWS WITH TIES`;
const READ_ITEMS = `
  SELECT ${ITEM_COLUMNS} FROM items i WHERE i.change > $1 AND i.change <= $2
  ORDER BY i.change FETCH FIRST ($3) ROWS WITH TIES`;
const READ_EMBEDDINGS = `
  SELECT ${EMBEDDING_COLUMNS} FROM embeddings WHERE change > $1 AND change <= $2 AND catalog = $4 AND space = $5
  ORDER BY change FETCH FIRST ($3) ROWS WITH TIES`;
const READ_SPACES = `SELECT ${SPACE_COLUMNS} FROM spaces ORDER BY change`;

const HEAD = `coalesce(greatest(
  (SELECT max(change) FROM items), (SELECT max(change) FROM embeddings), (SELECT max(change) FROM spaces)), 0)`;
const READ_ORIGIN = `
  SELECT (SELECT system_identifier FROM pg_control_system()) || '/' ||
    (SELECT oid FROM pg_database WHERE datname = current_database()) AS source, ${HEAD} AS head`;
const READ_PROGRESS = `
  SELECT ${HEAD} AS head, EXISTS (
    SELECT FROM spaces s
    JOIN embedding_queue q ON q.catalog = s.catalog AND q.space = s.space AND q.change <= $2 AND NOT q.failed
    JOIN items i ON i.catalog = q.catalog AND i.item_id = q.item_id AND i.text_hash IS NOT NULL
    WHERE s.catalog = $1 AND s.state = 'serving') AS pending`;

/** Reads the rows of PostgreSQL. Each method is one statement, and so sees the database at one moment. */
export function postgresChangeFeed(database: Database): ChangeFeed {
  const rows = async (sql: string, values: readonly unknown[]): Promise<Change[]> => {
    const result = await database.query<ChangeRow>(sql, [...values]);
    return result.rows.map(changeOf);
  };
  return {
    async origin() {
      const { rows: found } = await database.query<{ source: string; head: number }>(READ_ORIGIN);
      return found[0]!;
    },
    spaces: async () => (await rows(READ_SPACES, [])).filter((change) => change.kind === 'space'),
    read: (after, limit) => rows(READ, [after, limit]),
    async items({ after, upTo }: ChangeRange, limit): Promise<readonly ItemChange[]> {
      return (await rows(READ_ITEMS, [after, upTo, limit])).filter((change) => change.kind === 'item');
    },
    async embeddings({ catalog, space }, { after, upTo }, limit): Promise<readonly EmbeddingChange[]> {
      const found = await rows(READ_EMBEDDINGS, [after, upTo, limit, catalog, space]);
      return found.filter((change) => change.kind === 'embedding');
    },
    async progress(catalog, change) {
      const { rows: found } = await database.query<{ head: number; pending: boolean }>(READ_PROGRESS, [
        catalog,
        change,
      ]);
      return { isPending: found[0]!.pending, head: found[0]!.head };
    },
  };
}

function changeOf(row: ChangeRow): Change {
  const { kind, change, catalog, space, item_id: item } = row;
  switch (kind) {
    case 'item':
      return {
        kind,
        change,
        catalog,
        item,
        fields: row.fields === null ? undefined : filterFieldsOf(row.fields),
        spaces: row.embedded,
      };
    case 'embedding':
      return { kind, change, catalog, space, item, vector: vectorOf(row.vector) };
    case 'space':
      return { kind, change, catalog, space, dimensions: row.dimensions, state: row.state };
    default:
      return kind satisfies never;
  }
}
