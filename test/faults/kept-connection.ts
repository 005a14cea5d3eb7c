import { Agent, type IncomingMessage, request as startRequest } from 'node:http';

/** A request; `body` may be written piece by piece, over time. */
export interface Ask {
  readonly url: string;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly type?: string;
  readonly body?: string | AsyncIterable<string>;
}

/**
 * Outcome of a request. `refused`: nobody listened, so no server has seen it. `lost`: the connection was there, and the
 * answer did not come, or had begun and is not whole.
 */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly text: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'lost'; readonly reason: string; readonly hasBegun: boolean };

/** One connection, kept from one request to the next for as long as the server lets it; nothing is sent twice. */
export interface KeptConnection {
  ask(ask: Ask): Promise<Outcome>;
  close(): void;
}

export function keptConnection(): KeptConnection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: ({ url, method, type = 'application/json', body }) =>
      new Promise((resolve) => {
        const headers = body === undefined ? {} : { 'Content-Type': type };
        const request = startRequest(url, { method, agent, headers });
        let hasBegun = false;
        const lose = (error: Error): void => {
          if ('code' in error && error.code === 'ECONNREFUSED') resolve({ kind: 'refused' });
          else
            resolve({ kind: 'lost', reason: `${error.message}, ${request.reusedSocket ? 'kept' : 'new'}`, hasBegun });
        };
        request.on('error', lose);
        request.on('response', (response) => {
          hasBegun = true;
          void readWhole(response).then(
            (text) => resolve({ kind: 'answered', status: response.statusCode!, text }),
            lose,
          );
        });
        void send(body, request).catch(lose);
      }),
    close: () => agent.destroy(),
  };
}

async function readWhole(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  if (!response.complete) throw new Error('the answer was cut short');
  return text;
}

async function send(
  body: Ask['body'],
  request: { write(text: string): boolean; end(text?: string): unknown },
): Promise<void> {
  if (body === undefined || typeof body === 'string') {
    request.end(body);
    return;
  }
  for await (const piece of body) request.write(piece);
  request.end();
}
