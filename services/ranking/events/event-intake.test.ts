import { decodeToken } from '@kindred/shared/api/write-token';
import type { Event } from '@kindred/shared/event';
import { RecordingHandler, until } from '@kindred/shared/event-log/event-log.fixture';
import { MemoryEventLog } from '@kindred/shared/event-log/memory/memory-event-log';
import type { CatalogId, EventId, ItemId, UserId } from '@kindred/shared/id';
import { expect, test } from 'vitest';
import { memoryCatalogSource } from '../adapters/memory-catalog-source.ts';
import { KnownCatalogs } from '../known-catalogs.ts';
import { EventIntake } from './event-intake.ts';

const FILMS = 'films' as CatalogId;
const catalogs = new KnownCatalogs(memoryCatalogSource([FILMS]));

function event(id: string): Event {
  return { id: id as EventId, user: 'ana' as UserId, item: 'alien' as ItemId, type: 'save' };
}

test('appends events as messages that name their catalog and request, and answers with their last places', async () => {
  const eventLog = new MemoryEventLog();
  const intake = new EventIntake({ catalogs, eventLog });
  await intake.accept(FILMS, [event('e0')], 'request-1');
  const token = decodeToken(await intake.accept(FILMS, [event('e1'), event('e2')], 'request-2'));
  expect(token).toEqual({ log: 'memory', offsets: { 0: 2 } });
  const handler = new RecordingHandler();
  await eventLog.consume(handler, { batchSizeMax: 10, onError: () => {} });
  await until(() => handler.applied.length === 3);
  expect(handler.applied.map(({ value }) => JSON.parse(String(value)))).toEqual(
    ['e0', 'e1', 'e2'].map((id) => ({ catalog: 'films', ...event(id) })),
  );
  expect(handler.applied.map(({ headers }) => headers['request-id'])).toEqual(['request-1', 'request-2', 'request-2']);
  await eventLog.close();
});

test('refuses an unknown catalog, and says that an unavailable log is unavailable', async () => {
  const eventLog = new MemoryEventLog();
  const intake = new EventIntake({ catalogs, eventLog });
  await expect(intake.requireCatalog('books' as CatalogId)).rejects.toMatchObject({ code: 'catalog-not-found' });
  await intake.requireCatalog(FILMS);
  await eventLog.close();
  await expect(intake.accept(FILMS, [event('e1')], 'request')).rejects.toMatchObject({ code: 'unavailable' });
});
