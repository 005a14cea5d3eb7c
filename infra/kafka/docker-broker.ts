import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { answers } from './broker-answers.ts';
import type { LocalBroker } from './local-broker.ts';

const IMAGE = 'apache/kafka:4.4.0';
const START_TIMEOUT_MS = 120_000;

/** Whether a Docker engine answers. */
export function hasDocker(): boolean {
  return spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'ignore' }).status === 0;
}

/** Apache Kafka in a container of its own, on 127.0.0.1 alone; its data goes with it at `stop`. */
export async function startDockerBroker(): Promise<LocalBroker> {
  const port = await freePort();
  const name = `kindred-kafka-${randomBytes(4).toString('hex')}`;
  const settings = {
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
  const variables = Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  docker('create', '--name', name, '-p', `127.0.0.1:${port}:${port}`, ...variables, IMAGE);
  const remove = (): void => void spawnSync('docker', ['rm', '-f', name], { stdio: 'ignore' });
  process.on('exit', remove);

  const start = async (): Promise<void> => {
    docker('start', name);
    for (const deadline = Date.now() + START_TIMEOUT_MS; !(await answers(port)); await sleep(200)) {
      if (Date.now() > deadline) throw new Error(`the container ${name} did not answer`);
    }
  };
  await start();
  return {
    brokers: [`127.0.0.1:${port}`],
    get pid() {
      return Number(docker('inspect', '-f', '{{.State.Pid}}', name));
    },
    stop: async () => {
      remove();
      process.off('exit', remove);
    },
    kill: async () => void docker('kill', name),
    restart: async () => {
      spawnSync('docker', ['stop', name], { stdio: 'ignore' });
      await start();
    },
  };
}

function docker(...words: readonly string[]): string {
  const run = spawnSync('docker', words, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`docker ${words[0]} failed: ${run.stderr.trim()}`);
  return run.stdout.trim();
}
