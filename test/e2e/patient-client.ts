import { expect } from 'vitest';
import type { Client, Reply } from '../client.ts';

const ATTEMPTS_MAX = 60;

/** Asks again while what `after` stands for is not applied: a read waits for a second only, which is short for thirty texts. */
export function patient(client: Client): Client {
  const again = async (ask: () => Promise<Reply>): Promise<Reply> => {
    for (let attempt = 1; ; attempt++) {
      const reply = await ask();
      if (reply.body?.code !== 'not-yet-applied' || attempt === ATTEMPTS_MAX) return reply;
      expect(reply.headers.get('retry-after')).toBe('1');
    }
  };
  return {
    ...client,
    get: (path) => again(() => client.get(path)),
    post: (path, body, headers) => again(() => client.post(path, body, headers)),
  };
}
