import { Agent, request } from 'node:http';

export interface TimedReply {
  readonly status: number;
  readonly body: string;
  /** From the first byte sent to the last received, the wait for a connection included. */
  readonly tookMs: number;
}

/** A client with a fixed number of connections. */
export interface KeepAliveClient {
  send(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<TimedReply>;
  close(): void;
}

/**
 * Thin, so that a measurement is the server's. It stays beside the client of the commands because `fetch` does not bound
 * its connections, and these are what a load is made of.
 * @param connections  Requests at once; others wait for one of these to be answered.
 */
export function keepAliveClient(url: string, connections = 1): KeepAliveClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const headers =
          text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
        const startMs = performance.now();
        const sent = request(url + path, { method, agent, headers }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const tookMs = performance.now() - startMs;
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString(), tookMs });
          });
        });
        sent.on('error', reject);
        sent.end(text);
      }),
    close: () => agent.destroy(),
  };
}

/** The body of an answer that must be a success. @throws Error with the answer that is none. */
export function succeeded({ status, body }: TimedReply): string {
  if (status < 200 || status > 299) throw new Error(`the server answered ${status}: ${body.slice(0, 500)}`);
  return body;
}
