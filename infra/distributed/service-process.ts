import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentWith } from '../config.ts';
import { guardOf } from '../process-guard.ts';

/** A program, its address and environment, and whom to tell of it. */
export interface ServiceProcessOptions {
  /** `ranking`, `ranking-2`, … */
  readonly name: string;
  /** File to run, from the project's root. */
  readonly program: string;
  readonly url: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Told what the process writes. */
  readonly onOutput: (name: string, text: string) => void;
  /** Told of each start after the first. */
  readonly onRestart: () => void;
}

const ROOT = resolve(import.meta.dirname, '..', '..');
const QUICK_DEATH_MS = 2_000;
const RESTART_PAUSE_MS = 1_000;
const READY_TIMEOUT_MS = 2_000;
/** A process that fails this often before it was ever ready would fail for ever: a wrong setting, a port that is taken. */
const FAILED_STARTS_MAX = 3;

/** One service as a process of this machine: one that dies is started again on the same address, and none outlives us. */
export class ServiceProcess {
  readonly name: string;
  readonly url: string;
  readonly #options: ServiceProcessOptions;
  readonly #exits: (number | null)[] = [];
  #child: ChildProcess | undefined;
  #exit: Promise<number | null> = Promise.resolve(null);
  #starts = 0;
  #hasBeenReady = false;
  #failedStarts = 0;
  #isStopping = false;

  constructor(options: ServiceProcessOptions) {
    this.#options = options;
    this.name = options.name;
    this.url = options.url;
  }

  /** Process that runs now or ran last; 0 for none. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get starts(): number {
    return this.#starts;
  }

  /** Exit codes of the lives that have ended, the first first; `null` for one that a signal ended. */
  get exits(): readonly (number | null)[] {
    return this.#exits;
  }

  /** True once it has failed so often that it will not start at all. */
  get isHopeless(): boolean {
    return this.#failedStarts >= FAILED_STARTS_MAX;
  }

  start(): void {
    const { name, program, environment, onOutput } = this.#options;
    const startedAtMs = Date.now();
    // kafkajs sets timers in the past, which Node warns of; harmless (kafkajs #1751).
    const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', program], {
      cwd: ROOT,
      // A session of its own: Ctrl-C in the terminal reaches us, and we tell the services.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environmentWith(environment),
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => onOutput(name, text));
    }
    const guard = child.pid === undefined ? undefined : guardOf(child.pid);
    this.#child = child;
    this.#starts++;
    this.#exit = new Promise((done) => {
      child.once('exit', (code) => done(code));
      child.once('error', () => done(null));
    });
    void this.#exit.then((code) => {
      guard?.kill('SIGKILL');
      return this.#afterExit(code, Date.now() - startedAtMs);
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** True if the process that we started says so: another one may hold its port. */
  async isReady(): Promise<boolean> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return false;
    const isUp = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) }).then(
      ({ ok }) => ok,
      () => false,
    );
    this.#hasBeenReady ||= isUp;
    return isUp;
  }

  /** SIGTERM. @returns The exit code; `null` for a process that a signal ended. */
  stop(): Promise<number | null> {
    this.#isStopping = true;
    this.signal('SIGTERM');
    return this.#exit;
  }

  async #afterExit(code: number | null, livedMs: number): Promise<void> {
    this.#exits.push(code);
    if (!this.#hasBeenReady && code !== null && code > 0) this.#failedStarts++;
    if (!this.#isStopping && livedMs < QUICK_DEATH_MS) await sleep(RESTART_PAUSE_MS);
    if (this.#isStopping) return;
    this.start();
    this.#options.onRestart();
  }
}
