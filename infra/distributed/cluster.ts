import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaConfig, TopicNames } from '@kindred/shared/event-log/kafka/kafka-config';
import { StartError } from '@kindred/shared/platform/config';
import { freePort } from '../free-port.ts';
import { guardOf } from '../process-guard.ts';

type ServiceName = 'ingestion' | 'index' | 'ranking' | 'trainer';

export interface ClusterOptions {
  readonly databaseUrl: string;
  readonly brokers: KafkaConfig['brokers'];
  readonly topics?: TopicNames;
  /** Of the snapshots. */
  readonly folder: string;
  readonly modelsFolder: string;
  /** How many processes of each; default one. None only of the trainer. */
  readonly replicas?: Partial<Record<ServiceName, number>>;
  /** Of the first process of each, where it is to be a given one. */
  readonly ports?: Partial<Record<ServiceName, number>>;
  /** Programs to run in place of a service's own. */
  readonly programs?: Partial<Record<ServiceName, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told what the services say. */
  readonly onOutput: (service: string, text: string) => void;
  /** Told whenever all are ready again after one was started anew. */
  readonly onRestart?: () => void;
}

/** The services as processes of this machine: one that dies is started again on the same address. */
export interface Cluster {
  readonly catalogUrl: string;
  readonly rankingUrl: string;
  /** `undefined` where there is no trainer. */
  readonly trainerUrl: string | undefined;
  /** Of every process, by its name: `ranking`, `ranking-2`, … */
  readonly urls: ReadonlyMap<string, string>;
  pids(): Readonly<Record<string, number>>;
  /** Sends a signal to one process. */
  signal(name: string, signal: NodeJS.Signals): void;
  /** How often each process has been started. */
  starts(name: string): number;
  /** The exit codes of the lives of a process that have ended, the first first; `null` for a kill. */
  exits(name: string): readonly (number | null)[];
  /** Resolves when all are ready. @throws after a minute and a half. */
  ready(): Promise<void>;
  /** SIGTERM to all. @returns The exit code of each. */
  stop(): Promise<Readonly<Record<string, number | null>>>;
}

interface Replica {
  readonly name: string;
  readonly service: ServiceName;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  child: ChildProcess | undefined;
  exit: Promise<number | null>;
  starts: number;
  hasBeenReady: boolean;
  /** How often it ended by itself, with a failure, before it was ever ready. */
  failedStarts: number;
  readonly exits: (number | null)[];
}

