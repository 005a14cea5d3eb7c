import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** `undefined` for a request without one. */
  readonly body: unknown;
}

/** The running server with its record. */
export interface AnsweringServer {
  readonly url: string;
  /** By arrival. */
  readonly received: readonly ReceivedRequest[];
  /** Largest number of requests under way at one moment. */
  atOnceMax(): number;
  close(): Promise<void>;
}

/**
 * An HTTP server of 127.0.0.1 that records its requests.
 * @param answer  Gives status and body; called once per request.
 * @param heldUntil  Nothing is answered before so many requests have come.
 */
export async function startAnsweringServer(
  answer: (request: ReceivedRequest) => { readonly status: number; readonly body: unknown },
  heldUntil = 1,
): Promise<AnsweringServer> {
  const received: ReceivedRequest[] = [];
  const released = Promise.withResolvers<void>();
  let [atOnce, atOnceMax] = [0, 0];
  const server = createServer(async (request, response) => {
    atOnceMax = Math.max(atOnceMax, ++atOnce);
    const sent = await text(request);
    const { method = '', url: path = '' } = request;
    const one = { method, path, body: sent === '' ? undefined : JSON.parse(sent) };
    received.push(one);
    if (received.length >= heldUntil) released.resolve();
    await released.promise;
    const { status, body } = answer(one);
    atOnce--;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    atOnceMax: () => atOnceMax,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
