import { createServer, type Server, type ServerResponse } from 'node:http';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Express } from 'express';

export interface HttpServer {
  readonly port: number;
  /**
   * Answers what is in flight or still comes, each on a connection that then closes, until nothing has come for a
   * moment; takes no new connections from then on. Resolves when all are closed, at the latest after `timeoutMs`.
   */
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
  const inFlight = new Set<ServerResponse>();
  let isDraining = false;
  let lastCameMs = 0;
  server.prependListener('request', (request, response) => {
    inFlight.add(response);
    response.once('close', () => inFlight.delete(response));
    if (isDraining) response.setHeader('Connection', 'close');
    if (!PROBES.has(request.url ?? '')) lastCameMs = performance.now();
  });
  return {
    port: address.port,
    drain: async (timeoutMs) => {
      isDraining = true;
      // A connection that is kept would be closed just when its client may ask again.
      for (const response of inFlight) if (!response.headersSent) response.setHeader('Connection', 'close');
      const startMs = performance.now();
      const quietMs = (): number => performance.now() - Math.max(startMs, lastCameMs);
      while (quietMs() < QUIET_MS && performance.now() - startMs < GRACE_MS_MAX) await sleep(LOOK_MS);
      await close(server, startMs + timeoutMs - performance.now());
    },
  };
}

/** Whoever looks whether we are ready goes on looking. */
const PROBES = new Set(['/livez', '/readyz', '/metrics']);
/** What was already on its way when the stop was asked for comes within so long of the last … */
const QUIET_MS = 250;
/** … but a client that does not look whether we are ready would never end. */
const GRACE_MS_MAX = 1_500;
const LOOK_MS = 25;

async function close(server: Server, timeoutMs: number): Promise<void> {
  await quietTurn(server);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => void quietTurn(server).then(() => server.closeIdleConnections()), LOOK_MS);
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(timer);
}

const TURN_MS_MAX = 0.5;
const TURNS_MS_MAX = 200;

/**
 * Resolves just after a turn of the event loop that was short and met no new connection: nothing waits then to be
 * accepted or read, but for what came within that turn. Closing at any other moment resets what waits.
 */
async function quietTurn(server: Server): Promise<void> {
  let hasMet = false;
  const meet = (): void => {
    hasMet = true;
  };
  server.on('connection', meet);
  for (const deadlineMs = performance.now() + TURNS_MS_MAX; performance.now() < deadlineMs; hasMet = false) {
    const startMs = performance.now();
    await setImmediate();
    if (!hasMet && performance.now() - startMs < TURN_MS_MAX) break;
  }
  server.off('connection', meet);
}
