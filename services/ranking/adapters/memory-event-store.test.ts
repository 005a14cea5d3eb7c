import type { CatalogId } from '@kindred/shared/id';
import { describe } from 'vitest';
import { eventStoreContract } from '../events/event-store.contract.ts';
import { historySourceContract } from '../reads/history-source.contract.ts';
import { MemoryEventStore } from './memory-event-store.ts';

const store = new MemoryEventStore();
let catalogs = 0;
const under = {
  store,
  histories: store,
  erasures: store,
  newCatalog: async () => `c${catalogs++}` as CatalogId,
  deleteItem: async (...item: Parameters<MemoryEventStore['deleteItem']>) => store.deleteItem(...item),
};

describe('the event store in memory', () => {
  eventStoreContract(under);
});
describe('its histories', () => {
  historySourceContract(under);
});
