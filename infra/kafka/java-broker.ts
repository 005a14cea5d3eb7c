import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { guardOf } from '../process-guard.ts';
import { answers } from './broker-answers.ts';
import { brokerJars } from './broker-jars.ts';
import { configureBroker, exitOf, type JavaBrokerFolder, logEnd, spawnJava } from './java-broker-folder.ts';
import type { LocalBroker } from './local-broker.ts';

/** Folders and port of one broker. */
export interface JavaBrokerOptions {
  /** Holds the broker's data, settings and log between starts; one broker at a time. */
  readonly folder: string;
  /** Holds the jars, for all brokers of this machine. */
  readonly jarsFolder: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Told in a sentence of what takes long. */
  readonly log?: ((line: string) => void) | undefined;
}

interface Run {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves when the process has ended. */
  readonly over: Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/** Apache Kafka (KRaft, one node) as a Java process of this machine: 250 MB of memory. */
export class JavaBroker implements LocalBroker {
  readonly brokers: readonly string[];
  readonly #installation: JavaBrokerFolder;
  #run: Run | undefined;

  private constructor(installation: JavaBrokerFolder) {
    this.#installation = installation;
    this.brokers = [`127.0.0.1:${installation.port}`];
  }

  /**
   * Resolves when the broker answers: after 5 to 20 s. Needs Java 17 and, once, Maven; see `brokerAvailability`.
   * @throws {Error} with the end of the broker's log when it does not answer within 60 s.
   */
  static async start({ folder, jarsFolder, port, log = () => {} }: JavaBrokerOptions): Promise<JavaBroker> {
    const broker = new JavaBroker({
      folder: resolve(folder),
      jars: resolve(await brokerJars(jarsFolder, log)),
      port: port ?? (await freePort()),
      controllerPort: await freePort(),
    });
    await configureBroker(broker.#installation);
    await broker.#start();
    return broker;
  }

  get pid(): number {
    return this.#run?.pid ?? 0;
  }

  /** Kills it where it has not ended after 15 s. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.#start();
  }

  async #start(): Promise<void> {
    const child = await spawnJava(this.#installation, ['kafka.Kafka', 'server.properties']);
    const exit = exitOf(child);
    const { pid } = child;
    if (pid === undefined) throw new Error(`Java could not be started:\n${await logEnd(this.#installation)}`);
    const guard = guardOf(pid);
    const killNow = (): void => void child.kill('SIGKILL');
    process.on('exit', killNow);
    const over = exit.then(() => {
      process.off('exit', killNow);
      guard.kill('SIGKILL');
    });
    this.#run = { pid, child, over };
    if (!(await this.#becomesReady(exit))) {
      await this.kill();
      throw new Error(`Kafka did not start:\n${await logEnd(this.#installation)}`);
    }
    // The owner may end without waiting for it: the exit handler and the guard do the rest.
    child.unref();
  }

  async #becomesReady(exit: Promise<unknown>): Promise<boolean> {
    let hasExited = false;
    void exit.then(() => {
      hasExited = true;
    });
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !hasExited; await sleep(200)) {
      if (await answers(this.#installation.port)) return true;
    }
    return false;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#run === undefined) return;
    const { child, over } = this.#run;
    child.ref();
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await over;
    clearTimeout(timer);
  }
}
