import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TrainingOutcome, TrainingRunner } from '../training-runner.ts';
import type { TrainingMessage, TrainingTask } from './training-process.ts';

const PROGRAM = fileURLToPath(new URL('./training-process.ts', import.meta.url));

/**
 * Trains in a process that lives for one training: what it took of memory is free again after it, and however it ends,
 * such as by ONNX Runtime or for want of memory, this process goes on.
 */
export function processTrainingRunner(databaseUrl: string): TrainingRunner {
  let running: ChildProcess | undefined;
  let isStopping = false;
  return {
    run: async (catalog, { onCost, onLine }) => {
      if (isStopping) return { kind: 'failed', reason: 'the trainer is stopping' };
      // None of this process's own flags, which may be those of a debugger or of a test.
      const child = fork(PROGRAM, { execArgv: [], serialization: 'advanced' });
      running = child;
      let outcome: TrainingOutcome | undefined;
      child.on('message', (message: TrainingMessage) => {
        if (message.kind === 'cost') onCost(message.cost);
        else if (message.kind === 'line') onLine(message.line);
        else outcome = message.outcome;
      });
      try {
        // By message: others on the machine may read the words that a program is started with.
        const task: TrainingTask = { databaseUrl, catalog };
        child.send(task);
        // Its last message may come after its end.
        const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
        if (outcome !== undefined) return outcome;
        return { kind: 'failed', reason: isStopping ? 'the training was stopped' : endOf(code, signal) };
      } catch (error) {
        child.kill('SIGKILL');
        return { kind: 'failed', reason: `no process to train in: ${(error as Error).message}` };
      } finally {
        running = undefined;
      }
    },
    stop: async () => {
      isStopping = true;
      const child = running;
      if (child === undefined) return;
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (!hasEnded && child.kill('SIGKILL')) await once(child, 'exit');
    },
  };
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  return `the training's process ended by ${signal ?? `exit code ${code}`}: see what it wrote, and whether memory was short`;
}
