import type { Database } from '../../platform/database.ts';
import { AppendQueue } from '../append-queue.ts';
import type { ConsumeOptions, Consumer, EventLog, MessageHandler, NewMessage, Position } from '../event-log.ts';
import { messageBytes } from '../message-bytes.ts';
import { encodeHeaders, withoutRequestId } from './message-headers.ts';
import { FIRST_OFFSET, PostgresLogConsumer } from './postgres-log-consumer.ts';

/** The database that holds an event log. */
export interface PostgresEventLogOptions {
  /** Holds the table `event_log`; stays the caller's. */
  readonly database: Database;
  /** The same database: a consumer opens a connection of its own, beside the pool. */
  readonly databaseUrl: string;
  /** Longest time that a message stays unseen if the database's notification is lost. */
  readonly pollMs?: number;
  readonly name?: string;
}

const WRITE_LIMITS = { messagesMax: 2_000, bytesMax: 8 * 1024 * 1024, waitingBytesMax: 128 * 1024 * 1024 };
const TRIM_PAGE = 10_000;

/**
 * The event log as a PostgreSQL table of one partition; offsets start at 1 and have gaps. One statement and one commit
 * per write, shared by all appends that wait at the time. One consumer of a database reads, over all processes; the
 * others wait until it ends. The request id of a message is dropped.
 */
export class PostgresEventLog implements EventLog {
  readonly name: string;
  readonly #options: PostgresEventLogOptions;
  readonly #consumers = new Set<PostgresLogConsumer>();
  readonly #queue: AppendQueue<NewMessage>;

  constructor(options: PostgresEventLogOptions) {
    const { database, name = 'postgres' } = options;
    this.name = name;
    this.#options = options;
    this.#queue = new AppendQueue({
      ...WRITE_LIMITS,
      bytesOf: messageBytes,
      write: (messages) => write(database, messages),
    });
  }

  async append(messages: readonly NewMessage[]): Promise<readonly Position[]> {
    const positions = await this.#queue.append(messages);
    for (const consumer of this.#consumers) consumer.wake();
    return positions;
  }

  async consume(handler: MessageHandler, options: ConsumeOptions): Promise<Consumer> {
    const { database, databaseUrl, pollMs = 1_000 } = this.#options;
    const consumer = new PostgresLogConsumer({
      ...options,
      databaseUrl,
      handler,
      pollMs,
      end: () => endOf(database),
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  async ends(): Promise<ReadonlyMap<number, number>> {
    return new Map([[0, await endOf(this.#options.database)]]);
  }

  async erase(catalog: string, user: string): Promise<void> {
    // The place stays, so that progress passes it and a wait for its offset ends.
    await this.#options.database.query(
      `UPDATE event_log SET catalog = '', user_id = '', value = NULL, headers = NULL WHERE catalog = $1 AND user_id = $2`,
      [catalog, user],
    );
  }

  async trim(before: ReadonlyMap<number, number>, appendedBeforeMs: number): Promise<void> {
    const offset = before.get(0) ?? FIRST_OFFSET;
    while ((await trimPage(this.#options.database, offset, appendedBeforeMs)) === TRIM_PAGE);
  }

  async close(): Promise<void> {
    await Promise.all([this.#queue.close(), ...[...this.#consumers].map((consumer) => consumer.stop())]);
    this.#consumers.clear();
  }
}

async function write(database: Database, messages: readonly NewMessage[]): Promise<readonly Position[]> {
  const { rows } = await database.query<{ offsets: readonly (number | string)[] }>(
    'SELECT append_to_event_log($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS offsets',
    [
      messages.map((message) => message.catalog),
      messages.map((message) => message.user),
      messages.map((message) => message.value),
      messages.map((message) => encodeHeaders(withoutRequestId(message.headers ?? {}))),
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

/** @returns The number deleted: less than a page if the rest must stay. Offsets and times rise together. */
async function trimPage(database: Database, before: number, appendedBeforeMs: number): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM event_log WHERE appended_at_ms < $2 AND log_offset IN (
       SELECT log_offset FROM event_log WHERE log_offset < $1 ORDER BY log_offset LIMIT ${TRIM_PAGE}
     )`,
    [before, appendedBeforeMs],
  );
  return rowCount ?? 0;
}
