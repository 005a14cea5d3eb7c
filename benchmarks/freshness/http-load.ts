import { keepAliveClient, succeeded } from '../engine/keep-alive-client.ts';
import type { EventLoad } from './event-load.ts';
import type { StreamEvent } from './event-stream.ts';
import { CATALOG_PATH } from './synthetic-catalog.ts';

export const CONNECTIONS = 8;

/** One request an event, as pages send what their visitors do. */
export async function openHttpLoad(url: string): Promise<EventLoad> {
  const client = keepAliveClient(url, CONNECTIONS);
  const sendOne = async (event: StreamEvent): Promise<void> => {
    succeeded(await client.send('POST', `${CATALOG_PATH}/events`, { events: [event] }));
  };
  return {
    send: async (events) => void (await Promise.all(events.map(sendOne))),
    close: async () => client.close(),
  };
}
