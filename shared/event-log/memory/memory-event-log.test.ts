import { describe } from 'vitest';
import { eventLogContract } from '../event-log.contract.ts';
import { CATALOG } from '../event-log.fixture.ts';
import type { EventLog } from '../event-log.ts';
import { MemoryEventLog, MemoryLogMessages } from './memory-event-log.ts';

describe('the event log in memory', () => {
  eventLogContract({
    deletes: true,
    start: async () => async () => {
      const messages = new MemoryLogMessages();
      const opened: EventLog[] = [];
      const open = (): EventLog => {
        const log = new MemoryEventLog(messages);
        opened.push(log);
        return log;
      };
      return {
        open,
        appendForeign: async (value) => {
          await open().append([{ catalog: CATALOG, user: 'foreign', value }]);
        },
        dispose: async () => {
          await Promise.all(opened.map((log) => log.close()));
        },
      };
    },
    stop: async () => {},
  });
});
