import { FolderInUseError } from '@kindred/infra/postgres/database-owner';
import { ConfigError } from '@kindred/shared/config';
import { keepRequestsYoung } from '@kindred/shared/heap';
import { createApp } from '@kindred/shared/http/app';
import { openApiOf } from '@kindred/shared/http/openapi';
import { referencePages } from '@kindred/shared/http/reference-page';
import { listen } from '@kindred/shared/http/server';
import { createLog } from '@kindred/shared/log';
import { type EmbeddedConfig, readEmbeddedConfig } from './config.ts';
import { DEMO_CATALOG, demoEmbedded, loadDemo } from './demo-catalog.ts';
import { type Engine, startEngine } from './engine.ts';

const DRAIN_TIMEOUT_MS = 8_000;
const VERSION = '0.1.0';

keepRequestsYoung();
try {
  await main(readEmbeddedConfig(process.env));
} catch (error) {
  console.error(`Kindred: ${startFailure(error)}`);
  process.exit(error instanceof ConfigError ? 78 : 1);
}

async function main(config: EmbeddedConfig): Promise<void> {
  const log = createLog('kindred', config.logLevel);
  const startMs = performance.now();
  let starting: Promise<Engine> | undefined;
  let server: Awaited<ReturnType<typeof listen>> | undefined;
  let isStopping = false;
  let isDemoReady = !config.hasDemo;

  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    console.log('Kindred: finishing what is in flight …');
    await server?.drain(DRAIN_TIMEOUT_MS);
    // A start that is under way is let finish: what it started must be stopped.
    await (await starting?.catch(() => undefined))?.stop();
    console.log('Kindred: stopped');
    process.exit(0);
  };
  // The launcher and the terminal may both pass the signal on: the first counts.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());

  starting = startEngine(config, log, (error) => {
    console.error(`Kindred: ${startFailure(error)}`);
    process.exit(1);
  });
  const engine = await starting;
  if (isStopping) return;
  const { routes, registry } = engine;
  const notReady = (): string[] => [...engine.notReady(), ...(isDemoReady ? [] : ['demo'])];
  const app = createApp({
    routes,
    log,
    registry,
    apiKey: config.apiKey,
    hosts: config.hosts,
    notReady: () => (isStopping ? ['stopping'] : notReady()),
    pages: referencePages(openApiOf(routes, VERSION)),
  });
  try {
    server = await listen({ app, host: config.host, port: config.port });
  } catch (error) {
    await engine.stop();
    throw error;
  }

  try {
    if (config.hasDemo) await fillDemo(engine, config.dataFolder);
  } catch (error) {
    // Stopping takes the database from under the demo.
    if (isStopping) return;
    throw error;
  }
  isDemoReady = true;
  while (notReady().length > 0 && !isStopping) await new Promise((resolve) => setTimeout(resolve, 20));
  if (!isStopping) announce(`http://${hostOf(config)}:${server.port}`, config.hasDemo, performance.now() - startMs);
}

async function fillDemo({ ingestion, ranking }: Engine, dataFolder: string): Promise<void> {
  await loadDemo({ ingestion, ranking }, dataFolder);
  await demoEmbedded(ingestion, (waiting, total) =>
    console.log(`Kindred: embedding the demo catalog, ${total - waiting} of ${total} …`),
  );
}

function hostOf({ host }: EmbeddedConfig): string {
  return host.includes(':') ? `[${host}]` : host;
}

function announce(url: string, hasDemo: boolean, tookMs: number): void {
  const catalog = `${url}/v1/catalogs/${hasDemo ? DEMO_CATALOG : 'main'}`;
  const post = `curl -s -H 'Content-Type: application/json'`;
  console.log(`Kindred is ready at ${url} (${(tookMs / 1000).toFixed(1)} s). Three things to try:
  ${post} ${catalog}/recommendations -d '{"user": "reader-amara", "limit": 5, "expand": true}'
  ${post} ${catalog}/search -d '{"text": "a murder solved in a quiet village", "limit": 5, "expand": true}'
  open ${url}/docs`);
}

function startFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError || error instanceof FolderInUseError) return error.message;
  if ('code' in error && error.code === 'EADDRINUSE') return 'the port is in use: set PORT to another one';
  return error.stack ?? error.message;
}
