import { openApiOf } from '../api/openapi.ts';
import type { Route } from '../api/route.ts';
import { ConfigError, ENVIRONMENT, StartError } from './config.ts';
import { keepRequestsYoung } from './heap.ts';
import { createApp } from './http/app.ts';
import type { HttpConfig } from './http/http-config.ts';
import { referencePages } from './http/reference-page.ts';
import { type HttpServer, listen } from './http/server.ts';
import { createLog, type Log } from './log.ts';
import { createRegistry, type Registry } from './metrics.ts';
import { onParentEnd } from './parent-process.ts';

/** A service with all its parts, at work; it need not be ready yet. */
export interface Service {
  readonly routes: readonly Route[];
  /**
   * Names the parts that keep the service from answering now: `database`, `index-changes`; empty when requests may come.
   * It is asked for every `/readyz`, so it must answer at once from what the parts know of themselves, and tell the truth at
   * any time, not only at the start: a part that fails later makes it say no, and a part that recovers makes it say yes.
   */
  notReady(): readonly string[];
  /** Stores progress and releases everything that the service holds. No request is in flight by then. */
  stop(): Promise<void>;
}

/** Parts that a service gets from the process that runs it. */
export interface ServiceContext<Config> {
  readonly config: Config;
  readonly log: Log;
  readonly registry: Registry;
  /** Ends the process over the loss of something that the service cannot work without. */
  readonly fail: (error: unknown) => void;
}

/** A service as a program: its name, settings and start. */
export interface ServiceProgram<Config extends HttpConfig, Started extends Service> {
  readonly name: string;
  /** @throws {ConfigError} */
  readonly readConfig: (environment: Readonly<Record<string, string | undefined>>) => Config;
  readonly start: (context: ServiceContext<Config>) => Promise<Started>;
  /** Called once requests are taken. */
  readonly onListening: (service: Started, url: string, config: Config) => Promise<void>;
}

const DRAIN_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 9_500;
const VERSION = '0.1.0';

/**
 * Runs a service as a process until a signal ends it or its launcher is gone: readiness goes off, requests in flight are finished, the service
 * stops, exit 0, all within 10 s. A wrong configuration ends it with 78, any other failure to start with 1.
 *
 * `/readyz` is the same for all services: 200 while `notReady` of the service is empty; else 503 with the names that it
 * gives, so that load balancers send no requests here and a person sees what is missing. While the process stops the one
 * name is `stopping`. `/livez` stays 200 all the time: a restart mends nothing that is unreachable.
 */
export async function runService<Config extends HttpConfig, Started extends Service>(
  program: ServiceProgram<Config, Started>,
): Promise<void> {
  keepRequestsYoung();
  const fail = (error: unknown): never => {
    console.error(`Kindred: ${startFailure(error)}`);
    process.exit(error instanceof ConfigError ? 78 : 1);
  };
  try {
    await run(program, fail);
  } catch (error) {
    fail(error);
  }
}

async function run<Config extends HttpConfig, Started extends Service>(
  { name, readConfig, start, onListening }: ServiceProgram<Config, Started>,
  fail: (error: unknown) => void,
): Promise<void> {
  const config = readConfig(ENVIRONMENT);
  const log = createLog(name, config.logLevel);
  const registry = createRegistry();
  let starting: Promise<Started> | undefined;
  let server: HttpServer | undefined;
  let isStopping = false;

  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    console.log('Kindred: finishing what is in flight …');
    const timer = setTimeout(() => {
      log.error('it did not stop in time');
      process.exit(1);
    }, STOP_TIMEOUT_MS);
    await server?.drain(DRAIN_TIMEOUT_MS);
    // A start under way is let finish, however long that takes: its parts must be stopped.
    if (server === undefined) clearTimeout(timer);
    await (await starting?.catch(() => undefined))?.stop();
    console.log('Kindred: stopped');
    process.exit(0);
  };
  // The launcher and the terminal may both pass the signal on: the first counts.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  onParentEnd(() => void stop());

  starting = start({ config, log, registry, fail });
  const service = await starting;
  if (isStopping) return;
  const app = createApp({
    routes: service.routes,
    log,
    registry,
    apiKey: config.apiKey,
    hosts: config.hosts,
    notReady: () => (isStopping ? ['stopping'] : service.notReady()),
    pages: referencePages(openApiOf(service.routes, VERSION)),
  });
  try {
    server = await listen({ app, host: config.host, port: config.port });
  } catch (error) {
    await service.stop();
    throw error;
  }
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  try {
    await onListening(service, `http://${host}:${server.port}`, config);
  } catch (error) {
    // The parts that it works with go when the service stops.
    if (!isStopping) throw error;
  }
}

function startFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StartError) return error.message;
  if ('code' in error && error.code === 'EADDRINUSE') return 'the port is in use: set PORT to another one';
  return error.stack ?? error.message;
}

/** Prints one line with the address, for the person who started the process. */
export function sayListening(name: string): (service: Service, url: string) => Promise<void> {
  return async (_service, url) => console.log(`Kindred ${name} listens at ${url}`);
}
