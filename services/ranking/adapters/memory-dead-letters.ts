import type { Position } from '@kindred/shared/event-log/event-log';
import { type DeadLetter, type DeadLetters, REASON_MAX } from '../events/dead-letters.ts';

/** Dead letters in memory, for tests. */
export function memoryDeadLetters(): DeadLetters {
  const logs = new Map<string, Map<string, DeadLetter>>();
  const lettersOf = (log: string): Map<string, DeadLetter> => {
    const letters = logs.get(log) ?? new Map<string, DeadLetter>();
    logs.set(log, letters);
    return letters;
  };
  return {
    async send(log, letters) {
      for (const letter of letters) {
        lettersOf(log).set(keyOf(letter), { ...letter, reason: letter.reason.slice(0, REASON_MAX) });
      }
    },
    async list(log) {
      return [...lettersOf(log).values()].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    },
    async remove(log, places) {
      for (const place of places) lettersOf(log).delete(keyOf(place));
    },
    async erase(log, catalog, user) {
      for (const [key, letter] of lettersOf(log)) {
        if (letter.catalog === catalog && letter.user === user) lettersOf(log).delete(key);
      }
    },
  };
}

function keyOf({ partition, offset }: Position): string {
  return `${partition}/${offset}`;
}
