import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { guardOf } from '../process-guard.ts';
import { answers } from './broker-answers.ts';
import { brokerJars } from './broker-jars.ts';

export interface LocalBrokerOptions {
  /** The broker's own: its data, settings and log. Kept between starts; one broker at a time. */
  readonly folder: string;
  /** Where the jars are kept, for all brokers of this machine. */
  readonly jarsFolder: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Told, in a sentence, of what takes long. */
  readonly log?: (line: string) => void;
}

/** A real Apache Kafka broker, alone in its cluster, that this process owns and takes down with itself. */
export interface LocalBroker {
  readonly brokers: readonly string[];
  /** Of the broker that runs now, or ran last. */
  readonly pid: number;
  /** Ends it in order, by SIGKILL after 15 s. */
  stop(): Promise<void>;
  /** SIGKILL: nothing is flushed, nobody is told. */
  kill(): Promise<void>;
  /** Starts it again after `stop` or `kill`, at the same address with the same data. */
  restart(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const JAVA_OPTIONS = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC'];
const LOGGING = `status = warn
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c: %m%n
`;

/**
 * Starts Apache Kafka (KRaft, one node, 127.0.0.1 only, 250 MB of memory) and resolves when it answers: 5 to 20 s.
 * Needs Java 17 and, once, Maven; see `brokerAvailability`.
 * @throws {Error} with the end of the broker's log when it does not answer within 60 s.
 */
export async function startLocalBroker(options: LocalBrokerOptions): Promise<LocalBroker> {
  const { folder, jarsFolder, log = () => {} } = options;
  const jars = resolve(await brokerJars(jarsFolder, log));
  const port = options.port ?? (await freePort());
  const installation: Installation = { folder: resolve(folder), jars, port, controllerPort: await freePort() };
  await configure(installation);
  await format(installation);
  let running = await run(installation);
  return {
    brokers: [`127.0.0.1:${port}`],
    get pid() {
      return running.pid;
    },
    stop: () => running.end('SIGTERM'),
    kill: () => running.end('SIGKILL'),
    restart: async () => {
      await running.end('SIGTERM');
      running = await run(installation);
    },
  };
}

interface Installation {
  readonly folder: string;
  readonly jars: string;
  readonly port: number;
  readonly controllerPort: number;
}

interface RunningBroker {
  readonly pid: number;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

async function configure({ folder, port, controllerPort }: Installation): Promise<void> {
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': false,
    // How long a killed broker's registration keeps its successor waiting.
    'broker.session.timeout.ms': 4000,
    'broker.heartbeat.interval.ms': 500,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
  };
  await mkdir(folder, { recursive: true });
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  await writeFile(join(folder, 'server.properties'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'log4j2.properties'), LOGGING);
}

/** Gives the data folder its cluster's id, once. */
async function format(installation: Installation): Promise<void> {
  const formatted = await stat(join(installation.folder, 'data', 'meta.properties')).catch(() => undefined);
  if (formatted) return;
  // An id that starts with "-" would be read as an option.
  const clusterId = `K${randomBytes(16).toString('base64url').slice(1, 22)}`;
  const tool = await java(installation, [
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId,
    '-c',
    'server.properties',
  ]);
  const code = await exited(tool);
  if (code !== 0) throw new Error(`Kafka's data folder could not be formatted:\n${await logEnd(installation)}`);
}

async function run(installation: Installation): Promise<RunningBroker> {
  const broker = await java(installation, ['kafka.Kafka', 'server.properties']);
  const exit = exited(broker);
  const pid = broker.pid;
  if (pid === undefined) throw new Error(`Java could not be started:\n${await logEnd(installation)}`);
  const guard = guardOf(pid);
  const killNow = (): void => {
    broker.kill('SIGKILL');
  };
  process.on('exit', killNow);
  const over = exit.then(() => {
    process.off('exit', killNow);
    guard.kill('SIGKILL');
  });
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    broker.ref();
    broker.kill(signal);
    const timer = setTimeout(killNow, STOP_TIMEOUT_MS);
    await over;
    clearTimeout(timer);
  };
  if (await becomesReady(installation.port, exit)) {
    // The owner may end without waiting for it: the exit handler does the rest.
    broker.unref();
    return { pid, end };
  }
  await end('SIGKILL');
  throw new Error(`Kafka did not start:\n${await logEnd(installation)}`);
}

async function java({ folder, jars }: Installation, words: readonly string[]): Promise<ChildProcess> {
  const log = await open(join(folder, 'broker.log'), 'a');
  const child = spawn(
    'java',
    [...JAVA_OPTIONS, '-Dlog4j2.configurationFile=log4j2.properties', '-cp', join(jars, '*'), ...words],
    // Detached: Ctrl-C in a terminal reaches the owner only, who may still have something to write.
    { cwd: folder, detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  await log.close();
  return child;
}

function exited(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => {
    child.once('exit', (code) => done(code));
    child.once('error', () => done(null));
  });
}

async function becomesReady(port: number, exit: Promise<unknown>): Promise<boolean> {
  let hasExited = false;
  exit.then(() => {
    hasExited = true;
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !hasExited; await sleep(200)) {
    if (await answers(port)) return true;
  }
  return false;
}

async function logEnd({ folder }: Installation): Promise<string> {
  const log = await readFile(join(folder, 'broker.log'), 'utf8').catch(() => '');
  return log.trim().split('\n').slice(-15).join('\n');
}
