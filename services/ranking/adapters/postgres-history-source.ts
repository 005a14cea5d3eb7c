import type { Database } from '@kindred/shared/platform/database';
import type { HistoryEvent } from '../profile/engagement.ts';
import type { HistorySource, SeenItem, UserEvent } from '../reads/history-source.ts';

const HISTORY = `SELECT item_id AS item, type, value, at_ms AS "atMs", event_id FROM events
  WHERE catalog = $1 AND user_id = $2 AND NOT retracted AND value > 0 AND type <> 'impression'
  ORDER BY at_ms DESC, event_id DESC LIMIT $3`;
const SEEN = HISTORY.replace("type <> 'impression'", "type = 'impression'");
const HISTORY_WITH_SEEN = `SELECT item, type, value, "atMs" FROM ((${HISTORY}) UNION ALL (${SEEN}))
  ORDER BY "atMs" DESC, event_id DESC`;
const HISTORY_ALONE = `SELECT item, type, value, "atMs" FROM (${HISTORY})`;

/** Reads the rows that `postgresEventStore` writes. */
export function postgresHistorySource(database: Database): HistorySource {
  return {
    async history(catalog, user, { countMax, hasSeen }) {
      const { rows } = await database.query<HistoryEvent>(
        hasSeen
          ? { name: 'history-with-seen', text: HISTORY_WITH_SEEN, values: [catalog, user, countMax] }
          : { name: 'history', text: HISTORY_ALONE, values: [catalog, user, countMax] },
      );
      return rows;
    },

    async seen(catalog, user, items) {
      const { rows } = await database.query<SeenItem>({
        name: 'seen',
        text: `SELECT item_id AS item, bool_or(type = 'hide' AND value > 0 AND NOT retracted) AS "isHidden" FROM events
               WHERE catalog = $1 AND user_id = $2 AND item_id = ANY($3) GROUP BY item_id ORDER BY item_id`,
        values: [catalog, user, items],
      });
      return rows;
    },

    async latest(catalog, user, countMax) {
      const { rows } = await database.query<UserEventRow>(
        `SELECT event_id AS id, item_id AS item, type, value, at_ms AS "atMs", slate, position FROM events e
         WHERE catalog = $1 AND user_id = $2
           AND NOT EXISTS (SELECT FROM items i WHERE i.catalog = $1 AND i.item_id = e.item_id AND i.fields IS NULL)
         ORDER BY at_ms DESC, event_id DESC LIMIT $3`,
        [catalog, user, countMax],
      );
      return rows.map(userEventOf);
    },
  };
}

interface UserEventRow extends HistoryEvent {
  readonly id: UserEvent['id'];
  readonly slate: string | null;
  readonly position: number | null;
}

function userEventOf({ slate, position, ...event }: UserEventRow): UserEvent {
  return { ...event, ...(slate !== null && { slate }), ...(position !== null && { position }) };
}
