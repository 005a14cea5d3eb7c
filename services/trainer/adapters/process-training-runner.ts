import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CatalogId } from '@kindred/shared/id';
import type { TrainingListener, TrainingOutcome, TrainingRunner } from '../training-runner.ts';
import type { TrainingMessage, TrainingTask } from './training-process.ts';

export interface ProcessTrainingRunnerOptions {
  readonly databaseUrl: string;
  /** Program that runs `training-process.ts`. Default: this process's own Node.js. */
  readonly execPath?: string;
}

const PROGRAM = fileURLToPath(new URL('./training-process.ts', import.meta.url));

/**
 * Trains in a process that lives for one training: its memory is free again after it, and however it ends, by ONNX Runtime
 * or for want of memory, this process goes on.
 */
export class ProcessTrainingRunner implements TrainingRunner {
  readonly #databaseUrl: string;
  readonly #execPath: string;
  #running: ChildProcess | undefined;
  #isStopping = false;

  constructor({ databaseUrl, execPath = process.execPath }: ProcessTrainingRunnerOptions) {
    this.#databaseUrl = databaseUrl;
    this.#execPath = execPath;
  }

  async run(catalog: CatalogId, listener: TrainingListener): Promise<TrainingOutcome> {
    if (this.#isStopping) return { kind: 'failed', reason: 'the trainer is stopping' };
    let child: ChildProcess;
    try {
      child = await this.#started();
    } catch (error) {
      return { kind: 'not-started', reason: `no process could be started to train in: ${messageOf(error)}` };
    }
    this.#running = child;
    if (this.#isStopping) child.kill('SIGKILL');
    try {
      return await this.#outcomeOf(child, catalog, listener);
    } catch (error) {
      child.kill('SIGKILL');
      return { kind: 'failed', reason: `the training's process could not be reached: ${messageOf(error)}` };
    } finally {
      this.#running = undefined;
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#running;
    if (child === undefined) return;
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (!hasEnded && child.kill('SIGKILL')) await once(child, 'exit');
  }

  async #started(): Promise<ChildProcess> {
    // None of this process's own flags, which may be those of a debugger or of a test.
    const child = fork(PROGRAM, { execPath: this.#execPath, execArgv: [], serialization: 'advanced' });
    await once(child, 'spawn');
    // An error that comes while nothing waits for the process must not end this one.
    return child.on('error', () => {});
  }

  async #outcomeOf(child: ChildProcess, catalog: CatalogId, listener: TrainingListener): Promise<TrainingOutcome> {
    let outcome: TrainingOutcome | undefined;
    child.on('message', (message: TrainingMessage) => {
      if (message.kind === 'cost') listener.onCost(message.cost);
      else if (message.kind === 'line') listener.onLine(message.line);
      else outcome = message.outcome;
    });
    // The last message may come after the end of the process.
    const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
    // By message: others on the machine may read the arguments that a program is started with.
    const task: TrainingTask = { databaseUrl: this.#databaseUrl, catalog };
    // A process that takes no message ends, and its end says why.
    child.send(task, () => {});
    const [[code, signal]] = await ended;
    if (outcome !== undefined) return outcome;
    return { kind: 'failed', reason: this.#isStopping ? 'the training was stopped' : endOf(code, signal) };
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  return `the training's process ended by ${signal ?? `exit code ${code}`}: see its output, and whether memory was short`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
