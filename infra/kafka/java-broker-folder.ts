import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A broker's settings, data and log in one folder, and the jars that run it. */
export interface JavaBrokerFolder {
  readonly folder: string;
  readonly jars: string;
  readonly port: number;
  readonly controllerPort: number;
}

const JAVA_OPTIONS = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC'];
const LOGGING = `status = warn
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c: %m%n
`;

/** Writes the settings, and formats the data folder unless it is. */
export async function configureBroker(installation: JavaBrokerFolder): Promise<void> {
  const { folder } = installation;
  await mkdir(folder, { recursive: true });
  const lines = Object.entries(settingsOf(installation)).map(([name, value]) => `${name}=${value}`);
  await writeFile(join(folder, 'server.properties'), `${lines.join('\n')}\n`);
  await writeFile(join(folder, 'log4j2.properties'), LOGGING);
  if (!(await stat(join(folder, 'data', 'meta.properties')).catch(() => undefined))) await format(installation);
}

/** Runs a class of Kafka's in a session of its own: Ctrl-C in a terminal reaches the owner only, who may still write. */
export async function spawnJava({ folder, jars }: JavaBrokerFolder, words: readonly string[]): Promise<ChildProcess> {
  const log = await open(join(folder, 'broker.log'), 'a');
  const options = [...JAVA_OPTIONS, '-Dlog4j2.configurationFile=log4j2.properties', '-cp', join(jars, '*')];
  const child = spawn('java', [...options, ...words], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  return child;
}

/** Resolves with the exit code; `null` for a process that a signal ended or that could not be started. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => {
    child.once('exit', (code) => done(code));
    child.once('error', () => done(null));
  });
}

/** Last lines of the broker's log. */
export async function logEnd({ folder }: JavaBrokerFolder): Promise<string> {
  const log = await readFile(join(folder, 'broker.log'), 'utf8').catch(() => '');
  return log.trim().split('\n').slice(-15).join('\n');
}

function settingsOf({ folder, port, controllerPort }: JavaBrokerFolder): Readonly<Record<string, string | number>> {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    // A killed broker's registration keeps its successor waiting for this long.
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
}

/** Gives the data folder the id of its cluster. */
async function format(installation: JavaBrokerFolder): Promise<void> {
  // The tool would read an id that starts with "-" as an option.
  const clusterId = `K${randomBytes(16).toString('base64url').slice(1, 22)}`;
  const words = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', 'server.properties'];
  const code = await exitOf(await spawnJava(installation, words));
  if (code !== 0) throw new Error(`Kafka's data folder could not be formatted:\n${await logEnd(installation)}`);
}
