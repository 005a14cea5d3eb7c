import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaConfig, TopicNames } from '@kindred/shared/event-log/kafka/kafka-config';
import { StartError } from '@kindred/shared/platform/config';
import { freePort } from '../free-port.ts';
import { ServiceProcess } from './service-process.ts';

type ServiceName = 'ingestion' | 'index' | 'ranking' | 'trainer';

/** Stores that the services use, and the processes to run; each service once unless told otherwise. */
export interface ClusterOptions {
  readonly databaseUrl: string;
  readonly brokers: KafkaConfig['brokers'];
  readonly topics?: TopicNames;
  /** Holds a folder per process, with the snapshots of an index. */
  readonly folder: string;
  readonly modelsFolder: string;
  /** Number of processes per service; default one. Only the trainer may have none. */
  readonly replicas?: Partial<Record<ServiceName, number>>;
  /** Port of the first process of a service; default a free one. */
  readonly ports?: Partial<Record<ServiceName, number>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told what the processes write. */
  readonly onOutput: (process: string, text: string) => void;
  /** Told when all are ready again after a process was started again. */
  readonly onRestart?: () => void;
}

interface Place {
  readonly name: string;
  readonly service: ServiceName;
  readonly port: number;
}

const SERVICES = ['ingestion', 'index', 'ranking', 'trainer'] as const;
const READY_TIMEOUT_MS = 90_000;

/** The services as processes of this machine: one that dies is started again on the same address. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #processes: readonly ServiceProcess[];
  readonly #killAll = (): void => {
    for (const each of this.#processes) each.signal('SIGKILL');
  };

  private constructor(options: ClusterOptions, places: readonly Place[]) {
    this.#options = options;
    const indexUrls = places.filter(({ service }) => service === 'index').map(({ port }) => urlOf(port));
    this.#processes = places.map(
      ({ name, service, port }) =>
        new ServiceProcess({
          name,
          url: urlOf(port),
          program: join('services', service, 'main.ts'),
          environment: environmentOf(options, { name, port, indexUrls }),
          onOutput: options.onOutput,
          onRestart: () => void this.#announce(name),
        }),
    );
  }

  /** Starts the processes; `ready` waits for them. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const cluster = new Cluster(options, await placesOf(options));
    process.on('exit', cluster.#killAll);
    for (const each of cluster.#processes) each.start();
    return cluster;
  }

  get catalogUrl(): string {
    return this.#named('ingestion').url;
  }

  get rankingUrl(): string {
    return this.#named('ranking').url;
  }

  /** `undefined` where there is no trainer. */
  get trainerUrl(): string | undefined {
    return this.urls.get('trainer');
  }

  /** Address of every process by its name: `ranking`, `ranking-2`, … */
  get urls(): ReadonlyMap<string, string> {
    return new Map(this.#processes.map(({ name, url }) => [name, url]));
  }

  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#processes.map(({ name, pid }) => [name, pid]));
  }

  /** Sends a signal to one process. */
  signal(name: string, signal: NodeJS.Signals): void {
    this.#named(name).signal(signal);
  }

  /** Number of times that a process has been started. */
  starts(name: string): number {
    return this.#named(name).starts;
  }

  /** Exit codes of a process's lives that have ended, the first first; `null` for one that a signal ended. */
  exits(name: string): readonly (number | null)[] {
    return this.#named(name).exits;
  }

  /** Resolves when all are ready. @throws after a minute and a half, or when a process fails at each start. */
  async ready(): Promise<void> {
    for (const deadline = Date.now() + READY_TIMEOUT_MS; ; await sleep(50)) {
      const states = await Promise.all(this.#processes.map((each) => each.isReady()));
      const hopeless = this.#processes.find(({ isHopeless }) => isHopeless);
      if (hopeless !== undefined) throw new StartError(`${hopeless.name} does not start; its output stands above`);
      const waiting = this.#processes.filter((_, i) => !states[i]).map(({ name }) => name);
      if (waiting.length === 0) return;
      if (Date.now() > deadline) throw new Error(`not ready after ${READY_TIMEOUT_MS} ms: ${waiting.join(', ')}`);
    }
  }

  /** SIGTERM to all. @returns The exit code of each. */
  async stop(): Promise<Readonly<Record<string, number | null>>> {
    const codes = await Promise.all(this.#processes.map(async (each) => [each.name, await each.stop()] as const));
    process.off('exit', this.#killAll);
    return Object.fromEntries(codes);
  }

  async #announce(name: string): Promise<void> {
    const { onRestart = () => {}, onOutput } = this.#options;
    await this.ready().then(onRestart, (error: Error) => onOutput(name, `${error.message}\n`));
  }

  #named(name: string): ServiceProcess {
    const found = this.#processes.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no process ${name}`);
    return found;
  }
}

/** Ports are free one by one, not all at once: another program may take one in between. */
async function placesOf({ replicas = {}, ports = {} }: ClusterOptions): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const service of SERVICES) {
    for (let i = 0; i < (replicas[service] ?? 1); i++) {
      const name = i === 0 ? service : `${service}-${i + 1}`;
      const given = i === 0 ? ports[service] : undefined;
      places.push({ name, service, port: given || (await freePort()) });
    }
  }
  return places;
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

function environmentOf(
  { databaseUrl, brokers, topics, folder, modelsFolder, environment }: ClusterOptions,
  { name, port, indexUrls }: { readonly name: string; readonly port: number; readonly indexUrls: readonly string[] },
): Readonly<Record<string, string>> {
  return {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers.join(','),
    KINDRED_INDEX_URLS: indexUrls.join(','),
    KINDRED_MODELS_DIR: modelsFolder,
    KINDRED_DATA_DIR: join(folder, name),
    ...(topics && { KINDRED_EVENTS_TOPIC: topics.events, KINDRED_DEAD_LETTERS_TOPIC: topics.deadLetters }),
    ...environment,
  };
}
