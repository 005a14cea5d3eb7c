import type { Database } from '@kindred/shared/database';
import type { DeadLetters } from '../ports.ts';

/** Dead letters in a table, for a log that has no topic of its own for them. */
export function postgresDeadLetters(database: Database): DeadLetters {
  return {
    async send(log, letters) {
      if (letters.length === 0) return;
      await database.query(
        `INSERT INTO dead_letters (log, partition, log_offset, catalog, user_id, reason, value, at_ms)
         SELECT $1, given.*, $8 FROM unnest($2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bytea[]) AS given
         ON CONFLICT DO NOTHING`,
        [
          log,
          letters.map((letter) => letter.partition),
          letters.map((letter) => letter.offset),
          letters.map((letter) => letter.catalog ?? null),
          letters.map((letter) => letter.user ?? null),
          letters.map((letter) => letter.reason.slice(0, 1_000)),
          letters.map((letter) => letter.value),
          Date.now(),
        ],
      );
    },
  };
}
