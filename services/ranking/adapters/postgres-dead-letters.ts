import type { Database } from '@kindred/shared/platform/database';
import type { DeadLetter, DeadLetters } from '../events/dead-letters.ts';

/** Dead letters in a table, for a log that has no topic of its own for them. */
export function postgresDeadLetters(database: Database): DeadLetters {
  return {
    async send(log, letters) {
      if (letters.length === 0) return;
      await database.query(
        `INSERT INTO dead_letters (log, partition, log_offset, catalog, user_id, reason, value, at_ms)
         SELECT $1, given.* FROM unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bigint[]) AS given
         ON CONFLICT DO NOTHING`,
        [
          log,
          letters.map((letter) => letter.partition),
          letters.map((letter) => letter.offset),
          letters.map((letter) => letter.catalog),
          letters.map((letter) => letter.user),
          letters.map((letter) => letter.reason.slice(0, 1_000)),
          letters.map((letter) => letter.value),
          letters.map((letter) => letter.appendedAtMs),
        ],
      );
    },

    async list(log) {
      const { rows } = await database.query<Omit<DeadLetter, 'headers'>>(
        `SELECT partition, log_offset AS offset, at_ms AS "appendedAtMs", reason, value,
           coalesce(catalog, '') AS catalog, coalesce(user_id, '') AS user
         FROM dead_letters WHERE log = $1 ORDER BY partition, log_offset`,
        [log],
      );
      return rows.map((row) => ({ ...row, headers: {} }));
    },

    async markRetried(log, letters) {
      await database.query(
        `DELETE FROM dead_letters WHERE log = $1
           AND (partition, log_offset) IN (SELECT * FROM unnest($2::int[], $3::bigint[]))`,
        [log, letters.map((letter) => letter.partition), letters.map((letter) => letter.offset)],
      );
    },
  };
}
