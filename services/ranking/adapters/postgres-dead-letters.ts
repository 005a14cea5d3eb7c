import { decodeHeaders, encodeHeaders } from '@kindred/shared/event-log/postgres/message-headers';
import type { Database } from '@kindred/shared/platform/database';
import { type DeadLetter, type DeadLetters, REASON_MAX } from '../events/dead-letters.ts';

/** Dead letters in a table. The bytes of a removed letter leave the disk as those of every deleted row, by a vacuum. */
export function postgresDeadLetters(database: Database): DeadLetters {
  return {
    async send(log, letters) {
      if (letters.length === 0) return;
      // One statement can replace a row only once: of two letters with one place, the later.
      const byPlace = new Map(letters.map((letter) => [`${letter.partition}/${letter.offset}`, letter]));
      await insertLetters(database, log, [...byPlace.values()]);
    },

    async list(log) {
      const { rows } = await database.query<LetterRow>(
        `SELECT partition, log_offset AS offset, at_ms AS "appendedAtMs", reason, value, headers,
           coalesce(catalog, '') AS catalog, coalesce(user_id, '') AS user
         FROM dead_letters WHERE log = $1 ORDER BY partition, log_offset`,
        [log],
      );
      return rows.map((row) => ({ ...row, headers: decodeHeaders(row.headers) }));
    },

    async remove(log, places) {
      await database.query(
        `DELETE FROM dead_letters WHERE log = $1
           AND (partition, log_offset) IN (SELECT * FROM unnest($2::int[], $3::bigint[]))`,
        [log, places.map(({ partition }) => partition), places.map(({ offset }) => offset)],
      );
    },

    async erase(log, catalog, user) {
      await database.query('DELETE FROM dead_letters WHERE log = $1 AND catalog = $2 AND user_id = $3', [
        log,
        catalog,
        user,
      ]);
    },
  };
}

interface LetterRow extends Omit<DeadLetter, 'headers'> {
  readonly headers: Buffer | null;
}

async function insertLetters(database: Database, log: string, letters: readonly DeadLetter[]): Promise<void> {
  await database.query(
    `INSERT INTO dead_letters (log, partition, log_offset, catalog, user_id, reason, value, at_ms, headers)
     SELECT $1, given.* FROM unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bigint[], $9::bytea[])
       AS given
     ON CONFLICT (log, partition, log_offset) DO UPDATE SET
       catalog = excluded.catalog, user_id = excluded.user_id, reason = excluded.reason, value = excluded.value,
       at_ms = excluded.at_ms, headers = excluded.headers`,
    [
      log,
      letters.map((letter) => letter.partition),
      letters.map((letter) => letter.offset),
      letters.map((letter) => letter.catalog),
      letters.map((letter) => letter.user),
      letters.map((letter) => letter.reason.slice(0, REASON_MAX)),
      letters.map((letter) => letter.value),
      letters.map((letter) => letter.appendedAtMs),
      letters.map((letter) => encodeHeaders(letter.headers)),
    ],
  );
}