const ROOT = resolve(import.meta.dirname, '..', '..');
const SERVICES = ['ingestion', 'index', 'ranking', 'trainer'] as const;
const READY_TIMEOUT_MS = 90_000;
const QUICK_DEATH_MS = 2_000;
const RESTART_PAUSE_MS = 1_000;
/** A process that ended by itself so often before it was ever ready would do so for ever: a wrong setting, a port that is taken. */
const FAILED_STARTS_MAX = 3;
const UNTRIED = { hasBeenReady: false, failedStarts: 0 };

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { replicas: counts = {}, ports = {}, onOutput, onRestart = () => {} } = options;
  const addresses = new Map<ServiceName, number[]>();
  for (const service of SERVICES) {
    const own: number[] = [];
    for (let i = 0; i < (counts[service] ?? 1); i++) own.push((i === 0 && ports[service]) || (await freePort()));
    addresses.set(service, own);
  }
  const indexUrls = addresses.get('index')!.map(urlOf).join(',');
  let isStopping = false;

  const replicas = SERVICES.flatMap((service) =>
    addresses.get(service)!.map((port, i): Replica => {
      const name = i === 0 ? service : `${service}-${i + 1}`;
      const environment = environmentOf(options, { name, port, indexUrls });
      const life = { child: undefined, exit: Promise.resolve(null), starts: 0, exits: [], ...UNTRIED };
      return { name, service, url: urlOf(port), environment, ...life };
    }),
  );
  const byName = (name: string): Replica => {
    const found = replicas.find((replica) => replica.name === name);
    if (found === undefined) throw new Error(`there is no process ${name}`);
    return found;
  };

  const run = (replica: Replica): void => {
    const startedAtMs = Date.now();
    // kafkajs sets timers in the past, which Node warns of; harmless (kafkajs #1751).
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    const child = spawn(process.execPath, [...flags, programOf(options, replica.service)], {
      cwd: ROOT,
      // Of a session of its own: Ctrl-C in the terminal reaches us, and we tell the services.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...replica.environment },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => onOutput(replica.name, text));
    }
    const guard = child.pid === undefined ? undefined : guardOf(child.pid);
    replica.child = child;
    replica.starts++;
    replica.exit = new Promise((done) => {
      child.once('exit', (code) => done(code));
      child.once('error', () => done(null));
    });
    void replica.exit.then(async (code) => {
      guard?.kill('SIGKILL');
      replica.exits.push(code);
      if (!replica.hasBeenReady && code !== null && code > 0) replica.failedStarts++;
      if (isStopping) return;
      if (Date.now() - startedAtMs < QUICK_DEATH_MS) await sleep(RESTART_PAUSE_MS);
      if (isStopping) return;
      run(replica);
      await ready().then(onRestart, (error: Error) => onOutput(replica.name, `${error.message}\n`));
    });
  };

  const ready = async (): Promise<void> => {
    for (const deadline = Date.now() + READY_TIMEOUT_MS; ; await sleep(50)) {
      const states = await Promise.all(replicas.map(async (replica) => [replica, await isReady(replica)] as const));
      for (const [replica, isUp] of states) replica.hasBeenReady ||= isUp;
      const waiting = states.filter(([, isUp]) => !isUp).map(([{ name }]) => name);
      const hopeless = replicas.find(({ failedStarts }) => failedStarts >= FAILED_STARTS_MAX);
      if (hopeless !== undefined) throw new StartError(`${hopeless.name} does not start; what it said stands above`);
      if (waiting.length === 0) return;
      if (Date.now() > deadline) throw new Error(`not ready after ${READY_TIMEOUT_MS} ms: ${waiting.join(', ')}`);
    }
  };

  const killAll = (): void => {
    for (const { child } of replicas) child?.kill('SIGKILL');
  };
  process.on('exit', killAll);
  for (const replica of replicas) run(replica);
  return {
    catalogUrl: byName('ingestion').url,
    rankingUrl: byName('ranking').url,
    trainerUrl: replicas.find(({ service }) => service === 'trainer')?.url,
    urls: new Map(replicas.map(({ name, url }) => [name, url])),
    pids: () => Object.fromEntries(replicas.map(({ name, child }) => [name, child?.pid ?? 0])),
    signal: (name, signal) => void byName(name).child?.kill(signal),
    starts: (name) => byName(name).starts,
    exits: (name) => byName(name).exits,
    ready,
    stop: async () => {
      isStopping = true;
      for (const { child } of replicas) child?.kill('SIGTERM');
      const codes = await Promise.all(replicas.map(async ({ name, exit }) => [name, await exit] as const));
      process.off('exit', killAll);
      return Object.fromEntries(codes);
    },
  };
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

function programOf({ programs = {} }: ClusterOptions, service: ServiceName): string {
  return programs[service] ?? join('services', service, 'main.ts');
}

function environmentOf(
  { databaseUrl, brokers, topics, folder, modelsFolder, environment }: ClusterOptions,
  { name, port, indexUrls }: { readonly name: string; readonly port: number; readonly indexUrls: string },
): Readonly<Record<string, string>> {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers.join(','),
    KINDRED_INDEX_URLS: indexUrls,
    KINDRED_MODELS_DIR: modelsFolder,
    KINDRED_DATA_DIR: join(folder, name),
    ...(topics && { KINDRED_EVENTS_TOPIC: topics.events, KINDRED_DEAD_LETTERS_TOPIC: topics.deadLetters }),
    ...environment,
  };
}

/** Whether the process that we started says so: another one may hold its port. */
async function isReady({ url, child }: Replica): Promise<boolean> {
  if (child?.exitCode !== null || child.signalCode !== null) return false;
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
