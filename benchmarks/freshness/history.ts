import { keepAliveClient, succeeded } from '../engine/keep-alive-client.ts';
import { startProgress } from '../measure/progress.ts';
import type { StreamEvent } from './event-stream.ts';
import { CATALOG_PATH } from './synthetic-catalog.ts';

const POSTED_AT_ONCE = 500;

/** Posts so many events, and waits until they are applied. */
export async function postHistory(url: string, events: number, draw: () => StreamEvent): Promise<void> {
  const client = keepAliveClient(url);
  const progress = startProgress('freshness: events posted', events);
  try {
    let after = '';
    for (let posted = 0; posted < events; posted += POSTED_AT_ONCE) {
      const some = Array.from({ length: Math.min(POSTED_AT_ONCE, events - posted) }, draw);
      const answer = succeeded(await client.send('POST', `${CATALOG_PATH}/events`, { events: some }));
      const { token }: { token: string } = JSON.parse(answer);
      after = token;
      progress.at(posted + some.length);
    }
    const body = { user: 'nobody', limit: 1, after };
    while ((await client.send('POST', `${CATALOG_PATH}/recommendations`, body)).status === 503);
    progress.done();
  } finally {
    client.close();
  }
}
