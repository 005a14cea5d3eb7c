import type { Database } from '../../platform/database.ts';
import { createAppendQueue } from '../append-queue.ts';
import type { EventLog, NewMessage, Position } from '../event-log.ts';
import { FIRST_OFFSET, type PostgresConsumer, startPostgresConsumer } from './postgres-log-consumer.ts';

export interface PostgresEventLogOptions {
  /** Holds the table `event_log`; stays the caller's. */
  readonly database: Database;
  /** The same database: a consumer opens a connection of its own, beside the pool. */
  readonly databaseUrl: string;
  /** How long a message can stay unseen when the database's hint is lost. */
  readonly pollMs?: number;
  readonly name?: string;
}

const WRITE_LIMITS = { messagesMax: 2_000, bytesMax: 8 * 1024 * 1024, waitingBytesMax: 128 * 1024 * 1024 };
const TRIM_PAGE = 10_000;

/**
 * The event log as a PostgreSQL table of one partition; offsets start at 1 and have gaps. One statement and one commit
 * an append, shared by all appends that wait at the time. One consumer of a database reads, over all processes; the
 * others wait for it to go. Headers are dropped.
 */
export function postgresEventLog(options: PostgresEventLogOptions): EventLog {
  const { database, databaseUrl, pollMs = 1_000, name = 'postgres' } = options;
  const consumers = new Set<PostgresConsumer>();
  const queue = createAppendQueue({ ...WRITE_LIMITS, write: (messages) => write(database, messages) });
  const end = (): Promise<number> => endOf(database);
  return {
    name,
    append: async (messages) => {
      const positions = await queue.append(messages);
      for (const consumer of consumers) consumer.wake();
      return positions;
    },
    consume: async (handler, consumeOptions) => {
      const consumer = startPostgresConsumer({ ...consumeOptions, databaseUrl, handler, pollMs, end });
      consumers.add(consumer);
      const stop = async (): Promise<void> => {
        await consumer.stop();
        consumers.delete(consumer);
      };
      return { lag: consumer.lag, stop };
    },
    ends: async () => new Map([[0, await end()]]),
    erase: async (catalog, user) => {
      // The place stays, so that progress passes it and a wait for its offset ends.
      await database.query(
        `UPDATE event_log SET catalog = '', user_id = '', value = NULL WHERE catalog = $1 AND user_id = $2`,
        [catalog, user],
      );
    },
    trim: async (before, appendedBeforeMs) => {
      const offset = before.get(0) ?? FIRST_OFFSET;
      while ((await trimPage(database, offset, appendedBeforeMs)) === TRIM_PAGE);
    },
    close: async () => {
      await Promise.all([queue.close(), ...[...consumers].map((consumer) => consumer.stop())]);
      consumers.clear();
    },
  };
}

async function write(database: Database, messages: readonly NewMessage[]): Promise<readonly Position[]> {
  const { rows } = await database.query<{ offsets: readonly (number | string)[] }>(
    'SELECT append_to_event_log($1::text[], $2::text[], $3::bytea[]) AS offsets',
    [
      messages.map((message) => message.catalog),
      messages.map((message) => message.user),
      messages.map((message) => message.value),
    ],
  );
  return (rows[0]?.offsets ?? []).map((offset) => ({ partition: 0, offset: Number(offset) }));
}

async function endOf(database: Database): Promise<number> {
  const { rows } = await database.query<{ next: number | string }>(
    'SELECT coalesce(max(log_offset) + 1, $1) AS next FROM event_log',
    [FIRST_OFFSET],
  );
  return Number(rows[0]?.next ?? FIRST_OFFSET);
}

/** @returns How many were deleted: fewer than a page when the rest must stay. Offsets and times rise together. */
async function trimPage(database: Database, before: number, appendedBeforeMs: number): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM event_log WHERE appended_at_ms < $2 AND log_offset IN (
       SELECT log_offset FROM event_log WHERE log_offset < $1 ORDER BY log_offset LIMIT ${TRIM_PAGE}
     )`,
    [before, appendedBeforeMs],
  );
  return rowCount ?? 0;
}
