import { createServer, type Server } from 'node:http';
import type { Express } from 'express';

export interface HttpServer {
  readonly port: number;
  /** Takes no new connections and resolves when the requests in flight are answered, or after `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly app: Express;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

const CONNECTIONS_MAX = 2_000;

export async function listen({ app, host, port }: ListenOptions): Promise<HttpServer> {
  const server = createServer({ requestTimeout: 300_000, headersTimeout: 20_000, keepAliveTimeout: 65_000 }, app);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  let isDraining = false;
  server.prependListener('request', (_request, response) => {
    if (isDraining) response.setHeader('Connection', 'close');
  });
  return {
    port: address.port,
    drain: async (timeoutMs) => {
      isDraining = true;
      await drain(server, timeoutMs);
    },
  };
}

/** What was already on its way when the stop was asked for is taken for so long. */
const GRACE_MS = 250;

async function drain(server: Server, timeoutMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, GRACE_MS));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive closes once its request at hand is answered.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}
