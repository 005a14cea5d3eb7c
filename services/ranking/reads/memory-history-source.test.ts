import { type EventId, type ItemId, MAIN_CATALOG, type UserId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { historySourceContract } from './history-source.contract.ts';
import { MemoryHistorySource } from './memory-history-source.ts';

historySourceContract(async () => {
  const source = new MemoryHistorySource();
  return {
    source,
    catalog: MAIN_CATALOG,
    store: async (user, events) => {
      for (const event of events) source.add(MAIN_CATALOG, user, event);
    },
    removeItem: async (item) => source.removeItem(MAIN_CATALOG, item),
  };
}, 200);

test('an erased user has no history, and the others keep theirs', async () => {
  const source = new MemoryHistorySource();
  const users = ['erased', 'other'].map((user) => user as UserId);
  const event = {
    id: 'e' as EventId,
    item: 'i' as ItemId,
    type: 'save',
    value: 1,
    atMs: 1,
    isRetracted: false,
  } as const;
  for (const user of users) source.add(MAIN_CATALOG, user, event);
  source.erase(MAIN_CATALOG, users[0]!);
  expect(await source.latest(MAIN_CATALOG, users[0]!, 1)).toEqual([]);
  expect(await source.latest(MAIN_CATALOG, users[1]!, 1)).toHaveLength(1);
});
