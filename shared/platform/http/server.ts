import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Express } from 'express';
import { answerParserErrors } from './parser-errors.ts';
import { PROBE_PATHS } from './probes.ts';

/** A server that takes requests. */
export interface HttpServer {
  readonly port: number;
  /**
   * Answers requests in flight and those that still come, each on a connection that then closes, until none has come for
   * a moment; then takes no new connections. Resolves when all are closed, at the latest after `timeoutMs`.
   */
  drain(timeoutMs: number): Promise<void>;
}

/** The application and its address. */
export interface ListenOptions {
  readonly app: Express;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

const CONNECTIONS_MAX = 2_000;

/** Serves the application. @throws when the port is in use. */
export async function listen({ app, host, port }: ListenOptions): Promise<HttpServer> {
  const server = createServer(
    {
      requestTimeout: 300_000,
      headersTimeout: 20_000,
      keepAliveTimeout: 65_000,
      // The application itself refuses a request without a Host header, with a problem.
      requireHostHeader: false,
    },
    app,
  );
  server.maxConnections = CONNECTIONS_MAX;
  const draining = new Draining(server);
  answerParserErrors(server, (socket) => draining.hasBegunToAnswer(socket));
  // An expectation that is not known is none: without this, node answers it itself, with an empty 417.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, drain: (timeoutMs) => draining.run(timeoutMs) };
}

/** Requests that were under way when the stop was asked for come within this time of each other … */
const QUIET_MS = 250;
/** … but a client that never asks whether the server is ready would never end. */
const GRACE_MS_MAX = 1_500;
const LOOK_MS = 25;

/** The requests in flight of one server, and its end. */
class Draining {
  readonly #server: Server;
  readonly #inFlight = new Set<ServerResponse>();
  #isDraining = false;
  #lastCameMs = 0;

  constructor(server: Server) {
    this.#server = server;
    server.prependListener('request', (request, response) => {
      this.#inFlight.add(response);
      response.once('close', () => this.#inFlight.delete(response));
      if (this.#isDraining) response.setHeader('Connection', 'close');
      // Probes go on asking whether the server is ready.
      if (!PROBE_PATHS.has(request.url ?? '')) this.#lastCameMs = performance.now();
    });
  }

  /** True if a part of an answer has been sent on the connection, and the rest has not. */
  hasBegunToAnswer(socket: Duplex): boolean {
    return [...this.#inFlight].some((response) => response.socket === socket && response.headersSent);
  }

  async run(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    // A connection that is kept would be closed just when its client may ask again.
    for (const response of this.#inFlight) if (!response.headersSent) response.setHeader('Connection', 'close');
    const startMs = performance.now();
    const quietMs = (): number => performance.now() - Math.max(startMs, this.#lastCameMs);
    while (quietMs() < QUIET_MS && performance.now() - startMs < GRACE_MS_MAX) await sleep(LOOK_MS);
    await close(this.#server, startMs + timeoutMs - performance.now());
  }
}

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
 * accepted or read, but for what came within that turn. Closing at any other moment resets the connections that wait.
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
