import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { answers } from './broker-answers.ts';
import type { LocalBroker } from './local-broker.ts';

const IMAGE = 'apache/kafka:4.4.0';
const START_TIMEOUT_MS = 120_000;

/** True if a Docker engine answers. */
export function hasDocker(): boolean {
  return spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'ignore' }).status === 0;
}

/** Apache Kafka in a container of its own; its data goes with it at `stop`. */
export class DockerBroker implements LocalBroker {
  readonly brokers: readonly string[];
  readonly #name = `kindred-kafka-${randomBytes(4).toString('hex')}`;
  readonly #port: number;
  readonly #remove = (): void => void spawnSync('docker', ['rm', '-f', this.#name], { stdio: 'ignore' });

  private constructor(port: number) {
    this.#port = port;
    this.brokers = [`127.0.0.1:${port}`];
  }

  /** Resolves when the broker answers. @throws when it does not within two minutes. */
  static async start(): Promise<DockerBroker> {
    const broker = new DockerBroker(await freePort());
    broker.#create();
    await broker.#start();
    return broker;
  }

  get pid(): number {
    return Number(docker('inspect', '-f', '{{.State.Pid}}', this.#name));
  }

  async stop(): Promise<void> {
    this.#remove();
    process.off('exit', this.#remove);
  }

  async kill(): Promise<void> {
    docker('kill', this.#name);
  }

  async restart(): Promise<void> {
    spawnSync('docker', ['stop', this.#name], { stdio: 'ignore' });
    await this.#start();
  }

  #create(): void {
    const port = this.#port;
    const variables = Object.entries(settingsOf(port)).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    docker('create', '--name', this.#name, '-p', `127.0.0.1:${port}:${port}`, ...variables, IMAGE);
    process.on('exit', this.#remove);
  }

  async #start(): Promise<void> {
    docker('start', this.#name);
    for (const deadline = Date.now() + START_TIMEOUT_MS; !(await answers(this.#port)); await sleep(200)) {
      if (Date.now() > deadline) throw new Error(`the container ${this.#name} did not answer`);
    }
  }
}

function settingsOf(port: number): Readonly<Record<string, string>> {
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:19093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:19093',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  };
}

function docker(...words: readonly string[]): string {
  const run = spawnSync('docker', words, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`docker ${words[0]} failed: ${run.stderr.trim()}`);
  return run.stdout.trim();
}
